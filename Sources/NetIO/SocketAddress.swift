import Glibc

/// Where a server listens or a peer is: an IP address and port, or the path of a Unix socket.
package enum SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// Address in its text form, without brackets.
    case ipv4(String, port: UInt16)
    case ipv6(String, port: UInt16)
    case unix(path: String)

    /// Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, `:8080` (all IPv4 addresses), `unix:/run/llmgw.sock`.
    ///
    /// Returns nil for anything else; names other than `localhost` are not resolved.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty, path.utf8.count < 108, !path.utf8.contains(0) else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            self = .ipv6(String(host.dropFirst().dropLast()), port: port)
        } else {
            self = .ipv4(host == "localhost" ? "127.0.0.1" : host.isEmpty ? "0.0.0.0" : host, port: port)
        }
        guard withRaw({ _, _ in true }) ?? false else { return nil }
    }

    package var description: String {
        switch self {
        case .ipv4(let host, let port): "\(host):\(port)"
        case .ipv6(let host, let port): "[\(host)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// True for 127.0.0.0/8, `::1` and Unix sockets: nobody outside this machine reaches it.
    package var isLoopback: Bool {
        switch self {
        case .ipv4(let host, _): host.hasPrefix("127.")
        case .ipv6(let host, _): host == "::1"
        case .unix: true
        }
    }

    var family: CInt {
        switch self {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    /// Calls `body` with the kernel's form; nil when the address is no address.
    func withRaw<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result? {
        switch self {
        case .ipv4(let host, let port):
            var raw = sockaddr_in()
            raw.sin_family = sa_family_t(AF_INET)
            raw.sin_port = port.bigEndian
            guard inet_pton(AF_INET, host, &raw.sin_addr) == 1 else { return nil }
            return SocketAddress.rebound(&raw, body)
        case .ipv6(let host, let port):
            var raw = sockaddr_in6()
            raw.sin6_family = sa_family_t(AF_INET6)
            raw.sin6_port = port.bigEndian
            guard inet_pton(AF_INET6, host, &raw.sin6_addr) == 1 else { return nil }
            return SocketAddress.rebound(&raw, body)
        case .unix(let path):
            var raw = sockaddr_un()
            raw.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &raw.sun_path) { $0.copyBytes(from: path.utf8) }
            return SocketAddress.rebound(&raw, body)
        }
    }

    private static func rebound<Raw, Result>(
        _ raw: inout Raw, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: &raw) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Raw>.size)) }
        }
    }

    /// Reads the kernel's form; nil for families that no server here listens on.
    init?(raw storage: sockaddr_storage) {
        var storage = storage
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        switch CInt(storage.ss_family) {
        case AF_INET:
            let raw = withUnsafeBytes(of: &storage) { $0.load(as: sockaddr_in.self) }
            var address = raw.sin_addr
            inet_ntop(AF_INET, &address, &text, socklen_t(text.count))
            self = .ipv4(SocketAddress.string(text), port: UInt16(bigEndian: raw.sin_port))
        case AF_INET6:
            let raw = withUnsafeBytes(of: &storage) { $0.load(as: sockaddr_in6.self) }
            var address = raw.sin6_addr
            inet_ntop(AF_INET6, &address, &text, socklen_t(text.count))
            self = .ipv6(SocketAddress.string(text), port: UInt16(bigEndian: raw.sin6_port))
        case AF_UNIX:
            self = .unix(path: "")
        default:
            return nil
        }
    }

    private static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
