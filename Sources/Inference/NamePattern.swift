/// A name, or a pattern in which `*` stands for any text, the empty one included.
public struct NamePattern: Sendable, Hashable, CustomStringConvertible {
    public let description: String
    private let parts: [[UInt8]]

    public init(_ pattern: String) {
        description = pattern
        parts = pattern.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
    }

    /// The pattern that `name` alone matches, whatever characters it has.
    public init(exactly name: String) {
        description = name
        parts = [Array(name.utf8)]
    }

    /// Whether it matches itself alone.
    public var isName: Bool { parts.count == 1 }

    public func matches(_ name: String) -> Bool {
        guard let first = parts.first, let last = parts.last, !isName else {
            return name.utf8.elementsEqual(description.utf8)
        }
        let name = Array(name.utf8)
        guard name.count >= first.count + last.count, name.starts(with: first) else { return false }
        guard name.suffix(last.count).elementsEqual(last) else { return false }
        var rest = name[first.count..<(name.count - last.count)]
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let end = NamePattern.end(of: part, in: rest) else { return false }
            rest = rest[end...]
        }
        return true
    }

    /// The first place is the best: whatever matches behind a later one matches behind it too.
    private static func end(of part: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        guard text.count >= part.count else { return nil }
        for start in text.startIndex...(text.endIndex - part.count) where text[start...].starts(with: part) {
            return start + part.count
        }
        return nil
    }
}
