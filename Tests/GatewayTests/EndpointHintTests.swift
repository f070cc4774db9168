import Testing

@testable import Gateway

@Suite struct EndpointHintTests {
    @Test(arguments: [
        ("/v1/v1/chat/completions", "you meant /v1/chat/completions: the base URL ends with '/v1' once"),
        ("/v1/v1/v1/models", "you meant /v1/models: the base URL ends with '/v1' once"),
        ("/chat/completions", "you meant /v1/chat/completions: the base URL must end with '/v1'"),
        ("/completions", "you meant /v1/completions: the base URL must end with '/v1'"),
        ("/models/gpt", "you meant /v1/models/gpt: the base URL must end with '/v1'"),
        ("/v1/chat/completions/", "you meant /v1/chat/completions"),
        ("/v1//chat/completions", "you meant /v1/chat/completions"),
        ("/V1/Embeddings", "you meant /v1/embeddings"),
        ("/v1/%63hat/completions", "you meant /v1/chat/completions"),
        ("/v1/models/", "you meant /v1/models"),
        ("/api/v1/responses", "the base URL must end with '/v1' right behind the host"),
        ("/openai/deployments/gpt-4o/chat/completions", "you meant /v1/chat/completions, with \"model\": \"gpt-4o\""),
        ("/openai/v1/responses", "Azure's paths are not served; you meant /v1/responses"),
        ("/v1/chat/completion", "did you mean /v1/chat/completions?"),
        ("/v1/chats/completions", "did you mean /v1/chat/completions?"),
        ("/v1/messages", "'/v1/messages' is not in this version"),
        ("/v1/images/generations", "'/v1/images' is not in this version"),
        ("/v1/responses/resp_1", "POST /v1/responses alone"),
        ("/", "the API is below /v1"),
        ("/metrics", "belongs to the admin address"),
        ("/admin/v1/keys", "belongs to the admin address"),
    ])
    func namesWhatWasMeant(path: String, expected: String) {
        #expect(
            EndpointHint.text(for: path)?.contains(expected) == true, "\(EndpointHint.text(for: path) ?? "nothing")")
    }

    @Test func saysNothingOfWhatIsFarFromEverything() {
        #expect(EndpointHint.text(for: "/wp-login.php") == nil)
        #expect(EndpointHint.text(for: "/%ff") == nil)
    }
}
