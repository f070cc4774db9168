import HTTPTypes
import NetIO
import Simulation

/// Plays what a simulated provider answers, inside the process: what a transfer over the network looks like, without one.
final class SimulatedTransfer: UpstreamTransfer {
    private let reactor: Reactor
    private let answer: SimulatedAnswer
    private var next = 0
    private var failure: TransferFailure?
    private var waiting: UnsafeContinuation<Void, Never>?
    private var timer: TimerID?

    private(set) var bytesReceived = 0
    let connectionReused: Bool? = nil
    let requestWasWritten = true

    private let timeouts: TimeoutSettings

    init(_ answer: SimulatedAnswer, timeouts: TimeoutSettings, reactor: Reactor) {
        self.answer = answer
        self.timeouts = timeouts
        self.reactor = reactor
    }

    func head() async throws(TransferFailure) -> HTTPResponseHead {
        for step in answer.beforeHead { try await perform(step, orTimeOut: .firstByte) }
        var fields = HTTPFields()
        for (name, value) in answer.headers { fields.append(named: name, value) }
        return HTTPResponseHead(status: answer.status, fields: fields)
    }

    func next() async throws(TransferFailure) -> [UInt8]? {
        while true {
            if let failure { throw failure }
            guard next < answer.steps.count else { return nil }
            let step = answer.steps[next]
            next += 1
            switch step {
            case .bytes(let bytes):
                bytesReceived += bytes.count
                return bytes
            case .end:
                return nil
            case .pause, .hang, .reset:
                try await perform(step, orTimeOut: .idle)
            }
        }
    }

    func whole(limit: Int) async throws(TransferFailure) -> [UInt8] {
        var body: [UInt8] = []
        while let bytes = try await next() {
            body += bytes
            if body.count > limit {
                failure = .tooLarge
                throw .tooLarge
            }
        }
        return body
    }

    func cancel() {
        guard failure == nil else { return }
        failure = .cancelled
        wake()
    }

    private func perform(_ step: SimulatedAnswer.Step, orTimeOut phase: TimeoutPhase) async throws(TransferFailure) {
        let limit = phase == .idle ? timeouts.idle : timeouts.firstByte
        switch step {
        case .pause(let milliseconds):
            let pause = Duration.milliseconds(milliseconds)
            await wait(min(pause, limit))
            if pause > limit, failure == nil { failure = .timeout(phase: phase) }
        case .hang:
            await wait(limit)
            if failure == nil { failure = .timeout(phase: phase) }
        case .reset:
            failure = .reset("the simulated provider broke the connection")
        case .bytes, .end:
            break
        }
        if let failure { throw failure }
    }

    /// Suspends for `time`, or until ``cancel()``.
    private func wait(_ time: Duration) async {
        guard failure == nil else { return }
        await withUnsafeContinuation { continuation in
            waiting = continuation
            timer = reactor.schedule(after: time) { [self] in wake() }
        }
    }

    /// Resumes whoever waits, once.
    private func wake() {
        if let timer { reactor.cancel(timer) }
        timer = nil
        let continuation = waiting
        waiting = nil
        continuation?.resume()
    }
}
