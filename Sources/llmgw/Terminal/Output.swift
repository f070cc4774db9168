import Glibc
import Synchronization

/// A descriptor that text goes to, in large pieces.
///
/// Nobody reading any more, as when `head` has seen enough, is no error: what follows is dropped.
final class Output: Sendable {
    static let standard = Output(descriptor: 1)
    static let errors = Output(descriptor: 2)

    private struct State {
        var pending: [UInt8] = []
        var isClosed = false
        /// `errno` of the write that failed; nil while none has, or when nobody reads any more or ever did.
        var fault: CInt?
    }

    private static let piece = 64 << 10

    private let descriptor: CInt
    private let state = Mutex(State())

    init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    func write(_ text: String) { write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) {
        state.withLock { state in
            state.pending += bytes
            if state.pending.count >= Output.piece { drain(&state) }
        }
    }

    func line(_ text: String = "") { write(text + "\n") }

    /// Why something could not be written, such as a full disk; nil otherwise.
    var fault: String? { state.withLock { $0.fault }.map { String(cString: strerror($0)) } }

    /// Call it before waiting for anything, and at the end.
    func flush() { state.withLock { drain(&$0) } }

    private func drain(_ state: inout State) {
        var done = 0
        while done < state.pending.count, !state.isClosed {
            let count = state.pending[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                done += count
            } else if errno == EAGAIN {
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&entry, 1, -1)
            } else if errno != EINTR {
                state.fault = errno == EPIPE || errno == EBADF ? nil : errno
                state.isClosed = true
            }
        }
        state.pending.removeAll(keepingCapacity: true)
    }
}
