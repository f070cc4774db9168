import Routing
import Testing

@Suite struct CircuitBreakerTests {
    static let second: UInt64 = 1_000_000_000

    @Test func opensAfterTheThresholdAndProbesOnceAfterTheCooldown() {
        var breaker = CircuitBreaker(threshold: 2, cooldown: .seconds(10))
        breaker.record(success: false, at: 0)
        let once = breaker.admits(at: 0)
        breaker.record(success: false, at: 0)
        let admitted = [9, 10, 10, 21].map { breaker.admits(at: $0 * Self.second) }
        #expect(once)
        #expect(admitted == [false, true, false, true])  // cooling, the probe, no second one, the probe was lost
    }

    @Test func aFailedProbeOpensAgainAndASuccessCloses() {
        var breaker = CircuitBreaker(threshold: 2, cooldown: .seconds(10))
        for _ in 0..<2 { breaker.record(success: false, at: 0) }
        _ = breaker.admits(at: 10 * Self.second)
        breaker.record(success: false, at: 11 * Self.second)
        let cooling = breaker.admits(at: 20 * Self.second)
        _ = breaker.admits(at: 21 * Self.second)
        breaker.record(success: true, at: 22 * Self.second)
        #expect(!cooling)
        #expect(breaker == CircuitBreaker(threshold: 2, cooldown: .seconds(10)))
    }

    @Test func timesAtTheEdgeDoNotOverflow() {
        var breaker = CircuitBreaker(threshold: 1, cooldown: .seconds(Int64.max))
        breaker.record(success: false, at: .max)
        breaker.coolDown(for: .seconds(-5), at: .max)
        let admitted = breaker.admits(at: .max)
        #expect(admitted)
    }

    @Test func whatTheClientDidWrongIsNoFailureOfTheTarget() {
        #expect(!AttemptFailure(.status(400)).speaksAgainstTarget && AttemptFailure(.status(500)).speaksAgainstTarget)
        #expect(!AttemptFailure(.unusable).speaksAgainstTarget && AttemptFailure(.timeout).speaksAgainstTarget)
    }
}
