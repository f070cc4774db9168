import NetIO

/// Where an evaluation's calls go: to the gateway that the command line names, or to one inside the process.
enum EvaluationDesk {
    /// Gives `body` a client, and ends it and what it needed afterwards.
    static func with<Value>(
        _ arguments: Arguments, _ context: Context, prompts: String, models: () throws(Failure) -> Set<String>,
        embeddingModels: Set<String>, _ reactor: Reactor, _ body: (EvaluationClient) async throws -> Value
    ) async throws -> Value {
        guard arguments.has("offline") else {
            let client = try EvaluationClient(settings(arguments, context), reactor: reactor)
            defer { client.close() }
            return try await body(client)
        }
        let gateway = try await OfflineGateway.open(
            prompts: prompts, models: try models(), embeddingModels: embeddingModels, context)
        let client = try EvaluationClient(gateway.settings, reactor: reactor)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        client.close()
        await gateway.close()
        return try result.get()
    }

    /// The gateway's address without a slash at the end.
    static func baseURL(_ arguments: Arguments) throws(Failure) -> String {
        var url = arguments.text("base-url") ?? "http://127.0.0.1:8080/v1"
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw .usage("--base-url: '\(url)' is no address such as http://127.0.0.1:8080/v1")
        }
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }

    private static func settings(
        _ arguments: Arguments, _ context: Context
    ) throws(Failure) -> EvaluationClient.Settings {
        let url = try baseURL(arguments)
        func variable(_ name: String) -> String? { context.environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let key = arguments.text("key") ?? variable("LLMGW_API_KEY") else {
            throw .usage(
                "a key is needed: export LLMGW_API_KEY=$(llmgw keys create APP), or --offline for simulated models")
        }
        let judge = arguments.text("judge-key") ?? variable("LLMGW_JUDGE_KEY") ?? key
        return EvaluationClient.Settings(baseURL: url, key: key, judgeKey: judge)
    }
}
