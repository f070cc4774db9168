package import Inference

/// What a request does next.
package enum RouteStep: Sendable, Hashable {
    /// Send to the target with this index, after a pause that is often zero.
    case attempt(target: Int, after: Duration)
    /// The last answer of the upstream is the client's: its status and body say what to mend.
    case relay
    /// No target answered, or none may be asked any more.
    case giveUp(GatewayError)
}

/// Leads one request through its model's targets: a value without clock, socket or chance of its own.
///
///     start ──▶ attempt ──(failure)──▶ same target again ──▶ next target ──▶ relay or give up
///                  │                        │ while retries and attempts allow
///                  └──(success)──▶ the caller stops asking
///
/// Targets come in the model's order, but one that is unwell comes after all others. None is dropped for it:
/// when every target is unwell, asking one is better than asking none.
package struct RoutePlan: Sendable {
    /// A vendor that asks for a longer pause than this is not waited for.
    private static let longestPause = Duration.seconds(8)

    private let attemptLimit: Int
    private let repeatLimit: Int
    private var untried: [Int]
    private var current: Int?
    private var repeats = 0
    /// Whether the target was asked again after it had not looked at the request.
    private var hasResent = false

    /// The attempts begun so far.
    package private(set) var attempts = 0

    /// - Parameters:
    ///   - targets: how many the model has.
    ///   - attempts: of the whole request, on whichever targets; at least 1.
    ///   - sameTarget: attempts that one target gets beyond its first.
    package init(targets: Int, attempts: Int = 3, sameTarget: Int = 0) {
        untried = Array(0..<max(targets, 0))
        attemptLimit = max(attempts, 1)
        repeatLimit = max(sameTarget, 0)
    }

    /// Returns what to do next: first with nil, then with how the last attempt failed.
    ///
    /// - Parameters:
    ///   - healthy: asked of untried targets in order, until one is.
    ///   - jitter: 0…1, drawn anew for each call; spreads the pauses of requests that failed together.
    package mutating func next(
        after failure: AttemptFailure?, healthy: (Int) -> Bool = { _ in true }, jitter: Double = 1
    ) -> RouteStep {
        guard let failure else { return advance(healthy) ?? .giveUp(.noTarget) }
        if failure.kind == .unusable { attempts -= 1 }  // nothing was sent
        if let step = resend(after: failure) { return step }
        let verdict = RetryVerdict(failure)
        guard attempts < attemptLimit else { return verdict.end }
        if verdict.prefersOther, let step = advance(healthy) { return step }
        if let step = again(after: failure, verdict, jitter: jitter) { return step }
        if verdict.allowsOther, let step = advance(healthy) { return step }
        return verdict.end
    }

    /// Sends what was not looked at once more, whatever the limits say: it was no attempt that anybody has worked on.
    private mutating func resend(after failure: AttemptFailure) -> RouteStep? {
        guard failure.kind == .unprocessed, !hasResent, let current else { return nil }
        hasResent = true
        return .attempt(target: current, after: .zero)
    }

    private mutating func again(after failure: AttemptFailure, _ verdict: RetryVerdict, jitter: Double) -> RouteStep? {
        guard verdict.allowsSame, repeats < repeatLimit, let current else { return nil }
        let pause = failure.retryAfter ?? Self.backOff(repeats, jitter: jitter)
        guard pause <= Self.longestPause else { return nil }
        repeats += 1
        attempts += 1
        return .attempt(target: current, after: max(pause, .zero))
    }

    private mutating func advance(_ healthy: (Int) -> Bool) -> RouteStep? {
        guard !untried.isEmpty else { return nil }
        let target = untried.remove(at: untried.firstIndex(where: healthy) ?? 0)
        current = target
        repeats = 0
        hasResent = false
        attempts += 1
        return .attempt(target: target, after: .zero)
    }

    /// A share of half a second, doubled with each repetition up to eight.
    private static func backOff(_ repeats: Int, jitter: Double) -> Duration {
        let share = jitter.isFinite ? min(max(jitter, 0), 1) : 1
        let ceiling = min(8, 0.5 * Double(1 << min(repeats, 4)))
        return .milliseconds(Int64(share * ceiling * 1000))
    }
}

extension GatewayError {
    static var noTarget: GatewayError {
        GatewayError(502, "upstream_error", "the model has no target that may be asked", shouldRetry: false)
    }
}
