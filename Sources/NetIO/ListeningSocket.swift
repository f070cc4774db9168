import CLinux
import Glibc

/// A socket that takes connections. Does not block; closed when let go of.
package struct ListeningSocket: ~Copyable {
    private let descriptor: FileDescriptor
    package let address: SocketAddress

    package var rawValue: CInt { descriptor.rawValue }

    /// Binds and listens. With port 0 the system chooses one; ``address`` then names it.
    ///
    /// IP sockets share their port (`SO_REUSEPORT`), so that each event loop has its own and the kernel spreads
    /// connections over them. A Unix socket replaces a file of that name that nobody answers on, and is made with
    /// mode 0600.
    package init(_ address: SocketAddress, backlog: CInt = 4096) throws(SystemError) {
        let raw = socket(address.family, CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw SystemError("socket", "\(address)") }
        let descriptor = FileDescriptor(owning: raw)
        if case .unix(let path) = address {
            try ListeningSocket.removeStale(path)
        } else {
            try ListeningSocket.enable(SO_REUSEADDR, on: raw, address)
            try ListeningSocket.enable(SO_REUSEPORT, on: raw, address)
        }
        guard address.withRaw({ bind(raw, $0, $1) }) == 0 else { throw SystemError("bind", "\(address)") }
        // Nobody can connect before `listen`, so there is no moment at which the socket is open to others. A umask would
        // hold for the files that other threads make meanwhile, too.
        if case .unix(let path) = address, chmod(path, 0o600) != 0 { throw SystemError("chmod", path) }
        guard listen(raw, backlog) == 0 else { throw SystemError("listen", "\(address)") }
        self.address = try ListeningSocket.boundAddress(of: raw, asked: address)
        self.descriptor = descriptor
    }

    /// Refuses an address that another process already listens on: sharing a port is for our own loops only.
    ///
    /// Bind once without `SO_REUSEPORT`; the kernel then tells.
    package static func probe(_ address: SocketAddress) throws(SystemError) {
        if case .unix = address { return }
        let raw = socket(address.family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw SystemError("socket", "\(address)") }
        let descriptor = FileDescriptor(owning: raw)
        try enable(SO_REUSEADDR, on: raw, address)
        guard address.withRaw({ bind(descriptor.rawValue, $0, $1) }) == 0 else {
            throw SystemError("bind", "\(address)")
        }
    }

    /// Takes one connection; nil when none waits. A connection that died in the queue is passed over.
    ///
    /// Throws when the process or the system is out of descriptors or memory.
    package func accept() throws(SystemError) -> (socket: StreamSocket, peer: SocketAddress?)? {
        while true {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let raw = llmgw_accept4(
                descriptor.rawValue, &storage, &length, CInt(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
            if raw >= 0 { return (StreamSocket(owning: raw), SocketAddress(raw: storage)) }
            switch errno {
            case EAGAIN: return nil
            case EINTR, ECONNABORTED, EPROTO: continue
            default: throw SystemError("accept4", "\(address)")
            }
        }
    }

    private static func enable(_ option: CInt, on raw: CInt, _ address: SocketAddress) throws(SystemError) {
        var one: CInt = 1
        guard setsockopt(raw, SOL_SOCKET, option, &one, socklen_t(MemoryLayout<CInt>.size)) == 0 else {
            throw SystemError("setsockopt", "\(address)")
        }
    }

    private static func boundAddress(of raw: CInt, asked: SocketAddress) throws(SystemError) -> SocketAddress {
        if case .unix = asked { return asked }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(raw, $0, &length) }
        }
        guard status == 0, let address = SocketAddress(raw: storage) else {
            throw SystemError("getsockname", "\(asked)")
        }
        return address
    }

    /// Removes the file of a socket whose server is gone; somebody who answers keeps it.
    private static func removeStale(_ path: String) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        let raw = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw SystemError("socket", path) }
        let descriptor = FileDescriptor(owning: raw)
        let answered = SocketAddress.unix(path: path).withRaw { connect(descriptor.rawValue, $0, $1) } == 0
        if answered { throw SystemError("bind", path, number: EADDRINUSE) }
        unlink(path)
    }
}
