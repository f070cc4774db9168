import Admin
import Gateway
import Glibc
import JSON
import Ledger
import NetIO
import Prompts

/// A gateway inside the process, whose models are all simulated, with a ledger that nobody keeps.
///
/// It serves the prompts of a folder under every model name that they and the gate files use: so an evaluation runs from
/// end to end without a network, a key or a cost. What it says of the prompts is nothing; it tries the files.
final class OfflineGateway {
    private let folder: String
    private let start: ServerStart
    private let server: GatewayServer
    let settings: EvaluationClient.Settings

    /// - Parameters:
    ///   - prompts: the folder of prompts.
    ///   - models: the gateway's models that answer texts.
    ///   - embeddingModels: those that make vectors.
    static func open(
        prompts: String, models: Set<String>, embeddingModels: Set<String>, _ context: Context
    ) async throws -> OfflineGateway {
        var template = Array("/tmp/llmgw-eval.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(.failure, "/tmp: \(String(cString: strerror(errno)))") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do {
            return try await OfflineGateway(
                folder, prompts, models.subtracting(embeddingModels), embeddingModels, context)
        } catch {
            Folder.remove(folder)
            throw error
        }
    }

    private init(
        _ folder: String, _ prompts: String, _ models: Set<String>, _ embeddingModels: Set<String>, _ context: Context
    ) async throws {
        self.folder = folder
        let path = prompts.withCString { realpath($0, nil) }.map { pointer in
            defer { free(pointer) }
            return String(cString: pointer)
        }
        let configuration = OfflineGateway.configuration(prompts: path ?? prompts, models, embeddingModels)
        guard WholeFile.create("\(folder)/gateway.yaml", configuration.serialized()),
            WholeFile.create("\(folder)/prices.yaml", OfflineGateway.prices.serialized())
        else { throw Failure(.failure, "\(folder): \(String(cString: strerror(errno)))") }
        start = try ServerStart(configuration: "\(folder)/gateway.yaml", context)
        server = try GatewayServer(start.gateway, loops: 1, descriptors: start.descriptors)
        let reloader = Reloader(start.builder, gateway: start.gateway, log: start.log)
        let bound = try await server.listen(start.configuration.listen.map { SocketAddress($0) }, admin: []) {
            gateway, _ in AdminHandler(gateway, reloader: reloader)
        }
        let actions = KeyActions(start.gateway.ledger, actor: "eval")
        let key = try await actions.create(application: "eval", name: "eval", expires: nil)
        let judge = try await actions.create(application: "eval-judge", name: "eval", expires: nil)
        try await start.gateway.reloadKeys()
        settings = EvaluationClient.Settings(
            baseURL: "http://\(bound.listen[0])/v1", key: key.secret, judgeKey: judge.secret)
    }

    func close() async {
        await server.beginDraining()
        await server.stop()
        await start.gateway.ledger.close()
        Folder.remove(folder)
    }

    // MARK: Files; JSON is YAML too

    private static func configuration(
        prompts: String, _ models: Set<String>, _ embeddingModels: Set<String>
    ) -> JSONValue {
        func targets(_ names: Set<String>, _ model: String) -> [JSONMember] {
            let target = object(["provider": .string("sim"), "model": .string(model)])
            return names.sorted().map { JSONMember($0, object(["targets": .array([target])])) }
        }
        let all = models.union(embeddingModels).sorted().map { JSONValue.string($0) }
        let application = object(["models": .array(all), "prompts": .array([.string("*")])])
        return object([
            "listen": .string("127.0.0.1:0"), "admin": object(["listen": .string("127.0.0.1:0")]),
            "ledger": object(["path": .string("ledger.db"), "synchronous": .string("normal")]),
            "prices": .string("prices.yaml"), "log": object(["level": .string("error")]),
            "prompts": object(["path": .string(prompts), "allow_unreleased": .bool(true)]),
            "providers": object(["sim": object(["kind": .string("simulated")])]),
            "models": .object(targets(models, "sim-small") + targets(embeddingModels, "sim-embedding")),
            "applications": object(["eval": application, "eval-judge": application]),
        ])
    }

    private static let prices: JSONValue = {
        let entries = ["sim-small", "sim-embedding"].map { model in
            object([
                "provider": .string("simulated"), "model": .string(model), "from": .string("2020-01-01"),
                "currency": .string("USD"), "input": .number("0.15"), "output": .number("0.60"),
                "source": .string("invented"),
            ])
        }
        return object(["prices": .array(entries)])
    }()

    private static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(members.map { JSONMember($0.key, $0.value) })
    }
}
