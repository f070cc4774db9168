import Inference
import Ledger

/// What the ledger has of one day of one model in one currency, with what can explain a difference.
struct BookedDay: Sendable {
    /// Nano-units, corrections included.
    var cost: Int64 = 0
    /// The part of it that is presumed.
    var presumed: Int64 = 0
    var attempts: Int64 = 0
    /// Attempts whose price nobody knows.
    var unpriced: Int64 = 0
    /// Attempts with classes that were billed at the fallback price, and which classes.
    var fallback: Int64 = 0
    var classes: Set<String> = []
    /// Attempts with something that is billed by the piece, whether it has a price or not.
    var pieces: Int64 = 0
    var input: Int64 = 0
    var output: Int64 = 0
    /// Whether rows of the day are gone, so that only their sums are known.
    var isArchived = false

    mutating func add(_ attempt: BilledAttempt) {
        let settlement = attempt.settlement
        let corrections = attempt.corrections.values.reduce(Int64(0)) { $0.addingClamped($1) }
        let own = settlement.cost?.nano ?? 0
        cost = cost.addingClamped(own).addingClamped(corrections)
        attempts += 1
        if settlement.basis == .presumed {
            presumed = presumed.addingClamped(own).addingClamped(attempt.corrections[.presumedRelease] ?? 0)
        }
        if settlement.cost == nil, attempt.repricings == 0 { unpriced += 1 }
        let flagged = settlement.unpricedClasses.filter { flag in
            !["clamped:", "implausible:"].contains(where: flag.hasPrefix)
        }
        if !flagged.isEmpty {
            fallback += 1
            if classes.count < 32 { classes.formUnion(flagged.prefix(8)) }
        }
        if settlement.usage.extras != nil { pieces += 1 }
        input = input.addingClamped(settlement.usage.totalInput)
        output = output.addingClamped(settlement.usage.totalOutput)
    }

    /// Adds what is left of attempts whose rows are gone.
    mutating func add(_ archived: ArchivedCharges) {
        cost = cost.addingClamped(archived.cost)
        presumed = presumed.addingClamped(archived.presumed)
        attempts += archived.attempts
        unpriced += archived.unpriced
        input = input.addingClamped(archived.usage.totalInput)
        output = output.addingClamped(archived.usage.totalOutput)
        isArchived = true
    }

    mutating func add(_ other: BookedDay) {
        cost = cost.addingClamped(other.cost)
        presumed = presumed.addingClamped(other.presumed)
        attempts += other.attempts
        unpriced += other.unpriced
        fallback += other.fallback
        classes.formUnion(other.classes)
        pieces += other.pieces
        input = input.addingClamped(other.input)
        output = output.addingClamped(other.output)
        isArchived = isArchived || other.isArchived
    }
}
