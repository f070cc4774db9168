import CivilTime
import Ledger

/// What a report can group by: what the ledger knows of a charge, and the weeks and months of its day.
package enum CostGroup: String, Sendable, Hashable, CaseIterable {
    case application, day, week, month, model, provider, prompt, experiment, variant, key, team, user
    /// The vendor's own model name, as on its invoice.
    case upstreamModel = "upstream_model"

    /// What the ledger groups by for it.
    var key: CostKey {
        switch self {
        case .application: .application
        case .day, .week, .month: .day
        case .model: .model
        case .provider: .provider
        case .prompt: .prompt
        case .experiment: .experiment
        case .variant: .variant
        case .key: .key
        case .team: .team
        case .user: .user
        case .upstreamModel: .upstreamModel
        }
    }

    /// Its rows are pieces of the window, and so have no other window to be compared with.
    var isTime: Bool { key == .day }

    /// The group of what the ledger says: itself, or the week or month of a day.
    func value(_ text: String?) -> String? {
        switch self {
        case .week: text.flatMap { CivilDate($0) }.map { CalendarSpan(.week, containing: $0).label }
        case .month: text.flatMap { CivilDate($0) }.map { CalendarSpan(.month, containing: $0).label }
        default: text
        }
    }

    /// What the ledger must be asked for these groups: each key once.
    static func keys(_ groups: [CostGroup]) -> [CostKey] {
        groups.reduce(into: []) { keys, group in
            if !keys.contains(group.key) { keys.append(group.key) }
        }
    }
}

extension CostReport {
    /// The rows of the groups, from those of their keys; ordered by key, what has no value first.
    func grouped(by groups: [CostGroup]) -> CostReport {
        let keys = CostGroup.keys(groups)
        guard groups.map(\.key) != keys || groups.contains(where: { $0 == .week || $0 == .month }) else { return self }
        let places = groups.compactMap { keys.firstIndex(of: $0.key) }
        var sums: [[String?]: CostFigures] = [:]
        for row in rows {
            let key = zip(groups, places).map { group, place in group.value(row.key[place]) }
            sums[key, default: CostFigures()].add(row.figures)
        }
        let grouped = sums.map { CostRow(key: $0.key, figures: $0.value) }
        return CostReport(
            rows: grouped.sorted { CostReport.precedes($0.key, $1.key) }, total: total, complete: !isOpen,
            gaps: gaps)
    }

    static func precedes(_ left: [String?], _ right: [String?]) -> Bool {
        for (one, other) in zip(left, right) where one != other {
            guard let one else { return true }
            guard let other else { return false }
            return one < other
        }
        return false
    }
}
