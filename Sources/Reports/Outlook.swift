import Inference
import Ledger

/// The forecasts of a report's rows and of its total.
struct Outlook {
    private let forecast: Forecast
    private let places: [String: Int]
    /// What each day cost, by the group of the row; that of the total is empty.
    private var days: [[String?]: [Currency: [Int64]]] = [:]

    /// - Parameter daily: by the request's keys and the day.
    init(_ forecast: Forecast, _ request: CostRequest, _ daily: CostReport) {
        self.forecast = forecast
        let labels = request.window.days.map(\.label)
        places = Dictionary(uniqueKeysWithValues: zip(labels, labels.indices))
        let keys = CostGroup.keys(request.by)
        let at = keys.firstIndex(of: .day) ?? keys.count
        for row in daily.rows {
            guard at < row.key.count, let day = row.key[at].flatMap({ places[$0] }) else { continue }
            var group = row.key
            group.remove(at: at)
            add(row.figures, day, to: group)
            if !group.isEmpty { add(row.figures, day, to: []) }
        }
    }

    func projections(of entry: CostEntry) -> [Currency: Projection] {
        let own = days[entry.key ?? []] ?? [:]
        return entry.figures.cost.reduce(into: [:]) { projections, amount in
            projections[amount.key] = forecast.projection(of: amount.value, days: own[amount.key] ?? [])
        }
    }

    private mutating func add(_ figures: CostFigures, _ day: Int, to group: [String?]) {
        let nothing = [Int64](repeating: 0, count: places.count)
        for (currency, cost) in figures.cost {
            let sum = (days[group]?[currency]?[day] ?? 0).addingClamped(cost)
            days[group, default: [:]][currency, default: nothing][day] = sum
        }
    }
}
