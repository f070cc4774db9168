/// Gives names that were used before a number, so that no two are the same.
package struct DistinctNames {
    private var seen: Set<String> = []

    package init() {}

    /// `a`, the next time `a (2)`.
    package mutating func distinct(_ name: String) -> String {
        var candidate = name
        var number = 2
        while !seen.insert(candidate).inserted {
            candidate = "\(name) (\(number))"
            number += 1
        }
        return candidate
    }
}
