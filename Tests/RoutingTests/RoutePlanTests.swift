import Inference
import Routing
import Testing

@Suite struct RoutePlanTests {
    /// `0 1 2 502 upstream_error`: the targets in order, and the end.
    static func story(_ failures: [AttemptFailure], targets: Int = 3, attempts: Int = 3, sameTarget: Int = 0) -> String
    {
        var plan = RoutePlan(targets: targets, attempts: attempts, sameTarget: sameTarget)
        var words = [word(plan.next(after: nil))]
        for failure in failures { words.append(word(plan.next(after: failure))) }
        return words.joined(separator: " ")
    }

    static func word(_ step: RouteStep) -> String {
        switch step {
        case .attempt(let target, let pause): pause == .zero ? "\(target)" : "\(target)+"
        case .relay: "relay"
        case .giveUp(let error): "\(error.status):\(error.code)"
        }
    }

    @Test(arguments: [
        (AttemptFailure(.connect), "0 1 2 502:upstream_error"),
        (AttemptFailure(.reset), "0 1 2 502:upstream_error"),
        (AttemptFailure(.timeout), "0 1 2 504:upstream_timeout"),
        (AttemptFailure(.status(429)), "0 1 2 429:upstream_rate_limited"),
        (AttemptFailure(.status(429), hint: .quota), "0 1 2 429:insufficient_quota"),
        (AttemptFailure(.status(503)), "0 1 2 502:upstream_error"),
        (AttemptFailure(.status(529)), "0 1 2 502:upstream_error"),
        (AttemptFailure(.status(401)), "0 1 2 502:upstream_auth"),
        (AttemptFailure(.status(403)), "0 1 2 502:upstream_auth"),
        (AttemptFailure(.status(408)), "0 1 2 relay"),
        (AttemptFailure(.status(400), hint: .contextLength), "0 1 2 relay"),
        (AttemptFailure(.unusable), "0 1 2 502:upstream_error"),
    ])
    func fallsBackToTheNextTarget(failure: AttemptFailure, story: String) {
        #expect(Self.story([failure, failure, failure]) == story)
    }

    @Test(arguments: [
        (AttemptFailure(.status(400)), "0 relay"), (AttemptFailure(.status(422)), "0 relay"),
        (AttemptFailure(.status(404)), "0 relay"), (AttemptFailure(.afterFirstByte), "0 502:upstream_error"),
    ])
    func stopsAtOnceWhereAnotherTargetCouldNotHelp(failure: AttemptFailure, story: String) {
        #expect(Self.story([failure]) == story)
    }

    @Test func countsAttemptsOfTheWholeRequest() {
        let failures = [AttemptFailure](repeating: AttemptFailure(.connect), count: 3)
        #expect(Self.story(failures, targets: 9) == "0 1 2 502:upstream_error")
        #expect(Self.story(failures, targets: 2, attempts: 9, sameTarget: 1) == "0 0+ 1 1+")
        let unusable = [AttemptFailure](repeating: AttemptFailure(.unusable), count: 4)
        #expect(Self.story(unusable, targets: 5) == "0 1 2 3 4")  // nothing was sent: no attempt
    }

    @Test func waitsForARateLimitOnlyWhenNoOtherTargetIsLeft() {
        let limited = AttemptFailure(.status(429), retryAfter: .seconds(2))
        #expect(Self.story([limited, limited], targets: 2, sameTarget: 1) == "0 1 1+")
        let long = AttemptFailure(.status(429), retryAfter: .milliseconds(60_500))
        var plan = RoutePlan(targets: 1, sameTarget: 1)
        _ = plan.next(after: nil)
        guard case .giveUp(let error) = plan.next(after: long) else { return #expect(Bool(false)) }
        #expect(error.retryAfter == 61)
    }

    @Test func anUnwellTargetComesLast() {
        var plan = RoutePlan(targets: 3)
        let healthy: (Int) -> Bool = { $0 != 0 }
        let steps = [
            plan.next(after: nil, healthy: healthy), plan.next(after: AttemptFailure(.connect), healthy: healthy),
            plan.next(after: AttemptFailure(.connect), healthy: healthy),
        ]
        #expect(steps.map(Self.word) == ["1", "2", "0"])
        var alone = RoutePlan(targets: 1)
        #expect(alone.next(after: nil, healthy: { _ in false }) == .attempt(target: 0, after: .zero))
    }

    /// What was not looked at is sent once more to the same target, and counts for nothing.
    @Test(arguments: [
        (1, 1, [AttemptFailure(.unprocessed)], "0 0"),
        (1, 1, [AttemptFailure(.unprocessed), AttemptFailure(.unprocessed)], "0 0 502:upstream_error"),
        (2, 2, [AttemptFailure(.unprocessed), AttemptFailure(.unprocessed)], "0 0 1"),
        (2, 2, [AttemptFailure(.unprocessed), AttemptFailure(.unprocessed), AttemptFailure(.unprocessed)], "0 0 1 1"),
        (
            2, 2, [AttemptFailure(.unprocessed), AttemptFailure(.timeout), AttemptFailure(.timeout)],
            "0 0 1 504:upstream_timeout"
        ),
    ])
    func whatWasNotProcessedIsSentOnceMore(
        targets: Int, attempts: Int, failures: [AttemptFailure], story: String
    ) {
        #expect(Self.story(failures, targets: targets, attempts: attempts) == story)
    }

    @Test func withoutTargetsThereIsAnError() {
        #expect(Self.story([], targets: 0) == "502:upstream_error")
    }

    @Test func jitterStaysWithinItsBounds() {
        for jitter in [-1, 0, 0.5, 1, 7, .nan, .infinity] {
            var plan = RoutePlan(targets: 1, attempts: 50, sameTarget: 50)
            _ = plan.next(after: nil)
            for _ in 0..<40 {
                guard case .attempt(_, let pause) = plan.next(after: AttemptFailure(.connect), jitter: jitter) else {
                    continue
                }
                #expect(pause >= .zero && pause <= .seconds(8))
            }
        }
    }
}
