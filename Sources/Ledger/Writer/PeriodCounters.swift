import Inference

/// The money of one period, in nano-units. A value: it knows neither the file nor the time.
///
/// `posted + held <= limit + overrun + allowance` holds after every method, as the file's own CHECK demands.
struct PeriodCounters: Hashable, Sendable {
    var limit: Int64
    var posted: Int64 = 0
    var held: Int64 = 0
    /// The part of `posted` that is presumed.
    var presumed: Int64 = 0
    /// What was billed above its hold; never netted.
    var overrun: Int64 = 0
    /// What stands above the limit, overruns aside: since the limit was lowered, a charge corrected, or the budget only
    /// alerts. It goes as what stands there does.
    var allowance: Int64 = 0

    enum Verdict {
        case room
        /// Only open holds are in the way.
        case contended
        case exhausted
    }

    /// Whether `quote` fits. Above a ceiling it is exhausted at once: its caller has an alternative and never waits.
    func verdict(for quote: Int64, ceiling: Int64? = nil) -> Verdict {
        let (spent, overflowed) = posted.addingReportingOverflow(quote)
        guard !overflowed, spent <= limit else { return .exhausted }
        guard quote > 0 else { return .room }
        let (all, carried) = spent.addingReportingOverflow(held)
        if let ceiling, carried || all > ceiling { return .exhausted }
        return !carried && all <= limit ? .room : .contended
    }

    /// Takes a hold that has ``Verdict/room``.
    mutating func hold(_ quote: Int64) { held += quote }

    /// Takes a hold that nothing limits, as far as a counter can hold it, and returns what it took.
    mutating func holdUnlimited(_ quote: Int64) -> Int64 {
        let taken = min(quote, max(0, 9_000_000_000_000_000_000 - posted.addingClamped(held)))
        held += taken
        allowExcess()
        return taken
    }

    /// Whether `used` has reached a share of the limit, in millionths. What is empty has reached nothing.
    func reaches(_ ppm: Int, with used: Int64) -> Bool {
        used > 0 && Int128(used) * 1_000_000 >= Int128(limit) * Int128(ppm)
    }

    /// Ends a hold with a charge; the rest of the hold is free again, what is above it is an overrun.
    mutating func post(_ charge: Int64, of hold: Int64) {
        held -= hold
        posted = posted.addingClamped(charge)
        if charge > hold { overrun = overrun.addingClamped(charge - hold) }
        if allowance > 0 { allowExcess() }
    }

    /// Ends a hold whose truth is unknown: all of it is charged.
    mutating func presume(_ hold: Int64) {
        post(hold, of: hold)
        presumed = presumed.addingClamped(hold)
    }

    /// Ends a hold that cost nothing.
    mutating func void(_ hold: Int64) {
        held -= hold
        if allowance > 0 { allowExcess() }
    }

    /// Sets the limit and keeps what is spent and held.
    mutating func setLimit(_ new: Int64) {
        limit = new
        allowExcess()
    }

    /// Corrects what was posted; returns false when there is less than that to take back.
    mutating func correct(by delta: Int64, presumed presumedDelta: Int64 = 0) -> Bool {
        let corrected = posted.addingClamped(delta)
        let stillPresumed = presumed.addingClamped(presumedDelta)
        guard corrected >= 0, stillPresumed >= 0 else { return false }
        posted = corrected
        presumed = stillPresumed
        allowExcess()
        return true
    }

    private mutating func allowExcess() {
        allowance = PeriodCounters.allowance(limit: limit, posted: posted, held: held, overrun: overrun)
    }

    static func allowance(limit: Int64, posted: Int64, held: Int64, overrun: Int64) -> Int64 {
        Int64(clamping: max(0, Int128(posted) + Int128(held) - Int128(limit) - Int128(overrun)))
    }
}
