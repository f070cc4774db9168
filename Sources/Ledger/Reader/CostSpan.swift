import Inference

/// A piece of a report's window that has one label: a day, or all of it.
struct CostSpan {
    var label: String?
    /// UTC milliseconds.
    var from: Int64
    /// UTC milliseconds, exclusive.
    var to: Int64

    static func spans(of query: CostQuery) -> [CostSpan] {
        guard query.from < query.to else { return [] }
        guard query.by.contains(.day) else { return [CostSpan(from: query.from, to: query.to)] }
        var spans: [CostSpan] = []
        for (index, day) in query.dayStarts.enumerated() {
            let next = index + 1 < query.dayStarts.count ? query.dayStarts[index + 1].startsAt : query.to
            let (from, to) = (max(day.startsAt, query.from), min(next, query.to))
            if from < to { spans.append(CostSpan(label: day.label, from: from, to: to)) }
        }
        return spans
    }

    /// The slots that lie in the span whole; nil when there is none.
    var slots: Range<Int64>? {
        let first = RollupKey.slot(of: from.addingClamped(RollupKey.milliseconds - 1))
        let end = RollupKey.slot(of: to)
        return first < end ? first..<end : nil
    }

    /// The part of the span that is these slots.
    func whole(_ slots: Range<Int64>) -> CostSpan {
        let size = RollupKey.milliseconds
        return CostSpan(label: label, from: slots.lowerBound * size, to: slots.upperBound * size)
    }

    /// What of the span lies outside of `slots`, before and behind.
    var edges: [CostSpan] {
        guard let slots else { return [self] }
        let edges = [
            CostSpan(label: label, from: from, to: slots.lowerBound * RollupKey.milliseconds),
            CostSpan(label: label, from: slots.upperBound * RollupKey.milliseconds, to: to),
        ]
        return edges.filter { $0.from < $0.to }
    }

    /// Binds the span of ids that can hold the span of moments, and the moments.
    func bind(to statement: Statement, skew: Int64) {
        let greatest: Int64 = 1 << 48 - 1  // of the milliseconds in an id
        let first = min(max(0, from.addingClamped(-max(0, skew))), greatest)
        let last = min(max(0, to.addingClamped(skew)), greatest)
        statement.bind(1, RequestID(high: UInt64(first) << 16, low: 0))
        statement.bind(2, RequestID(high: UInt64(last) << 16 | 0xFFFF, low: .max))
        statement.bind(3, from)
        statement.bind(4, to)
    }
}
