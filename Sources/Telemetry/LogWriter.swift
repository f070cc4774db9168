import CivilTime
import Text

/// Writes lines so that nothing in a field can end the line, begin another, or speak to a terminal.
struct LogWriter {
    private(set) var bytes: [UInt8] = []
    private static let longest = 4_096
    private static let hex = Array("0123456789abcdef".utf8)

    mutating func text(_ line: LogLine) {
        append(Timestamp.format(line.time, fraction: true))
        append(" ")
        append(line.level.label)
        append(" ")
        append(line.message)
        for field in line.fields {
            append(" ")
            append(field.name)
            append("=")
            switch field.value {
            case .string(let string) where Self.isPlain(string): append(string)
            default: value(field.value)
            }
        }
        append("\n")
    }

    mutating func json(_ line: LogLine) {
        append("{\"time\":\"")
        append(Timestamp.format(line.time, fraction: true))
        append("\",\"level\":\"")
        append(line.level.rawValue)
        append("\",\"message\":")
        quoted("\(line.message)")
        for field in line.fields {
            append(",")
            quoted("\(field.name)")
            append(":")
            value(field.value)
        }
        append("}\n")
    }

    private mutating func value(_ value: LogValue) {
        switch value {
        case .string(let string): quoted(string)
        case .integer(let number): append(String(number))
        case .boolean(let flag): append(flag ? "true" : "false")
        }
    }

    /// Whether text lines can do without quotes.
    private static func isPlain(_ string: String) -> Bool {
        !string.isEmpty && string.utf8.count <= 256
            && string.utf8.allSatisfy { byte in
                (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "=")
                    && byte != UInt8(ascii: "\\")
            }
    }

    /// A JSON string. Also escapes what JSON would allow but a terminal or a viewer would obey.
    private mutating func quoted(_ string: String) {
        append("\"")
        let limit = bytes.count + Self.longest
        for scalar in string.unicodeScalars {
            if bytes.count >= limit {
                append("…")
                break
            }
            switch scalar {
            case "\"": append("\\\"")
            case "\\": append("\\\\")
            case "\n": append("\\n")
            case "\t": append("\\t")
            case _ where VisibleText.isObeyed(scalar): escape(scalar)
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        append("\"")
    }

    /// As JSON writes it: two halves above U+FFFF.
    private mutating func escape(_ scalar: Unicode.Scalar) {
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
            append("\\u")
            for shift in [12, 8, 4, 0] as [UInt16] { bytes.append(Self.hex[Int(unit >> shift & 15)]) }
        }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }
}
