import JSON

/// Known names of an object's members, found by everything that some reader could take for one of them.
///
/// Readers written in Go match names without regard to case, with Unicode's simple folding, and the last one wins; readers in
/// C stop at a NUL.
struct NameTable: Sendable {
    enum Match: Sendable, Equatable {
        case unknown
        /// The name itself; its index.
        case exact(Int)
        /// Another spelling of the name with this index.
        case near(Int)
    }

    /// In lower case, ASCII, at most ``longest`` bytes each.
    let names: [String]
    private let bytes: [[UInt8]]
    /// Of each place in the table: an index into `names`, plus one; 0 where there is none.
    private let slots: [UInt16]
    private let mask: Int

    /// The most bytes that a known name has.
    static let longest = 48

    init(_ names: [String]) {
        self.names = names
        bytes = names.map { Array($0.utf8) }
        var size = 16
        while size < names.count * 2 { size *= 2 }
        var slots = [UInt16](repeating: 0, count: size)
        for (index, name) in bytes.enumerated() {
            var place = Int(name.reduce(NameTable.seed, NameTable.mixed)) & (size - 1)
            while slots[place] != 0 { place = (place + 1) & (size - 1) }
            slots[place] = UInt16(index + 1)
        }
        self.slots = slots
        mask = size - 1
    }

    func match(_ name: JSONNode, of document: JSONDocument) -> Match {
        let range = document.range(name)
        let plain = document.bytes.withUnsafeBufferPointer { all in
            match(UnsafeBufferPointer(rebasing: all[range.lowerBound + 1..<range.upperBound - 1]))
        }
        return plain ?? match(unescaped: document.string(name) ?? "")
    }

    func match(unescaped name: String) -> Match {
        Array(name.utf8).withUnsafeBufferPointer { match($0, isEscaped: false) } ?? .unknown
    }

    /// Returns nil for a name with escapes, which must be taken away first.
    private func match(_ name: UnsafeBufferPointer<UInt8>, isEscaped: Bool = true) -> Match? {
        var folded = InlineArray<48, UInt8>(repeating: 0)
        var (count, place, hash, isItself) = (0, 0, NameTable.seed, true)
        while place < name.count {
            var byte = name[place]
            place += 1
            if byte == UInt8(ascii: "\\"), isEscaped { return nil }
            if byte == 0 {
                isItself = false
                break
            }
            if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) {
                byte |= 0x20
                isItself = false
            } else if byte >= 0x80 {
                guard let letter = NameTable.letter(name, from: &place) else {
                    // Whatever else the name holds, an escape may still hide nothing: no known name has such a character.
                    return .unknown
                }
                byte = letter
                isItself = false
            }
            guard count < NameTable.longest else { return .unknown }
            folded[count] = byte
            count += 1
            hash = NameTable.mixed(hash, byte)
        }
        guard let index = index(of: folded, count, hash) else { return .unknown }
        return isItself ? .exact(index) : .near(index)
    }

    private func index(of name: InlineArray<48, UInt8>, _ count: Int, _ hash: UInt32) -> Int? {
        var place = Int(hash) & mask
        while slots[place] != 0 {
            let index = Int(slots[place]) - 1
            if bytes[index].count == count, bytes[index].indices.allSatisfy({ bytes[index][$0] == name[$0] }) {
                return index
            }
            place = (place + 1) & mask
        }
        return nil
    }

    /// The two characters beyond ASCII that fold into a letter of it: KELVIN SIGN and LATIN SMALL LETTER LONG S.
    ///
    /// - Parameter place: behind the first byte of the character; moved behind the whole of it.
    private static func letter(_ name: UnsafeBufferPointer<UInt8>, from place: inout Int) -> UInt8? {
        let first = name[place - 1]
        if first == 0xC5, place < name.count, name[place] == 0xBF {
            place += 1
            return UInt8(ascii: "s")
        }
        if first == 0xE2, place + 1 < name.count, name[place] == 0x84, name[place + 1] == 0xAA {
            place += 2
            return UInt8(ascii: "k")
        }
        return nil
    }

    private static let seed: UInt32 = 2_166_136_261

    private static func mixed(_ hash: UInt32, _ byte: UInt8) -> UInt32 { (hash ^ UInt32(byte)) &* 16_777_619 }
}
