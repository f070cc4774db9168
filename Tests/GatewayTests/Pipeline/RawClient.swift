import Dispatch
import Foundation
import Glibc
import Synchronization

/// A client that speaks HTTP byte by byte, and may leave whenever a test wants it to.
final class RawClient: Sendable {
    private let descriptor: CInt
    private let hasLeft = Atomic(false)

    init(port: UInt16, body: String) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        send(
            """
            POST /v1/chat/completions HTTP/1.1\r
            Host: localhost\r
            Authorization: Bearer \(RunningGateway.key)\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count)\r
            Connection: close\r
            \r
            \(body)
            """)
    }

    deinit { leave() }

    private func send(_ text: String) {
        _ = Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL))
    }

    /// Reads until `end` has come, or to the connection's end.
    ///
    /// Blocks a thread outside of the pool that tests share, so that none of them misses what it waits for.
    func read(until end: String? = nil) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: self.readBlocking(until: end)) }
        }
    }

    private func readBlocking(until end: String?) -> String {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            if let end, String(decoding: bytes, as: UTF8.self).contains(end) { break }
            let count = recv(descriptor, &piece, piece.count, 0)
            guard count > 0 else { break }
            bytes += piece.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Closes the connection; with a reset if asked to.
    func leave(reset: Bool = false) {
        guard !hasLeft.exchange(true, ordering: .relaxed) else { return }
        if reset {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        }
        close(descriptor)
    }
}
