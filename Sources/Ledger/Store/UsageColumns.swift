import Inference

/// The columns that hold a row's tokens: one for each billing class, and one for reasoning.
enum UsageColumns {
    static let names = BillingClass.all.map(\.name) + ["reasoning"]
    static let list = names.joined(separator: ", ")
    static let sums = names.map { "sum(\($0))" }.joined(separator: ", ")
    static let count = Int32(names.count)
}

extension Statement {
    /// Columns in the order of ``UsageColumns``.
    func usage(from column: Int32) -> Usage {
        var usage = Usage()
        for each in BillingClass.all { usage[each] = integer(column + Int32(each.rawValue)) }
        usage.reasoning = integer(column + UsageColumns.count - 1)
        return usage
    }

    /// Parameters in the order of ``UsageColumns``.
    func bind(_ usage: Usage, from index: Int32) {
        for each in BillingClass.all { bind(index + Int32(each.rawValue), usage[each]) }
        bind(index + UsageColumns.count - 1, usage.reasoning)
    }
}

extension Usage {
    /// Counts as a report can add them up: whatever a vendor claims, each at least zero and at most a million million.
    var bounded: Usage { mapTokens { min(max(0, $0), 1_000_000_000_000) } }
}
