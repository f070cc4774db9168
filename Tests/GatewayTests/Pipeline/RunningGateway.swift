import BudgetPlugin
import Crypto
import Foundation
import Gateway
import HTTPServer
import HTTPTypes
import Inference
import Ledger
import NetIO
import Telemetry

/// A gateway on a loopback port, with simulated models, a budget of a dollar a day, and a ledger of its own.
///
/// Model `chat` has the simulated models of `targets` as its targets, in that order.
final class RunningGateway {
    static let key = "llmgw-test"

    let server: GatewayServer
    let port: UInt16
    private let folder: ConfigurationFolder
    let ledgerPath: String

    init(_ targets: [String], limit: String = "1.00", more: String = "", ledger: LedgerOptions = LedgerOptions())
        async throws
    {
        let list = targets.map { "{provider: sim, model: \"\($0)\"}" }.joined(separator: ", ")
        let prices = Set(targets.map { $0.prefix { $0 != ":" } }).map {
            "  - {provider: sim, model: \"\($0)\", from: \"2020-01-01\", currency: USD, input: 1, output: 2, source: test}\n"
        }
        folder = try ConfigurationFolder([
            "prices.yaml": "prices:\n" + prices.joined(),
            "gateway.yaml": """
            prices: prices.yaml
            providers: {sim: {kind: simulated\(more)}}
            models: {chat: {targets: [\(list)], max_output_tokens: 100}}
            applications: {bot: {models: [chat], budgets: [{window: day, limit: \(limit) USD, zone: UTC}]}}

            """,
        ])
        ledgerPath = folder.path + "/ledger.db"
        let builder = GenerationBuilder(
            path: folder.path + "/gateway.yaml", environment: [:], factories: ["budget": { try BudgetAdmission($0) }])
        let built = builder.build()
        guard let generation = built.generation else { throw SetupError(description: "\(built.diagnostics)") }
        let opened = try LedgerWriter.open(ledgerPath, options: ledger)
        let hash = SHA256.hash(Array(RunningGateway.key.utf8)).bytes
        try await opened.createKey(KeyRecord(id: "key_1", application: "bot", name: "test", hash: hash, createdAt: 0))
        let gateway = LLMGateway(
            ledger: opened, generation: generation, log: Log(level: .error, descriptor: -1), unitKey: [1])
        try await gateway.reloadKeys()
        server = try GatewayServer(
            gateway, loops: 1, descriptors: DescriptorPlan(generation.configuration.limits, loops: 1, limit: 1024))
        let bound = try await server.listen([.ipv4("127.0.0.1", port: 0)], admin: []) { _, _ in Nobody() }
        guard case .ipv4(_, let port)? = bound.listen.first else { throw SetupError(description: "no address") }
        self.port = port
    }

    struct SetupError: Error, CustomStringConvertible {
        let description: String
    }

    var ledger: LedgerWriter { server.gateway.ledger }

    /// Sends a chat and does not wait for its answer.
    func ask(stream: Bool = false, members: String = "") throws -> RawClient {
        try RawClient(
            port: port,
            body: #"{"model":"chat","stream":\#(stream)\#(members),"messages":[{"role":"user","content":"Hi"}]}"#)
    }

    /// What the ledger's file says, as another process would read it.
    func read<Value>(_ body: (LedgerReader) throws -> Value) throws -> Value {
        try body(try LedgerReader.open(ledgerPath))
    }

    /// The day's budget: what is posted, held, and presumed.
    var budget: PeriodState? {
        get throws { try read { try $0.budgets() }.first?.state }
    }

    /// All attempts, the first request's first.
    var attempts: [AttemptDetail] {
        get throws {
            try read { reader in
                try reader.requests(RequestFilter()).reversed().flatMap {
                    try reader.request($0.end.request)?.attempts ?? []
                }
            }
        }
    }

    /// Waits until `condition` holds, for five seconds at most.
    func wait(until condition: () throws -> Bool) async throws -> Bool {
        for _ in 0..<1000 {
            if try condition() { return true }
            try await Task.sleep(for: .milliseconds(5))
        }
        return false
    }

    func waitForHolds(_ count: Int) async throws -> Bool {
        try await wait { ledger.statistics.openHolds == count }
    }

    /// Ends it, and returns what is wrong with its ledger.
    func end() async throws -> [String] {
        await server.stop()
        await ledger.close()
        return try read { try $0.verify() }.map { "\($0)" }
    }
}

/// The handler of an admin port that nobody has opened.
private final class Nobody: HTTPHandler {
    func accept(_ head: HTTPRequestHead, contentLength: Int?, from peer: SocketAddress?) -> HTTPAdmission {
        .proceed(maxBody: nil)
    }
    func respond(to exchange: HTTPExchange) async {}
    func answer(for failure: HTTPFailure) -> HTTPAnswer { HTTPAnswer(status: failure.status, body: []) }
}
