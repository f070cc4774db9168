/// How alike two texts or vectors are.
package enum TextSimilarity {
    /// Insertions, deletions and replacements that make one sequence the other. The time is the product of the lengths.
    package static func levenshtein<Element: Equatable>(_ left: [Element], _ right: [Element]) -> Int {
        guard !left.isEmpty else { return right.count }
        var last = Array(0...right.count)
        for (row, element) in left.enumerated() {
            var current = [row + 1]
            current.reserveCapacity(right.count + 1)
            for column in right.indices {
                let replaced = last[column] + (element == right[column] ? 0 : 1)
                current.append(min(replaced, last[column + 1] + 1, current[column] + 1))
            }
            last = current
        }
        return last[right.count]
    }

    /// ROUGE-N: the harmonic mean of precision and recall over runs of `size` words; 0 to 1.
    ///
    /// Words are runs of letters and digits, in lower case.
    package static func rouge(_ answer: String, _ reference: String, size: Int) -> Double {
        let (found, wanted) = (runs(words(answer), size), runs(words(reference), size))
        let (all, needed) = (found.values.reduce(0, +), wanted.values.reduce(0, +))
        guard all > 0, needed > 0 else { return 0 }
        let shared = wanted.reduce(0) { $0 + min($1.value, found[$1.key] ?? 0) }
        return 2 * Double(shared) / Double(all + needed)
    }

    /// Words in lower case: runs of letters, digits and what belongs to them.
    package static func words(_ text: String) -> [String] {
        text.lowercased().split { !($0.isLetter || $0.isNumber) }.map(String.init)
    }

    /// The cosine of the angle between two vectors of one length; nil for different lengths or a vector of zeros.
    package static func cosine(_ left: [Double], _ right: [Double]) -> Double? {
        guard left.count == right.count else { return nil }
        func product(_ one: [Double], _ other: [Double]) -> Double { zip(one, other).reduce(0) { $0 + $1.0 * $1.1 } }
        let lengths = (product(left, left) * product(right, right)).squareRoot()
        return lengths > 0 && lengths.isFinite ? product(left, right) / lengths : nil
    }

    private static func runs(_ words: [String], _ size: Int) -> [[String]: Int] {
        guard size > 0, words.count >= size else { return [:] }
        return (0...words.count - size).reduce(into: [:]) { $0[Array(words[$1..<$1 + size]), default: 0] += 1 }
    }
}
