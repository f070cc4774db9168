import CCurl
import Glibc
import NetIO

/// The descriptors that libcurl uses, and what the loop watches them for.
///
/// libcurl asks to watch and to unwatch a connection for every request. The sockets that were made here stay registered
/// in between, at no cost: only an event that nobody waits for, such as the peer's close, ends the registration. What
/// libcurl opens by itself (its resolver's pipes) it also closes by itself, so that is unwatched at once.
final class CurlSockets {
    private struct Entry {
        var wanted = Readiness(rawValue: 0)
        var registered: Readiness?
        /// Made by the open callback: it ends in ``CurlSockets/close(_:)`` and nowhere else.
        var isOwn = false
    }

    private let reactor: Reactor
    /// Indexed by descriptor.
    private var entries: [Entry] = []
    /// Called with a ready descriptor and libcurl's flags.
    private let act: (CInt, CInt) -> Void

    init(reactor: Reactor, act: @escaping (CInt, CInt) -> Void) {
        self.reactor = reactor
        self.act = act
    }

    func adopt(_ descriptor: CInt) {
        makeRoom(for: descriptor)
        entries[Int(descriptor)] = Entry(isOwn: true)
    }

    /// From the close callback: the last that is heard of a descriptor of ours.
    func close(_ descriptor: CInt) {
        if entries.indices.contains(Int(descriptor)) {
            unregister(descriptor)
            entries[Int(descriptor)] = Entry()
        }
        _ = Glibc.close(descriptor)
    }

    /// From the socket callback. `what` is one of `CURL_POLL_…`.
    func watch(_ descriptor: CInt, _ what: CInt) {
        guard descriptor >= 0 else { return }
        makeRoom(for: descriptor)
        let index = Int(descriptor)
        switch what {
        case CURL_POLL_IN: entries[index].wanted = .readable
        case CURL_POLL_OUT: entries[index].wanted = .writable
        case CURL_POLL_INOUT: entries[index].wanted = [.readable, .writable]
        default: entries[index].wanted = Readiness(rawValue: 0)
        }
        if !entries[index].wanted.isEmpty {
            register(descriptor)
        } else if !entries[index].isOwn {
            unregister(descriptor)
        }
    }

    private func makeRoom(for descriptor: CInt) {
        while entries.count <= Int(descriptor) { entries.append(Entry()) }
    }

    /// A refusal by the kernel is no error here: the transfer's time runs out.
    private func register(_ descriptor: CInt) {
        let (wanted, registered) = (entries[Int(descriptor)].wanted, entries[Int(descriptor)].registered)
        guard wanted != registered else { return }
        do {
            if registered == nil {
                try reactor.register(descriptor, wanted, SocketWatcher(descriptor, self))
            } else {
                try reactor.modify(descriptor, wanted)
            }
            entries[Int(descriptor)].registered = wanted
        } catch {
            unregister(descriptor)
        }
    }

    private func unregister(_ descriptor: CInt) {
        guard entries[Int(descriptor)].registered != nil else { return }
        entries[Int(descriptor)].registered = nil
        reactor.deregister(descriptor)
    }

    fileprivate func ready(_ descriptor: CInt, _ readiness: Readiness) {
        let wanted = entries[Int(descriptor)].wanted
        // An idle connection that its peer closed, or a paused one: libcurl will find out when it looks.
        guard !wanted.isEmpty else { return unregister(descriptor) }
        // A failure is shown as what is waited for, so that the call that fails tells which it was.
        let seen = readiness.isDisjoint(with: .failed) ? readiness : wanted
        var flags: CInt = 0
        if seen.contains(.readable) { flags |= CURL_CSELECT_IN }
        if seen.contains(.writable) { flags |= CURL_CSELECT_OUT }
        act(descriptor, flags)
    }
}

private final class SocketWatcher: ReadinessHandler {
    private let descriptor: CInt
    private unowned let sockets: CurlSockets

    init(_ descriptor: CInt, _ sockets: CurlSockets) {
        self.descriptor = descriptor
        self.sockets = sockets
    }

    func ready(_ readiness: Readiness) {
        sockets.ready(descriptor, readiness)
    }
}
