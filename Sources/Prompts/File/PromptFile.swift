import YAML

/// A `.prompt` file cut into front matter and body.
struct PromptFile: Sendable {
    let path: String
    let source: SourceText
    /// Nil when the file has none.
    let frontMatter: YAMLNode?
    /// Where the body begins, in bytes.
    let bodyOffset: Int

    /// Throws what is wrong with the file as a whole, or with its front matter.
    init(path: String, bytes: [UInt8]) throws(Fault) {
        var faults: [Fault] = []
        try self.init(path: path, bytes: bytes, faults: &faults)
        if let first = faults.first { throw first }
    }

    /// A front matter that cannot be read is added to `faults`, and nil.
    init(path: String, bytes: [UInt8], faults: inout [Fault]) throws(Fault) {
        self.path = path
        source = SourceText(bytes)
        try source.requireText()
        guard let fences = try Self.fences(in: source) else {
            frontMatter = nil
            bodyOffset = 0
            return
        }
        bodyOffset = fences.body
        let matter = Array(bytes[fences.matter])
        let line = source.place(at: fences.matter.lowerBound).line
        do throws(Fault) {
            frontMatter = matter.allSatisfy(Ascii.isSpace) ? nil : try Self.parse(matter, file: path, line: line)
        } catch {
            frontMatter = nil
            faults.append(error)
        }
    }

    private static func parse(_ bytes: [UInt8], file: String, line: Int) throws(Fault) -> YAMLNode {
        do throws(YAMLError) {
            return try YAMLReader.parse(bytes, file: file, startingAt: line)
        } catch {
            throw Fault(error)
        }
    }

    /// Finds the two lines `---`. Comment lines and blank lines may stand before the first.
    private static func fences(in source: SourceText) throws(Fault) -> (matter: Range<Int>, body: Int)? {
        let bytes = source.bytes
        var start = 0
        var opened: Int?
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: Ascii.newline) ?? bytes.count
            let next = min(end + 1, bytes.count)
            let isFence = isFence(bytes[start..<end])
            if let opened {
                if isFence { return (opened..<start, next) }
            } else if isFence {
                opened = next
            } else if bytes[start] != UInt8(ascii: "#"), !bytes[start..<end].allSatisfy(Ascii.isSpace) {
                return nil
            }
            start = end + 1
        }
        guard opened == nil else {
            throw Fault(.frontMatter, "the front matter is not closed by a line '---'", at: .start)
        }
        return nil
    }

    private static func isFence(_ line: ArraySlice<UInt8>) -> Bool {
        line.starts(with: "---".utf8) && line.dropFirst(3).allSatisfy(Ascii.isSpace)
    }
}

extension SourceText {
    /// Refuses what would make a digest depend on a machine's settings, or what is no text.
    func requireText() throws(Fault) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Fault(.encoding, "the file is not UTF-8; save it as UTF-8", at: .start)
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw Fault(.encoding, "the file begins with a byte order mark; save it without", at: .start)
        }
        if let index = bytes.firstIndex(of: Ascii.carriageReturn) {
            throw Fault(
                .lineEnding,
                "the line ends in CR; lines end in LF alone: `*.prompt text eol=lf` in .gitattributes keeps them so",
                at: place(at: index))
        }
    }
}

extension Fault {
    /// Keeps the reader's own code.
    init(_ error: YAMLError) {
        self.init(.yaml, error.message, at: Place(error.position))
        readerCode = error.code
    }
}
