/// A prompt's text with its partials in the place of the tags that include them.
///
/// The tag stays as a comment before the text, and a comment ends it: what the tag hands to the partial can be compared
/// too.
struct FlatSource {
    /// Partials that include others twice each would else grow without end.
    private static let maxSize = 4 << 20

    private let partials: [String: Template]
    private(set) var bytes: [UInt8] = []

    init(_ prompt: CompiledPrompt) {
        partials = prompt.partials
        append(prompt.template.source, from: 0, body: FlatSource.bodyOffset(prompt), indent: [])
    }

    private static func bodyOffset(_ prompt: CompiledPrompt) -> Int {
        (try? PromptFile(path: prompt.path, bytes: prompt.template.source.bytes).bodyOffset) ?? 0
    }

    /// - Parameters:
    ///   - start: what is copied begins here.
    ///   - body: the template begins here.
    private mutating func append(_ source: SourceText, from start: Int, body: Int, indent: [UInt8]) {
        var copied = start
        var faults: [Fault] = []
        for token in TemplateLexer.tokens(of: source, from: body, faults: &faults) {
            guard case .tag(let tag) = token, tag.sigil == .partial,
                let call = try? TagMeaning(source).partial(tag, indent: ""), let partial = partials[call.name],
                let end = FlatSource.end(of: tag, source), bytes.count < FlatSource.maxSize
            else { continue }
            let isAlone = FlatSource.isAlone(tag.offset..<end, source.bytes)
            copy(source.bytes[copied..<tag.offset], indent)
            copy("{{!-- \(source.string(tag.offset..<end)) --}}\(isAlone ? "\n" : "")", indent)
            let blanks = isAlone ? FlatSource.blanks(before: tag.offset, source.bytes) : []
            if isAlone { bytes += indent + blanks }
            append(partial.source, from: 0, body: 0, indent: indent + blanks)
            if isAlone, bytes.last != Ascii.newline { bytes.append(Ascii.newline) }
            if isAlone { bytes += indent + blanks }
            copy("{{!-- end of \(call.name) --}}", indent)
            copied = end
        }
        copy(source.bytes[copied...], indent)
    }

    private mutating func copy(_ text: String, _ indent: [UInt8]) { copy(Array(text.utf8)[...], indent) }

    /// Copies, and begins each line after the first with `indent`.
    private mutating func copy(_ text: ArraySlice<UInt8>, _ indent: [UInt8]) {
        guard !indent.isEmpty else {
            bytes += text
            return
        }
        for (index, byte) in zip(text.indices, text) {
            bytes.append(byte)
            if byte == Ascii.newline, index + 1 < text.endIndex { bytes += indent }
        }
    }

    /// Behind the tag's `}}`.
    private static func end(of tag: TemplateTag, _ source: SourceText) -> Int? {
        let rest = source.bytes[tag.content.upperBound...]
        return rest.indices.first { source.starts(with: "}}", at: $0) }.map { $0 + 2 }
    }

    /// Whether nothing else stands on its line.
    private static func isAlone(_ tag: Range<Int>, _ bytes: [UInt8]) -> Bool {
        let before = bytes[..<tag.lowerBound].reversed().prefix { $0 != Ascii.newline }
        let after = bytes[tag.upperBound...].prefix { $0 != Ascii.newline }
        return before.allSatisfy(Ascii.isSpace) && after.allSatisfy(Ascii.isSpace)
    }

    private static func blanks(before offset: Int, _ bytes: [UInt8]) -> [UInt8] {
        bytes[..<offset].reversed().prefix { $0 == Ascii.space || $0 == Ascii.tab }.reversed()
    }
}
