import Glibc
import HTTPClient
import HTTPTypes
import NetIO
import Testing

private let small = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

/// What happens when `url` is asked at an endpoint with `baseURL`.
private func failure(
    _ baseURL: String, url: String? = nil, allowsPrivate: Bool = false, proxy: String? = nil
) async throws -> Answer {
    try await withClient { client, _ in
        await client.read(
            client.start(
                UpstreamRequest(url: url ?? baseURL, headers: [("authorization", "Bearer k")]),
                endpoint: UpstreamEndpoint(
                    baseURL: baseURL, allowsPrivate: allowsPrivate, proxy: proxy,
                    timeouts: UpstreamTimeouts(connect: .milliseconds(300)))))
    }
}

@Suite struct OutboundTests {
    @Test(arguments: [
        "https://10.0.0.1", "https://192.168.1.1/v1", "https://169.254.169.254", "https://[fd00::1]", "https://0.0.0.0",
        "https://a.localhost",  // a name that libcurl itself resolves to loopback
    ])
    func aPrivateAddressIsRefusedBeforeAnythingIsSent(url: String) async throws {
        let answer = try await failure(url)
        guard case .connect(let reason)? = answer.failure else {
            Issue.record("\(answer)")
            return
        }
        #expect(reason.contains("not public"))
        #expect(!answer.written)
    }

    @Test func plainHTTPLeavesTheMachineOnlyWhereItIsAllowed() async throws {
        let answer = try await failure("http://198.51.100.1")
        guard case .connect(let reason)? = answer.failure else {
            Issue.record("\(answer)")
            return
        }
        #expect(reason.contains("rotocol"))
    }

    @Test(arguments: [
        "http://127.0.0.1:1@evil.example/", "http://127.0.0.1:11/", "http://127.0.0.2:1/", "https://127.0.0.1:1/",
        "file:///etc/passwd", "",
    ])
    func onlyTheEndpointsOriginIsContacted(url: String) async throws {
        let answer = try await failure("http://127.0.0.1:1", url: url)
        #expect(answer.failure == .connect("the request's URL is not under http://127.0.0.1:1"))
    }

    @Test(arguments: ["ftp://x", "127.0.0.1", "http://", "http://user@host", ""])
    func aBaseURLThatIsNoneIsRefused(url: String) async throws {
        let answer = try await failure(url)
        #expect(answer.failure == .connect("base_url is no http or https URL with a host"))
    }

    @Test func theEnvironmentsProxyIsIgnored() async throws {
        let trap = try ScriptedServer { peer, server in
            server.note("trapped")
            peer.request()
        }
        let server = try ScriptedServer { peer, _ in
            peer.request()
            peer.send(small)
        }
        defer {
            trap.stop()
            server.stop()
        }
        for name in ["http_proxy", "all_proxy", "ALL_PROXY"] { setenv(name, trap.url, 1) }
        defer { for name in ["http_proxy", "all_proxy", "ALL_PROXY"] { unsetenv(name) } }
        let answer = try await withClient { client, _ in await client.answer(server) }
        #expect(answer.body == "ok")
        #expect(trap.connections == 0)
    }

    @Test func aConfiguredProxyIsUsed() async throws {
        let proxy = try ScriptedServer { peer, server in
            server.note(String((peer.request() ?? "").prefix { $0 != "\r\n" }))
            peer.send(small)
        }
        defer { proxy.stop() }
        let answer = try await failure("http://model.example/v1", allowsPrivate: true, proxy: proxy.url)
        #expect(answer.body == "ok")
        #expect(proxy.notes == ["POST http://model.example/v1 HTTP/1.1"])
    }

    @Test func aNameThatDoesNotExistIsAConnectFailure() async throws {
        let answer = try await failure("https://nothing.invalid")
        #expect(answer.failure?.requestWasWritten == false)
        #expect(!answer.written)
    }
}
