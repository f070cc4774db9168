import Glibc
import NetIO

/// The signals that a server answers to, in order. Lives on the main loop.
final class SignalInbox {
    static let signals = [SIGTERM, SIGINT, SIGHUP]

    /// How often the process was asked to end.
    private(set) var stops = 0
    /// Whether somebody at a terminal was the first to ask: nobody else needs time to notice.
    private(set) var isInterrupted = false
    /// How often it was asked to read its configuration anew, and has not yet.
    private var hangups = 0
    private var source: SignalSource?
    private var waiting: UnsafeContinuation<Void, Never>?
    /// Called for each further request to end.
    var onStop: (() -> Void)?

    init(on reactor: Reactor) throws(SystemError) {
        source = try SignalSource(SignalInbox.signals, on: reactor) { [unowned self] in take($0) }
    }

    func cancel() {
        source?.cancel()
        source = nil
    }

    /// Returns when a signal has come that nobody has looked at.
    func next() async {
        guard stops == 0, hangups == 0 else { return }
        await withUnsafeContinuation { waiting = $0 }
    }

    /// True when a reload was asked for; several requests are one.
    func takeHangup() -> Bool {
        defer { hangups = 0 }
        return hangups > 0
    }

    private func take(_ signal: CInt) {
        if signal == SIGHUP {
            hangups += 1
        } else {
            if stops == 0 { isInterrupted = signal == SIGINT }
            stops += 1
            onStop?()
        }
        let continuation = waiting
        waiting = nil
        continuation?.resume()
    }
}
