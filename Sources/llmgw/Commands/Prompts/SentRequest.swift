import Gateway
import Inference
import JSON
import Prompts
import Providers

/// The bytes that a call of a prompt sends to a target: those that the digest of an attempt was taken of.
struct SentRequest {
    private let provider: ProviderSettings
    /// The vendor's own name.
    private let model: String
    private let limit: Int64?
    private let call: RepeatedCall
    private let mediaHosts: [String]?

    /// Refuses the options that mean something with a target alone.
    static func requireNone(_ arguments: Arguments) throws(Failure) {
        guard let option = ["body", "endpoint", "max-tokens"].first(where: arguments.has) else { return }
        throw .usage("--\(option) goes with --sent-to PROVIDER/MODEL")
    }

    /// - Parameter target: `PROVIDER/MODEL`.
    init(_ target: String, _ arguments: Arguments, _ desk: PromptDesk) throws(Failure) {
        guard let configuration = desk.configuration else {
            throw .usage("--sent-to needs a configuration, which says what the provider speaks; name one with --config")
        }
        let parts = target.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2, let provider = configuration.providers[parts[0]] else {
            let known = configuration.providers.keys.sorted().joined(separator: ", ")
            throw .usage("--sent-to is PROVIDER/MODEL, with one of the configuration's providers: \(known)")
        }
        (self.provider, model) = (provider, parts[1])
        limit = arguments.integer("max-tokens").map(Int64.init)
        mediaHosts = desk.mediaHosts
        let endpoint = arguments.text("endpoint").flatMap { OpenAIRequest.Endpoint(rawValue: String($0.dropFirst(3))) }
        call = try SentRequest.call(arguments, endpoint ?? .chatCompletions)
    }

    func bytes(of prompt: ResolvedPrompt) throws(Failure) -> [UInt8] {
        do throws(GatewayError) {
            return try call.body(of: prompt, to: provider, model: model, limit: limit, mediaHosts: mediaHosts)
        } catch {
            throw .usage(error.message)
        }
    }

    private static func call(
        _ arguments: Arguments, _ endpoint: OpenAIRequest.Endpoint
    ) throws(Failure) -> RepeatedCall {
        guard arguments.text("body") == nil || !(arguments.has("vars") || arguments.has("history")) else {
            throw .usage("--body has the variables and the conversation; leave out --vars and --history")
        }
        guard arguments.text("vars") != "-" || arguments.text("history") != "-" else {
            throw .usage("--vars and --history cannot both be read from standard input")
        }
        let body =
            if let path = arguments.text("body") {
                try RenderInput.read(path)
            } else {
                try plainBody(arguments, endpoint)
            }
        do throws(GatewayError) {
            return try RepeatedCall(body, endpoint: endpoint)
        } catch {
            throw .usage("\(arguments.text("body") ?? "the call"): \(error.message)")
        }
    }

    /// What an application sends that sets nothing beside the variables and the conversation.
    private static func plainBody(
        _ arguments: Arguments, _ endpoint: OpenAIRequest.Endpoint
    ) throws(Failure) -> [UInt8] {
        var body = JSONWriter(capacity: 1_024)
        body.beginObject()
        body.member("model", "prompt:")
        if let path = arguments.text("history") {
            body.name(endpoint == .responses ? "input" : "messages")
            body.raw(try checked(path))
        }
        body.name("prompt")
        body.beginObject()
        if let path = arguments.text("vars") {
            body.name("variables")
            body.raw(try checked(path))
        }
        body.endObject()
        body.endObject()
        return body.bytes
    }

    /// A file's bytes as they are, which are JSON.
    private static func checked(_ path: String) throws(Failure) -> [UInt8] {
        let bytes = try RenderInput.read(path)
        _ = try RenderInput.json(bytes, path)
        return bytes
    }
}
