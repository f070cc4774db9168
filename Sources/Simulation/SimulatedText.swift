/// A text that a simulated model "writes": always the same for the same question, in tokens of a word each.
struct SimulatedText: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Where each token ends; a token is a word with the space before it.
    private(set) var ends: [Int] = []

    private static let words: [StaticString] = [
        " the", " answer", " is", " a", " simple", " one", " and", " it", " comes", " from", " arithmetic", " so",
        " nothing", " was", " bought", " here", " but", " every", " word", " counts", " as", " if", " it", " were",
        " real", " which", " makes", " tests", " cheap", " fast", " and", " repeatable",
    ]

    /// - Parameters:
    ///   - length: in bytes, met exactly; nil for a sentence or two.
    init(answering question: [UInt8], seed: UInt64, length: Int?) {
        var dice = seed
        let target = length ?? 80 + Int(seed >> 32 & 63)
        bytes.reserveCapacity(target + 16)
        append(Array("You said: ".utf8) + SimulatedText.excerpt(question))
        while bytes.count < target {
            dice = dice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let word = SimulatedText.words[Int(dice >> 59)]
            bytes.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
            ends.append(bytes.count)
        }
        if length != nil { cut(to: target) }
    }

    /// A text that is given, such as the arguments of a tool.
    init(_ text: [UInt8]) {
        append(text)
    }

    /// Adds bytes, a token for each word.
    private mutating func append(_ text: [UInt8]) {
        for byte in text {
            if byte == UInt8(ascii: " "), bytes.count > (ends.last ?? 0) { ends.append(bytes.count) }
            bytes.append(byte)
        }
        if bytes.count > (ends.last ?? 0) { ends.append(bytes.count) }
    }

    /// Cuts to `count` bytes; the rest of a character that is cut becomes full stops.
    private mutating func cut(to count: Int) {
        guard count < bytes.count else { return }
        let start = SimulatedText.boundary(bytes, count)
        bytes = Array(bytes[..<start]) + [UInt8](repeating: UInt8(ascii: "."), count: count - start)
        ends.removeAll { $0 >= count }
        if count > 0 { ends.append(count) }
    }

    /// Cuts to `count` tokens; returns whether that took something away.
    mutating func cut(toTokens count: Int) -> Bool {
        guard count < ends.count else { return false }
        ends.removeSubrange(count...)
        bytes.removeSubrange((ends.last ?? 0)...)
        return true
    }

    /// Cuts before the first occurrence of any of `stops`.
    mutating func cut(before stops: [[UInt8]]) {
        let places = stops.compactMap { stop in
            bytes.indices.first { bytes[$0...].starts(with: stop) }
        }
        guard let place = places.min() else { return }
        bytes.removeSubrange(place...)
        ends.removeAll { $0 >= place }
        if place > 0 { ends.append(place) }
    }

    /// The first 60 bytes of a question, whole characters.
    private static func excerpt(_ question: [UInt8]) -> [UInt8] {
        Array(question.prefix(boundary(question, min(60, question.count)))) + Array(".".utf8)
    }

    /// The start of the character that holds `place`.
    private static func boundary(_ bytes: [UInt8], _ place: Int) -> Int {
        var place = place
        while place > 0, place < bytes.count, bytes[place] & 0xC0 == 0x80 { place -= 1 }
        return place
    }
}

extension SimulatedText {
    /// The text in `count` pieces of about the same length, or token by token; never cut within a character.
    ///
    /// A text of more than 10,000 tokens comes in so many pieces: a huge answer need not be a hundred times huger.
    func pieces(_ count: Int?) -> [ArraySlice<UInt8>] {
        var places = ends
        if let count = count ?? (ends.count > 10_000 ? 10_000 : nil) {
            places = (1...count).map { SimulatedText.boundary(bytes, bytes.count * $0 / count) }
        }
        var start = 0
        return places.compactMap { end in
            guard end > start else { return nil }
            defer { start = end }
            return bytes[start..<end]
        }
    }
}

/// A small hash that is the same in every process (FNV-1a), unlike `Hasher`.
func stableHash(_ bytes: some Sequence<UInt8>, seed: UInt64 = 0xCBF2_9CE4_8422_2325) -> UInt64 {
    bytes.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
