import JSON

/// One message in the making.
struct BuiltMessage {
    enum Part {
        case text(BuiltText)
        case media(MediaPart)
    }

    var role: PromptRole
    var parts: [Part] = []

    init(role: PromptRole) {
        self.role = role
    }

    mutating func append(_ text: String, isValue: Bool) {
        guard case .text(var last)? = parts.last else {
            var first = BuiltText()
            first.append(text, isValue: isValue)
            parts.append(.text(first))
            return
        }
        parts.removeLast()  // so that the text has one owner and grows in place
        last.append(text, isValue: isValue)
        parts.append(.text(last))
    }

    /// Drops text that is blank, and the blank lines around what is left.
    mutating func finish() {
        parts = parts.compactMap { part in
            guard case .text(var text) = part else { return part }
            text.trim()
            return text.isEmpty ? nil : .text(text)
        }
    }

    func write(to writer: inout JSONWriter, _ form: MessageForm) {
        writer.beginObject()
        writer.name("role")
        writer.string(role.wireName)
        writer.name("content")
        if parts.count == 1, case .text(let text) = parts[0] {
            writer.string(text.text)
        } else {
            writer.beginArray()
            for part in parts {
                switch part {
                case .text(let text):
                    writer.beginObject()
                    writer.member("type", textType(in: form))
                    writer.member("text", text.text)
                    writer.endObject()
                case .media(let media): media.write(to: &writer, form)
                }
            }
            writer.endArray()
        }
        writer.endObject()
    }
}

extension BuiltMessage {
    private func textType(in form: MessageForm) -> String {
        guard form == .responses else { return "text" }
        return role == .model || role == .assistant ? "output_text" : "input_text"
    }
}

/// A run of text that knows which of its bytes are a variable's.
struct BuiltText {
    private(set) var text = ""
    /// Where the first value begins and the last one ends, in UTF-8 bytes.
    private var values: Range<Int>?

    /// A value keeps its message, even an empty one: what a client sends decides nothing about the messages.
    var isEmpty: Bool { values == nil && text.utf8.allSatisfy(Ascii.isSpace) }

    mutating func append(_ more: String, isValue: Bool) {
        let start = text.utf8.count
        text += more
        if isValue { values = (values?.lowerBound ?? start)..<text.utf8.count }
    }

    /// Drops leading and trailing blank lines of the template's own; a value's bytes stay.
    mutating func trim() {
        let bytes = Array(text.utf8)
        let firstKept = bytes.firstIndex { !Ascii.isSpace($0) } ?? bytes.count
        let leading = min(firstKept, values?.lowerBound ?? bytes.count)
        let start = bytes[..<leading].lastIndex(of: Ascii.newline).map { $0 + 1 } ?? 0
        let lastKept = (bytes.lastIndex { !Ascii.isSpace($0) } ?? -1) + 1
        let trailing = max(lastKept, values?.upperBound ?? 0, start)
        let end = bytes[trailing...].firstIndex(of: Ascii.newline) ?? bytes.count
        guard start > 0 || end < bytes.count else { return }
        text = String(decoding: bytes[start..<end], as: UTF8.self)
    }
}
