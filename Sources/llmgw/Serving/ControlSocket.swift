import Glibc
import NetIO

/// The Unix socket beside the ledger, through which commands reach the gateway that holds it.
enum ControlSocket {
    struct Answer {
        let status: Int
        let body: [UInt8]
    }

    static func path(beside ledger: String) -> String { ledger + ".sock" }

    static func remove(beside ledger: String) { unlink(path(beside: ledger)) }

    /// Sends one request and waits for its answer; nil when no gateway runs.
    ///
    /// - Parameter limit: how long the gateway may stay silent.
    static func send(
        _ method: String, _ target: String, body: [UInt8] = [], beside ledger: String,
        waiting limit: Duration = .seconds(30)
    ) throws(Failure) -> Answer? {
        let path = path(beside: ledger)
        guard let descriptor = try connect(path, limit) else { return nil }
        defer { close(descriptor) }
        let head = """
            \(method) \(target) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r
            Content-Length: \(body.count)\r\nConnection: close\r\n\r\n
            """
        guard writeAll(Array(head.utf8) + body, to: descriptor), let bytes = readAll(descriptor) else {
            let reason =
                errno == EAGAIN ? "nothing within \(limit.components.seconds) s" : String(cString: strerror(errno))
            throw Failure(.failure, "\(path): the gateway did not answer: \(reason)")
        }
        guard let answer = Answer(bytes) else { throw Failure(.failure, "\(path): the answer is no HTTP") }
        return answer
    }

    static func tooLong(_ path: String) -> Failure {
        .usage("\(path): is too long for a socket's name (107 bytes); choose a shorter ledger.path")
    }

    private static func connect(_ path: String, _ limit: Duration) throws(Failure) -> CInt? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw tooLong(path)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(.failure, "socket: \(String(cString: strerror(errno)))") }
        // Zero would be no limit at all.
        var limit = timeval(tv_sec: max(1, Int(clamping: limit.components.seconds)), tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status != 0 else { return descriptor }
        let number = errno
        close(descriptor)
        if number == ENOENT || number == ECONNREFUSED || number == ENOTDIR { return nil }
        throw Failure(.failure, "\(path): \(String(cString: strerror(number))); run the command as the gateway's user")
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func readAll(_ descriptor: CInt) -> [UInt8]? {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += piece.prefix(count)
        }
    }
}

extension ControlSocket.Answer {
    /// Reads a whole answer whose body ends with the connection.
    init?(_ bytes: [UInt8]) {
        let end = Array("\r\n\r\n".utf8)
        guard let split = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return nil }
        let words = bytes[..<split].prefix { $0 != 13 }.split(separator: 32)
        guard words.count >= 2, let status = Int(String(decoding: words[1], as: UTF8.self)) else { return nil }
        self.init(status: status, body: Array(bytes[(split + end.count)...]))
    }
}
