import Routing

/// A circuit breaker for each target that has failed: a dead one is passed by while another can serve.
struct TargetHealth {
    private var breakers: [Key: CircuitBreaker] = [:]

    private struct Key: Hashable {
        let provider: String
        let model: String

        init(_ target: Target) {
            provider = target.provider.name
            model = target.model
        }
    }

    /// - Parameter now: nanoseconds of the monotonic clock.
    mutating func admits(_ target: Target, at now: UInt64) -> Bool {
        guard !breakers.isEmpty else { return true }
        return breakers[Key(target)]?.admits(at: now) ?? true
    }

    /// Takes the outcome of an attempt: nil for an answer. A refusal of the request itself says nothing of the target.
    mutating func record(_ failure: AttemptFailure?, of target: Target, at now: UInt64) {
        guard let failure else {
            if !breakers.isEmpty { breakers[Key(target)] = nil }
            return
        }
        guard failure.speaksAgainstTarget else { return }
        breakers[Key(target), default: CircuitBreaker()].record(success: false, at: now)
    }
}
