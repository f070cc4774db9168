import HTTPClient
import HTTPTypes
import NetIO

/// What a transfer came to.
struct Answer: Sendable, Equatable {
    var status = 0
    var body = ""
    var reused: Bool?
    var failure: TransferFailure?
    var written = false
    var type: String?
}

/// Starts a loop with a client, runs `body` on it, and ends both.
func withClient<Result: Sendable>(
    _ body: @Sendable (UpstreamClient, Reactor) async throws -> Result
) async throws -> Result {
    let loop = try EventLoop()
    let thread = loop.start(name: "test-loop")
    defer {
        loop.stop()
        thread.join()
    }
    return try await loop.run { reactor in
        let client = try UpstreamClient(reactor: reactor)
        defer { client.close() }
        return try await body(client, reactor)
    }
}

extension UpstreamClient {
    func start(
        _ server: ScriptedServer, body: String = "{}", timeouts: UpstreamTimeouts = UpstreamTimeouts(),
        maxBuffered: Int = 262_144
    ) -> any UpstreamTransfer {
        start(
            UpstreamRequest(
                url: server.url + "/v1/x", headers: [("content-type", "application/json")], body: Array(body.utf8)),
            endpoint: UpstreamEndpoint(baseURL: server.url, timeouts: timeouts), maxBuffered: maxBuffered)
    }

    /// Sends a small request and reads the answer in pieces, to its end or its failure.
    func answer(
        _ server: ScriptedServer, body: String = "{}", timeouts: UpstreamTimeouts = UpstreamTimeouts()
    ) async -> Answer {
        await read(start(server, body: body, timeouts: timeouts))
    }

    func read(_ transfer: any UpstreamTransfer) async -> Answer {
        var answer = Answer()
        do {
            let head = try await transfer.head()
            answer.status = head.status
            answer.type = head.fields["content-type"]
            while let chunk = try await transfer.next() { answer.body += String(decoding: chunk, as: UTF8.self) }
        } catch {
            answer.failure = error
        }
        answer.written = transfer.requestWasWritten
        answer.reused = transfer.connectionReused
        return answer
    }
}

/// Sends one request to a server with this script.
func answer(
    timeouts: UpstreamTimeouts = UpstreamTimeouts(),
    from script: @escaping @Sendable (ScriptedServer.Peer, ScriptedServer) -> Void
) async throws -> Answer {
    let server = try ScriptedServer(script)
    defer { server.stop() }
    return try await withClient { client, _ in await client.answer(server, timeouts: timeouts) }
}

/// Sends one request to a server that answers with these bytes and closes.
func answer(to text: String) async throws -> Answer {
    try await answer { peer, _ in
        peer.request()
        peer.send(text)
    }
}
