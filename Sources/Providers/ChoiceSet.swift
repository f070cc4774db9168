/// Some of an answer's choices, by index. The first 128 need no memory of their own: vendors write no more for a prompt.
struct ChoiceSet: Sendable, Hashable {
    private var first: UInt128 = 0
    private var others: Set<Int> = []

    /// Above it a choice is not looked at: a request has no room for so many.
    static let largest = 1 << 16

    var count: Int { first.nonzeroBitCount + others.count }
    var isEmpty: Bool { first == 0 && others.isEmpty }

    func contains(_ index: Int) -> Bool {
        (0..<128).contains(index) ? first >> UInt128(index) & 1 == 1 : others.contains(index)
    }

    mutating func insert(_ index: Int) {
        if (0..<128).contains(index) {
            first |= 1 << UInt128(index)
        } else if (0...ChoiceSet.largest).contains(index) {
            others.insert(index)
        }
    }

    mutating func formUnion(_ other: ChoiceSet) {
        first |= other.first
        if !other.others.isEmpty { others.formUnion(other.others) }
    }

    mutating func subtract(_ other: ChoiceSet) {
        first &= ~other.first
        if !others.isEmpty { others.subtract(other.others) }
    }
}
