import Glibc
import HTTPServer
import HTTPTypes
import NetIO

/// Starts a loop, runs `body` on it, and ends the loop.
func onLoop<Result: Sendable>(_ body: @Sendable (Reactor) async throws -> Result) async throws -> Result {
    let loop = try EventLoop()
    let thread = loop.start(name: "test-loop")
    defer {
        loop.stop()
        thread.join()
    }
    return try await loop.run(body)
}

/// A handler made of closures. Failures are answered with their status and message.
final class TestHandler: HTTPHandler {
    var admit: (HTTPRequestHead, Int?) -> HTTPAdmission = { _, _ in .proceed(maxBody: nil) }
    var work: (HTTPExchange) async -> Void

    init(_ work: @escaping (HTTPExchange) async -> Void) {
        self.work = work
    }

    func accept(_ head: HTTPRequestHead, contentLength: Int?, from peer: SocketAddress?) -> HTTPAdmission {
        admit(head, contentLength)
    }

    func respond(to exchange: HTTPExchange) async { await work(exchange) }

    func answer(for failure: HTTPFailure) -> HTTPAnswer {
        HTTPAnswer(status: failure.status, body: Array(failure.message.utf8))
    }
}

/// Answers with the path and the body.
func echo(_ exchange: HTTPExchange) async {
    exchange.respond(status: 200, fields: HTTPFields(), body: Array("\(exchange.head.path) ".utf8) + exchange.body)
}

func listen(
    _ handler: TestHandler, _ reactor: Reactor, limits: HTTPServerLimits = HTTPServerLimits(),
    room: ConnectionRoom? = nil
) throws -> HTTPListener {
    try HTTPListener(
        ListeningSocket(.ipv4("127.0.0.1", port: 0)), handler: handler, limits: limits, room: room,
        reactor: reactor)
}

/// A client on the server's own loop; it waits by letting the loop turn.
final class TestClient {
    let descriptor: CInt
    private let reactor: Reactor
    private(set) var received: [UInt8] = []
    /// Set when the server has ended its side: true if by a reset.
    private(set) var wasReset: Bool?

    init(_ listener: HTTPListener, _ reactor: Reactor, receiveBuffer: CInt = 0) throws {
        self.reactor = reactor
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        if receiveBuffer > 0 {
            var size = receiveBuffer
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        }
        guard case .ipv4(_, let port)? = listener.address else { throw SystemError("connect") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, 16) }
        }
        guard connected == 0 else { throw SystemError("connect") }
    }

    deinit { close(descriptor) }

    var text: String { String(decoding: received, as: UTF8.self) }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
    }

    func endSending() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// Reads what is there.
    func poll() {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while wasReset == nil {
            let count = recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
            if count > 0 {
                received += buffer[0..<count]
            } else if count == 0 {
                wasReset = false
            } else {
                if errno != EAGAIN { wasReset = true }
                return
            }
        }
    }

    /// Reads until the text ends in `ending`, the server ends, or two seconds have gone.
    @discardableResult
    func read(until ending: String) async -> String {
        let ending = Array(ending.utf8)
        await wait { self.received.suffix(ending.count).elementsEqual(ending) }
        return text
    }

    func readToEnd() async -> String {
        await wait { false }
        return text
    }

    private func wait(_ isDone: () -> Bool) async {
        for _ in 0..<2000 {
            poll()
            if isDone() || wasReset != nil { return }
            await reactor.sleep(for: .milliseconds(1))
        }
    }
}

/// Waits until `condition` holds, at most two seconds.
func eventually(_ reactor: Reactor, _ condition: () -> Bool) async -> Bool {
    for _ in 0..<2000 {
        if condition() { return true }
        await reactor.sleep(for: .milliseconds(1))
    }
    return condition()
}

extension String {
    /// An answer without its date and what every answer says, for comparison.
    var undated: String {
        split(separator: "\r\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("Date: ") && $0 != "X-Content-Type-Options: nosniff" }
            .joined(separator: "\r\n")
    }
}
