import CLinux
import Glibc

/// Signals as events of a loop (signalfd), in place of handlers that may do nearly nothing.
package final class SignalSource: ReadinessHandler {
    private let descriptor: FileDescriptor
    private let reactor: Reactor
    private let action: (CInt) -> Void

    /// Keeps `signals` from their default action, in this thread and those it starts: call it before there are others.
    package static func block(_ signals: [CInt]) {
        var set = SignalSource.set(signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        // A client that leaves makes a write fail; it must not end the process.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Calls `action` on the loop for each of `signals`, which must be blocked, until ``cancel()``.
    package init(_ signals: [CInt], on reactor: Reactor, _ action: @escaping (CInt) -> Void) throws(SystemError) {
        var set = SignalSource.set(signals)
        let raw = signalfd(-1, &set, CInt(SFD_NONBLOCK | SFD_CLOEXEC))
        guard raw >= 0 else { throw SystemError("signalfd") }
        descriptor = FileDescriptor(owning: raw)
        self.reactor = reactor
        self.action = action
        try reactor.register(raw, .readable, self)
    }

    package func cancel() {
        reactor.deregister(descriptor.rawValue)
    }

    package func ready(_ readiness: Readiness) {
        var info = signalfd_siginfo()
        while read(descriptor.rawValue, &info, MemoryLayout<signalfd_siginfo>.size) > 0 {
            action(CInt(truncatingIfNeeded: info.ssi_signo))
        }
    }

    private static func set(_ signals: [CInt]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }
}
