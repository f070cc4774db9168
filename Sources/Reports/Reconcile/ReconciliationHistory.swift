import CivilTime
import Inference

/// All days of a model side by side: what one day cannot say of a difference, its neighbours can.
struct ReconciliationHistory {
    /// One day of a model that differs, in nano-units.
    private struct Day {
        let number: Int
        let vendor: Int64
        let booked: BookedDay
        var difference: Int128 { Int128(vendor) - Int128(booked.cost) }
    }

    /// A relation between the vendor's amounts and the ledger's that is the same on several days.
    struct Relation {
        let days: Int
        /// Millionths by which the vendor's amount is above the ledger's; or nano-units for each token.
        let rate: Int128
        let kind: Kind

        enum Kind { case share, output, input }
    }

    /// Models that the ledger has called at all.
    let models: Set<String>
    /// Models that the export names at all.
    let named: Set<String>
    let hasFees: Bool
    let tolerance: Tolerance
    /// By model and currency, the days that differ, ascending.
    private var differing: [Reconciliation.Key: [Day]] = [:]
    private var shifted: [Reconciliation.Key: Set<Int>] = [:]
    private var relations: [Reconciliation.Key: (relation: Relation, days: Set<Int>)] = [:]

    init(
        vendor: [Reconciliation.Key: VendorDay], booked: [Reconciliation.Key: BookedDay], tolerance: Tolerance
    ) {
        self.tolerance = tolerance
        models = Set(booked.keys.compactMap(\.model))
        named = Set(vendor.keys.compactMap(\.model))
        hasFees = vendor.values.contains(where: \.isFee)
        for key in Set(vendor.keys).union(booked.keys) {
            guard let number = CivilDate(key.day)?.daysSince1970, vendor[key]?.isFee != true else { continue }
            let said = vendor[key] == nil ? 0 : vendor[key]?.cost
            let had = booked[key] ?? BookedDay()
            guard let said, !tolerance.covers(said, had.cost) else { continue }
            differing[whole(key), default: []].append(Day(number: number, vendor: said, booked: had))
        }
        for key in differing.keys {
            let days = (differing[key] ?? []).sorted { $0.number < $1.number }
            shifted[key] = ReconciliationHistory.shifted(days)
            relations[key] = relation(of: days.filter { shifted[key]?.contains($0.number) != true })
        }
    }

    private func whole(_ key: Reconciliation.Key) -> Reconciliation.Key {
        Reconciliation.Key(day: "", model: key.model, currency: key.currency)
    }

    /// Whether what is missing on a day stands on the days beside it.
    func isShifted(_ key: Reconciliation.Key) -> Bool {
        guard let number = CivilDate(key.day)?.daysSince1970 else { return false }
        return shifted[whole(key)]?.contains(number) == true
    }

    /// What holds on this day and on others alike.
    func relation(_ key: Reconciliation.Key) -> Relation? {
        guard let number = CivilDate(key.day)?.daysSince1970, let found = relations[whole(key)],
            found.days.contains(number)
        else { return nil }
        return found.relation
    }

    // MARK: Shifts

    /// The days that belong to a run of up to a week in which more and less cancel out, each beside its opposite.
    private static func shifted(_ days: [Day]) -> Set<Int> {
        var found: Set<Int> = []
        for first in days.indices {
            var sum = days[first].difference
            var greatest = days[first].difference.magnitude
            for last in days.indices.dropFirst(first + 1).prefix(6) {
                guard days[last].number == days[last - 1].number + 1 else { break }
                sum += days[last].difference
                greatest = max(greatest, days[last].difference.magnitude)
                guard sum.magnitude <= max(1_000, greatest / 20) else { continue }
                let run = days[first...last]
                let turns = zip(run, run.dropFirst()).contains { ($0.difference > 0) != ($1.difference > 0) }
                if turns { found.formUnion(run.map(\.number)) }
                break
            }
        }
        return found.union(longShift(days))
    }

    /// With days that begin elsewhere, each day loses an evening and gains another: over a long run more and less cancel
    /// out, though no two days do.
    private static func longShift(_ days: [Day]) -> Set<Int> {
        var runs: [[Day]] = []
        for day in days {
            if let last = runs.last?.last, last.number + 1 == day.number {
                runs[runs.count - 1].append(day)
            } else {
                runs.append([day])
            }
        }
        return runs.reduce(into: []) { found, run in
            guard run.count >= 5 else { return }
            let sum = run.reduce(Int128(0)) { $0 + $1.difference }
            let moved = run.reduce(UInt128(0)) { $0 + $1.difference.magnitude }
            let turns = zip(run, run.dropFirst()).count { ($0.difference > 0) != ($1.difference > 0) }
            if sum.magnitude * 10 <= moved, turns * 3 >= run.count { found.formUnion(run.map(\.number)) }
        }
    }

    // MARK: Relations

    /// The first relation that holds, to a hundredth, on three days and on two thirds of those that differ.
    private func relation(of days: [Day]) -> (relation: Relation, days: Set<Int>)? {
        let kinds: [(Relation.Kind, (Day) -> Int64)] = [
            (.share, { $0.booked.cost }), (.output, { $0.booked.output }), (.input, { $0.booked.input }),
        ]
        for (kind, base) in kinds {
            let rates = days.compactMap { day -> (number: Int, rate: Int128)? in
                guard base(day) > 0, day.vendor > 0 else { return nil }
                return (day.number, day.difference * 1_000_000 / Int128(base(day)))
            }
            guard rates.count >= 3 else { continue }
            let median = rates.map(\.rate).sorted()[rates.count / 2]
            // Of a share the factor is compared, of a price for each token the price itself.
            let size = kind == .share ? (median + 1_000_000).magnitude : median.magnitude
            let close = rates.filter { ($0.rate - median).magnitude <= size / 100 }
            guard close.count >= 3, close.count * 3 >= days.count * 2, median != 0 else { continue }
            return (Relation(days: close.count, rate: median, kind: kind), Set(close.map(\.number)))
        }
        return nil
    }
}
