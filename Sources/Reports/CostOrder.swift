import Inference
import Ledger

/// How the rows of a report on costs follow one another.
package enum CostOrder: String, Sendable, CaseIterable {
    /// By their names, or days.
    case name
    /// The dearest first; what has no price comes last.
    case cost
    /// The most requests, or tokens, first.
    case requests, input, output

    func sorted(_ entries: [CostEntry]) -> [CostEntry] {
        guard self != .name else { return entries }
        let ranked = entries.enumerated().map { (place: $0.offset, figure: figure($0.element), entry: $0.element) }
        return ranked.sorted { ($0.figure, $1.place) > ($1.figure, $0.place) }.map(\.entry)
    }

    private func figure(_ entry: CostEntry) -> Int64 {
        switch self {
        case .name: 0
        // Amounts of different currencies are not compared: the greatest counts.
        case .cost: entry.amounts.compactMap(\.cost).max() ?? .min
        case .requests: entry.figures.requests
        case .input: entry.figures.usage.totalInput
        case .output: entry.figures.usage.totalOutput
        }
    }
}
