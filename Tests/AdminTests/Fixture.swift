import Admin
import Gateway
import Glibc
import HTTPClient
import HTTPServer
import HTTPTypes
import JSON
import Ledger
import NetIO
import Telemetry

/// A gateway whose admin handler listens on a free loopback port, with a ledger in a folder of its own.
final class Fixture: Sendable {
    struct Answer: Sendable {
        let status: Int
        let body: [UInt8]
        var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    let folder: String
    let gateway: LLMGateway
    let reloader: Reloader
    private let loop: EventLoop

    init(admin: String = "{listen: 127.0.0.1:0}") throws {
        var template = Array("/tmp/llmgw-admin-tests.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SetupError() }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        Fixture.write("\(folder)/gateway.yaml", Fixture.configuration(admin: admin))
        let builder = GenerationBuilder(path: "\(folder)/gateway.yaml", environment: [:], factories: [:])
        guard let generation = builder.build().generation else { throw SetupError() }
        let ledger = try LedgerWriter.open("\(folder)/ledger.db")
        let log = Log(level: .error)
        gateway = LLMGateway(ledger: ledger, generation: generation, log: log, unitKey: [1])
        reloader = Reloader(builder, gateway: gateway, log: log)
        loop = try EventLoop()
        _ = loop.start(name: "admin-tests")
    }

    struct SetupError: Error {}

    static func configuration(admin: String, applications: String = "demo: {models: [chat]}") -> String {
        """
        admin: \(admin)
        ledger: {path: ledger.db}
        plugins: []
        providers: {sim: {kind: simulated}}
        models: {chat: {targets: [{provider: sim, model: sim-small, free: true}]}}
        applications: {\(applications)}

        """
    }

    static func write(_ path: String, _ text: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        _ = Glibc.write(descriptor, text, text.utf8.count)
        Glibc.close(descriptor)
    }

    /// Serves one request over HTTP.
    func ask(
        _ method: HTTPMethod, _ path: String, _ body: String = "", headers: [(name: String, value: String)] = []
    ) async throws -> Answer {
        try await onLoop { reactor in
            let handler = AdminHandler(gateway, reloader: reloader)
            let listener = try HTTPListener(
                try ListeningSocket(.ipv4("127.0.0.1", port: 0)), handler: handler, reactor: reactor)
            let client = try UpstreamClient(reactor: reactor)
            defer {
                client.close()
                listener.closeAll()
            }
            let base = "http://\(listener.address?.description ?? "")"
            let request = UpstreamRequest(
                method: method, url: base + path, headers: headers, body: Array(body.utf8))
            let transfer = client.start(request, endpoint: UpstreamEndpoint(baseURL: base))
            let head = try await transfer.head()
            return Answer(status: head.status, body: try await transfer.whole(limit: 1 << 20))
        }
    }

    /// The status alone; 0 without an answer.
    func status(
        _ method: HTTPMethod, _ path: String, headers: [(name: String, value: String)] = []
    ) async -> Int {
        (try? await ask(method, path, headers: headers).status) ?? 0
    }

    private func onLoop(_ body: @Sendable (Reactor) async throws -> Answer) async throws -> Answer {
        try await loop.run(body)
    }

    /// What the gate says to a head; nil when it lets it pass.
    func refusal(host: String, path: String = "/metrics", authorization: String? = nil) async -> Int? {
        await loop.perform { [gateway, reloader] _ in
            var fields = HTTPFields()
            fields.append("host", host)
            if let authorization { fields.append("authorization", authorization) }
            let head = HTTPRequestHead(method: .get, path: path, query: nil, fields: fields)
            guard
                case .refuse(let answer) = AdminHandler(gateway, reloader: reloader).accept(
                    head, contentLength: 0, from: nil)
            else { return nil }
            return answer.status
        }
    }

    func close() async {
        loop.stop()
        await gateway.ledger.close()
        for name in [
            "gateway.yaml", "ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock", "ledger.db.reserve",
        ] {
            unlink("\(folder)/\(name)")
        }
        rmdir(folder)
    }
}
