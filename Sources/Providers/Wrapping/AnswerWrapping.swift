import JSON

/// In which wrapping an answer comes, whatever its head says: its first bytes tell.
package enum AnswerWrapping: Sendable, Hashable {
    /// One JSON object, or one a line.
    case object
    /// `text/event-stream`.
    case events
    /// None of these: a page of some proxy, text.
    case other

    /// Looks at the beginning of an answer. Byte order marks, blank lines and comments come before both.
    ///
    /// - Parameter isWhole: whether nothing follows `bytes`.
    /// - Returns: what it is, and where it begins; nil when more bytes must tell.
    package static func of(_ bytes: [UInt8], isWhole: Bool) -> (wrapping: AnswerWrapping, start: Int)? {
        var place = 0
        if bytes.starts(with: mark) {
            place = mark.count
        } else if !isWhole, mark.starts(with: bytes) {
            return nil
        }
        while place < bytes.count {
            switch bytes[place] {
            case 0x20, 0x09, 0x0A, 0x0D:
                place += 1
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                return (.object, place)
            case UInt8(ascii: ":"), UInt8(ascii: "#"):
                guard let end = lineEnd(bytes, place) else { return isWhole ? (.other, place) : nil }
                place = end
            case UInt8(ascii: "/"):
                guard let end = commentEnd(bytes, place) else { return isWhole ? (.other, place) : nil }
                place = end
            default:
                let rest = bytes[place...]
                if fields.contains(where: rest.starts) { return (.events, 0) }
                let mayBecome = !isWhole && fields.contains { $0.count > rest.count && $0.starts(with: rest) }
                return mayBecome ? nil : (.other, place)
            }
        }
        return isWhole ? (.other, place) : nil
    }

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let fields = ["data:", "event:", "id:", "retry:", "error:"].map { Array($0.utf8) }

    private static func lineEnd(_ bytes: [UInt8], _ start: Int) -> Int? {
        bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D }
    }

    /// The place after `// …` or `/* … */`, which some configurations of servers put before their JSON.
    private static func commentEnd(_ bytes: [UInt8], _ start: Int) -> Int? {
        guard start + 1 < bytes.count else { return nil }
        guard bytes[start + 1] == UInt8(ascii: "*") else { return lineEnd(bytes, start) }
        var place = start + 2
        while place + 1 < bytes.count {
            if bytes[place] == UInt8(ascii: "*"), bytes[place + 1] == UInt8(ascii: "/") { return place + 2 }
            place += 1
        }
        return nil
    }
}
