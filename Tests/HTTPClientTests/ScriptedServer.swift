import Glibc
import Synchronization

/// A server that does what a test's script says, byte by byte, with blocking calls on threads of its own.
final class ScriptedServer: Sendable {
    /// One accepted connection. Closed when the script ends.
    struct Peer: Sendable {
        let descriptor: CInt
        /// 0 for the first connection.
        let number: Int

        /// Reads a request's head and the body that its length promises; nil when the client has gone.
        @discardableResult
        func request() -> String? {
            var bytes: [UInt8] = []
            while true {
                let text = String(decoding: bytes, as: UTF8.self)
                if let end = text.firstRange(of: "\r\n\r\n") {
                    let length = text[..<end.lowerBound].split(separator: "\r\n")
                        .first { $0.lowercased().hasPrefix("content-length:") }
                        .flatMap { Int($0.drop { $0 != ":" }.dropFirst(2)) }
                    if text[end.upperBound...].utf8.count >= length ?? 0 { return text }
                }
                var buffer = [UInt8](repeating: 0, count: 65_536)
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { return nil }
                bytes += buffer[..<count]
            }
        }

        /// Returns false when the client has gone.
        @discardableResult
        func send(_ text: String) -> Bool { send(Array(text.utf8)) }

        @discardableResult
        func send(_ bytes: [UInt8]) -> Bool {
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, CInt(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }

        func sleep(milliseconds: UInt32) { usleep(milliseconds * 1000) }

        /// Makes the close that follows a reset.
        func reset() {
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }

        /// Waits until the client closes.
        func awaitClose() {
            var byte: UInt8 = 0
            while recv(descriptor, &byte, 1, 0) > 0 {}
        }
    }

    private struct Shared {
        var connections = 0
        var requests: [String] = []
    }

    let port: UInt16
    private let listener: CInt
    private let shared = Mutex(Shared())

    var connections: Int { shared.withLock { $0.connections } }
    /// What scripts gave to ``note(_:)``.
    var notes: [String] { shared.withLock { $0.requests } }
    var url: String { "http://127.0.0.1:\(port)" }

    init(_ script: @escaping @Sendable (Peer, ScriptedServer) -> Void) throws {
        (listener, port) = try listeningSocket()
        let server = Unmanaged.passRetained(Box(server: self, script: script))
        startThread(server) { box in
            while true {
                let descriptor = accept(box.server.listener, nil, nil)
                guard descriptor >= 0 else { return }
                box.server.serve(descriptor, box.script)
            }
        }
    }

    func note(_ text: String) { shared.withLock { $0.requests.append(text) } }

    func stop() { shutdown(listener, CInt(SHUT_RDWR)) }

    private func serve(_ descriptor: CInt, _ script: @escaping @Sendable (Peer, ScriptedServer) -> Void) {
        let number = shared.withLock { shared in
            defer { shared.connections += 1 }
            return shared.connections
        }
        let box = Box(server: self) { _, server in
            script(Peer(descriptor: descriptor, number: number), server)
            close(descriptor)
        }
        startThread(Unmanaged.passRetained(box)) { box in
            box.script(Peer(descriptor: descriptor, number: number), box.server)
        }
    }
}

private final class Box: Sendable {
    let server: ScriptedServer
    let script: @Sendable (ScriptedServer.Peer, ScriptedServer) -> Void
    let body: Mutex<(@Sendable (Box) -> Void)?> = Mutex(nil)

    init(server: ScriptedServer, script: @escaping @Sendable (ScriptedServer.Peer, ScriptedServer) -> Void) {
        self.server = server
        self.script = script
    }
}

private func startThread(_ box: Unmanaged<Box>, _ body: @escaping @Sendable (Box) -> Void) {
    box.takeUnretainedValue().body.withLock { $0 = body }
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { pointer in
            let box = Unmanaged<Box>.fromOpaque(pointer!).takeRetainedValue()
            box.body.withLock { $0 }?(box)
            return nil
        }, box.toOpaque())
    pthread_detach(thread)
}

func listeningSocket() throws -> (CInt, UInt16) {
    struct NoSocket: Error {}
    let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
            bind(listener, raw, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, raw, &length) == 0
        }
    }
    guard bound else { throw NoSocket() }
    return (listener, UInt16(bigEndian: address.sin_port))
}
