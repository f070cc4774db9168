/// Finds the gateway's own credentials in what others say, however a writer of JSON or of URLs has escaped them.
package struct CredentialSearch: Sendable {
    /// Shorter than this, a value keeps no secret.
    private static let shortest = 4
    /// A value of this length is known by its first part: a text that was cut may lack the rest.
    private static let long = 16
    private static let knownPart = 12
    /// Below it, a value is looked for as a word of its own: `none` is no part of `nonetheless`.
    private static let wordLength = 8
    /// How often a text is taken out of its escapes: an error can quote an error that quotes one.
    private static let depth = 4

    private let needles: [Needle]

    private struct Needle: Sendable {
        var bytes: [UInt8]
        var isWord: Bool
    }

    /// - Parameter headers: as they are sent. Values count that authenticate by their name, and all that are long.
    package init(_ headers: [(name: String, value: String)]) {
        needles = headers.flatMap { header in
            let values = [header.value[...]] + header.value.split(separator: " ", maxSplits: 1).dropFirst()
            let least = CredentialSearch.authenticates(header.name) ? CredentialSearch.shortest : CredentialSearch.long
            return values.filter { $0.utf8.count >= least }
        }.map { value in
            let isLong = value.utf8.count >= CredentialSearch.long
            return Needle(
                bytes: Array(isLong ? value.utf8.prefix(CredentialSearch.knownPart) : value.utf8[...]),
                isWord: value.utf8.count < CredentialSearch.wordLength)
        }
    }

    /// Whether `text` says one of the credentials, or the beginning of a long one.
    package func isRepeated(in text: some Collection<UInt8>) -> Bool {
        !needles.isEmpty && finds(in: Array(text), CredentialSearch.depth)
    }

    private func finds(in text: [UInt8], _ depth: Int) -> Bool {
        if needles.contains(where: { CredentialSearch.contains(text, $0) }) { return true }
        guard depth > 0 else { return false }
        for decode in [CredentialSearch.unescaped, CredentialSearch.percentDecoded] {
            if let plain = decode(text), finds(in: plain, depth - 1) { return true }
        }
        return false
    }

    private static func authenticates(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["authorization", "key", "token", "secret", "password", "credential", "cookie", "auth", "signature"]
            .contains(where: name.contains)
    }

    private static func contains(_ text: [UInt8], _ needle: Needle) -> Bool {
        var rest = text[...]
        while let place = rest.firstRange(of: needle.bytes) {
            let isAlone = !isWordByte(text, place.lowerBound - 1) && !isWordByte(text, place.upperBound)
            if isAlone || !needle.isWord { return true }
            rest = text[(place.lowerBound + 1)...]
        }
        return false
    }

    private static func isWordByte(_ text: [UInt8], _ place: Int) -> Bool {
        guard text.indices.contains(place) else { return false }
        switch text[place] {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: return true
        default: return false
        }
    }
}

// MARK: Escapes

extension CredentialSearch {
    /// The text without the escapes of JSON (RFC 8259 §7), which need not be JSON otherwise; nil when it has none.
    private static func unescaped(_ text: [UInt8]) -> [UInt8]? {
        guard text.contains(UInt8(ascii: "\\")) else { return nil }
        var plain: [UInt8] = []
        var units: [UInt16] = []  // of UTF-16: two escapes can be one character
        func flush() {
            if !units.isEmpty { plain += Array(String(decoding: units, as: UTF16.self).utf8) }
            units = []
        }
        var place = 0
        while place < text.count {
            let next = place + 1 < text.count ? text[place + 1] : 0
            guard text[place] == UInt8(ascii: "\\"), let single = single(next) else {
                if text[place] == UInt8(ascii: "\\"), next == UInt8(ascii: "u"),
                    let unit = number(text, place + 2, digits: 4)
                {
                    units.append(UInt16(unit))
                    place += 6
                } else {
                    flush()
                    plain.append(text[place])
                    place += 1
                }
                continue
            }
            flush()
            plain.append(single)
            place += 2
        }
        flush()
        return plain == text ? nil : plain
    }

    private static func single(_ escape: UInt8) -> UInt8? {
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): escape
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The text without the escapes of URLs (RFC 3986 §2.1); nil when it has none.
    private static func percentDecoded(_ text: [UInt8]) -> [UInt8]? {
        guard text.contains(UInt8(ascii: "%")) else { return nil }
        var plain: [UInt8] = []
        var place = 0
        while place < text.count {
            if text[place] == UInt8(ascii: "%"), let byte = number(text, place + 1, digits: 2) {
                plain.append(UInt8(byte))
                place += 3
            } else {
                plain.append(text[place])
                place += 1
            }
        }
        return plain == text ? nil : plain
    }

    /// A hexadecimal number of so many digits.
    private static func number(_ text: [UInt8], _ start: Int, digits: Int) -> Int? {
        guard start + digits <= text.count else { return nil }
        return text[start..<start + digits].reduce(Int?(0)) { number, digit in
            guard let number, let value = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
            return number * 16 + value
        }
    }
}
