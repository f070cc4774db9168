/// A place where the server waits for connections.
package enum ListenAddress: Sendable, Hashable {
    /// A literal IPv4 or IPv6 address, without brackets, and a port 0…65535; 0 lets the system choose.
    case tcp(host: String, port: UInt16)
    /// The path of a Unix socket.
    case unix(path: String)

    package static func loopback(port: UInt16) -> ListenAddress { .tcp(host: "127.0.0.1", port: port) }

    /// Whether only processes of this machine can reach it.
    package var isLocal: Bool {
        switch self {
        case .unix: true
        case .tcp(let host, _): IPAddress(host)?.isLoopback ?? false
        }
    }
}

extension ListenAddress: CustomStringConvertible {
    /// As the configuration writes it: `127.0.0.1:8080`, `[::1]:8080`, `unix:/path`.
    package var description: String {
        switch self {
        case .tcp(let host, let port): host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
