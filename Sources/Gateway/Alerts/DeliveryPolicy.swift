/// When an alert is tried again, and when it is given up. A value: clock and chance are handed in.
package struct DeliveryPolicy: Sendable {
    /// The pause after the first failure; it doubles with each further one.
    package var first: Duration = .seconds(1)
    package var longest: Duration = .seconds(3_600)
    /// After so long nobody needs to be told any more.
    package var patience: Duration = .seconds(3 * 86_400)

    package init() {}

    /// What a try came to.
    package enum Result: Sendable, Hashable {
        /// The status of the receiver's answer.
        case status(Int)
        /// There was no answer, and why.
        case failed(String)
    }

    package enum Verdict: Sendable, Hashable {
        case delivered
        case again(after: Duration)
        case givenUp(String)
    }

    /// - Parameters:
    ///   - tries: how often the alert was tried, this time included.
    ///   - age: since the alert was written.
    ///   - jitter: 0.5…1, so that the receivers of many gateways are not all asked at once.
    package func verdict(_ result: Result, tries: Int, age: Duration, jitter: Double) -> Verdict {
        switch result {
        case .status(200..<300): return .delivered
        case .status(410): return .givenUp("the receiver answers 410: it wants no more")
        case .status(let status) where age >= patience: return .givenUp("given up after status \(status)")
        case .failed(let reason) where age >= patience: return .givenUp("given up: \(reason)")
        case .status, .failed: return .again(after: pause(after: tries) * jitter)
        }
    }

    private func pause(after tries: Int) -> Duration {
        let doublings = min(max(0, tries - 1), 20)
        return min(longest, first * (1 << doublings))
    }
}

extension DeliveryPolicy.Result {
    var reason: String {
        switch self {
        case .status(let status): "the receiver answers \(status)"
        case .failed(let reason): reason
        }
    }
}
