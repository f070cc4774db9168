/// One value or member name on a document's tape.
///
/// The tape is in the order of the text: a container stands before its children, a name before its value.
/// While a container is open, `next` holds its parent's index and `end` the filter of its names, so that the reader
/// needs no stack beside the tape.
struct TapeEntry: BitwiseCopyable, Sendable {
    /// The value's first byte.
    var start: UInt32
    /// The byte after its last; of an open object, the filter of its names.
    var end: UInt32
    /// The index of the entry after this one's subtree; of an open container, its parent's index.
    var next: UInt32
    /// Bits 0 to 2 kind, bit 3 flag, bits 4 to 31 count of children.
    private var packed: UInt32

    static let noParent = UInt32.max
    /// The largest count that fits.
    static let maxCount = 1 << 27

    init(_ kind: JSONKind, start: Int, end: Int, next: UInt32, flag: Bool = false) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
        self.next = next
        packed = UInt32(kind.rawValue) | (flag ? 8 : 0)
    }

    var kind: JSONKind { JSONKind(rawValue: UInt8(truncatingIfNeeded: packed & 7)) ?? .null }

    /// Of a string: it has escapes. Of an open object: its names are compared when it closes.
    var flag: Bool {
        get { packed & 8 != 0 }
        set { packed = newValue ? packed | 8 : packed & ~8 }
    }

    /// Elements of an array, members of an object.
    var count: Int { Int(packed >> 4) }

    mutating func addChild() { packed &+= 16 }

    var range: Range<Int> { Int(start)..<Int(end) }
    /// The bytes between a string's quotes.
    var content: Range<Int> { Int(start) + 1..<Int(end) - 1 }
}
