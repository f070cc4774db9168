import Glibc
import NetIO
import Testing

/// Sends back what it reads, until the peer ends.
private final class Echo: ReadinessHandler {
    let socket: StreamSocket
    let reactor: Reactor

    init(_ socket: StreamSocket, _ reactor: Reactor) {
        self.socket = socket
        self.reactor = reactor
    }

    func ready(_ readiness: Readiness) {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            while case .bytes(let count)? = try? socket.read(into: buffer) {
                guard count > 0 else { return reactor.deregister(socket.rawValue) }
                _ = try? socket.write(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
            }
        }
    }
}

@Suite struct SocketTests {
    @Test(arguments: [
        ("127.0.0.1:80", "127.0.0.1:80"), ("[::1]:8080", "[::1]:8080"), (":9", "0.0.0.0:9"),
        ("localhost:1", "127.0.0.1:1"), ("unix:/tmp/x.sock", "unix:/tmp/x.sock"),
    ])
    func readsAddresses(text: String, canonical: String) {
        #expect(SocketAddress(text)?.description == canonical)
    }

    @Test(arguments: [
        "", "127.0.0.1", "127.0.0.1:99999", "256.0.0.1:1", "[::g]:1", "unix:", "example.com:80", "1.2.3.4:-1",
    ])
    func refusesWhatIsNoAddress(text: String) {
        #expect(SocketAddress(text) == nil)
    }

    @Test func aConnectionIsAcceptedAndEchoes() async throws {
        let echoed = try await onLoop { reactor in
            let listener = try ListeningSocket(.ipv4("127.0.0.1", port: 0))
            let client = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            defer { close(client) }
            guard case .ipv4(_, let port) = listener.address else { return "no port" }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let connected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, 16) }
            }
            guard connected == 0, let accepted = try listener.accept() else { return "not connected" }
            let echo = Echo(accepted.socket, reactor)
            try reactor.register(accepted.socket.rawValue, .readable, echo)
            send(client, "hello", 5, 0)
            await reactor.sleep(for: .milliseconds(5))
            var buffer = [UInt8](repeating: 0, count: 16)
            let count = recv(client, &buffer, 16, CInt(MSG_DONTWAIT))
            return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        }
        #expect(echoed == "hello")
    }

    @Test func aPortInUseByAnotherIsReportedWithItsAddress() async throws {
        let message = try await onLoop { _ in
            let listener = try ListeningSocket(.ipv4("127.0.0.1", port: 0))
            do {
                try ListeningSocket.probe(listener.address)
                return "free"
            } catch {
                return "\(error)"
            }
        }
        #expect(message.contains("bind 127.0.0.1:"))
        #expect(message.contains("in use"))
    }
}
