import CivilTime
import Evaluation
import HTTPClient
import HTTPTypes
import Inference
import JSON
import NetIO

/// Calls the gateway for an evaluation, as any application would: so each call is metered. Lives on the main loop.
final class EvaluationClient {
    /// Where the gateway is, and the keys that calls are billed to.
    struct Settings: Sendable {
        /// With its `/v1`, without a slash at the end.
        var baseURL: String
        var key: String
        /// For judges and embeddings, so that their cost is seen apart.
        var judgeKey: String
    }

    /// An answer of the gateway.
    struct Reply {
        var answer: Answer
        var body: JSONValue
        var requestID: String?
        /// `name@version` and digest of the prompt that was rendered; nil for a plain model.
        var prompt: String?
        var digest: String?
    }

    /// Why there is no answer.
    struct CallFailure: Error {
        enum Kind {
            /// This call alone: the provider failed, or refuses what it was sent.
            case call
            /// Every call would end so: a key, a name, variables that do not fit.
            case usage
            /// Nothing more can be had: no gateway, no money.
            case stop
        }

        var kind: Kind
        /// The gateway's code, such as `prompt_version_not_found`; nil when it did not answer.
        var code: String?
        var message: String
        var requestID: String?
        /// What it cost all the same, and the prompt that was rendered; nil when it cost nothing, or was not rendered.
        var cost: Money?
        var prompt: String?
        var digest: String?

        /// The model answered, and not as its prompt's schema asks: that is the prompt's failure. It was billed.
        var isWithheldAnswer: Bool { code == "prompt_output_invalid" }
    }

    private static let maxAnswer = 32 << 20
    private static let tries = 4

    private let client: UpstreamClient
    private let endpoint: UpstreamEndpoint
    private let settings: Settings
    private let reactor: Reactor

    init(_ settings: Settings, reactor: Reactor) throws {
        client = try UpstreamClient(reactor: reactor)
        // The address is the user's own choice, on the command line: it may be anywhere.
        endpoint = UpstreamEndpoint(baseURL: settings.baseURL, allowsPrivate: true)
        self.settings = settings
        self.reactor = reactor
    }

    func close() { client.close() }

    // MARK: Calls

    /// Calls a prompt.
    ///
    /// - Parameters:
    ///   - selector: such as `support-reply@worktree`.
    ///   - model: the gateway's model that answers; nil for the prompt's own.
    ///   - others: further members of the body.
    func prompt(
        _ selector: String, model: String? = nil, variables: JSONValue, messages: [JSONValue] = [],
        others: [JSONMember] = [], isJudge: Bool = false
    ) async throws(CallFailure) -> Reply {
        var prompt = [JSONMember("variables", variables)]
        if model != nil { prompt.append(JSONMember("id", .string(selector))) }
        let body = JSONValue.object(
            [
                JSONMember("model", .string(model ?? "prompt:\(selector)")), JSONMember("prompt", .object(prompt)),
                JSONMember("messages", .array(messages)),
            ] + others)
        let started = Clock.monotonicNanoseconds()
        var reply = try await post("/chat/completions", body, isJudge: isJudge)
        guard var answer = Answer(completion: reply.body) else {
            throw CallFailure(
                kind: .call, message: "the answer is no chat completion", requestID: reply.requestID,
                cost: reply.answer.cost)
        }
        answer.cost = reply.answer.cost
        answer.milliseconds = Int((Clock.monotonicNanoseconds() - started) / 1_000_000)
        reply.answer = answer
        return reply
    }

    /// The digest of the text that the gateway has for a selector now. Costs nothing: no model is called.
    func digest(
        of selector: String, variables: JSONValue, messages: [JSONValue]
    ) async throws(CallFailure) -> String? {
        let body = JSONValue.object([JSONMember("variables", variables), JSONMember("messages", .array(messages))])
        let name = selector.replacing("/", with: "%2F").replacing("@", with: "%40")
        let reply = try await post("/prompts/\(name)/render", body, isJudge: false)
        return EvaluationClient.hexadecimal(reply.body["digest"]?.stringValue)
    }

    /// `e9933f…` of `sha256:e9933f…`.
    private static func hexadecimal(_ digest: String?) -> String? {
        digest.map { String($0.drop { $0 != ":" }.dropFirst()) }
    }

    /// Vectors of texts, in their order, and what they cost: as many as the model gave.
    func embeddings(_ texts: [String], model: String) async throws(CallFailure) -> (vectors: [[Double]], cost: Money?) {
        let body = JSONValue.object([
            JSONMember("model", .string(model)), JSONMember("input", .array(texts.map { .string($0) })),
        ])
        let reply = try await post("/embeddings", body, isJudge: true)
        let vectors = (reply.body["data"]?.arrayValue ?? []).map { entry in
            (entry["embedding"]?.arrayValue ?? []).compactMap(\.doubleValue)
        }
        return (vectors, reply.answer.cost)
    }

    /// Sends a body, again where the gateway asks to come later.
    private func post(_ path: String, _ body: JSONValue, isJudge: Bool) async throws(CallFailure) -> Reply {
        var count = 1
        while true {
            let (head, bytes) = try await exchange(path, body.serialized(), isJudge: isJudge)
            let fields = head.fields
            let value = (try? JSONValue(parsing: bytes)) ?? .null
            if head.status == 200 {
                var answer = Answer(text: "")
                answer.cost = fields["x-llmgw-cost"].flatMap { Money(shown: $0) }
                return Reply(
                    answer: answer, body: value, requestID: fields["x-llmgw-request-id"],
                    prompt: fields["x-llmgw-prompt"],
                    digest: EvaluationClient.hexadecimal(fields["x-llmgw-prompt-digest"]))
            }
            let isLater = head.status == 429 || head.status == 503
            guard isLater, fields["x-should-retry"] != "false", count < EvaluationClient.tries,
                let pause = fields["retry-after"].flatMap({ Int($0) }), (0...30).contains(pause)
            else { throw EvaluationClient.failure(head, value) }
            count += 1
            await reactor.sleep(for: .milliseconds(pause * 1_000 + 50 * count))
        }
    }

    private func exchange(
        _ path: String, _ body: [UInt8], isJudge: Bool
    ) async throws(CallFailure) -> (HTTPResponseHead, [UInt8]) {
        let headers = [
            (name: "authorization", value: "Bearer \(isJudge ? settings.judgeKey : settings.key)"),
            ("content-type", "application/json"),
            // A test asks for one version; no experiment may give it another.
            ("x-llmgw-experiment", "off"),
        ]
        let request = UpstreamRequest(url: endpoint.baseURL + path, headers: headers, body: body)
        let transfer = client.start(request, endpoint: endpoint)
        do throws(TransferFailure) {
            let head = try await transfer.head()
            return (head, try await transfer.whole(limit: EvaluationClient.maxAnswer))
        } catch {
            if case .connect(let reason) = error {
                throw CallFailure(
                    kind: .stop,
                    message: "no gateway at \(settings.baseURL): \(reason); start one with `llmgw serve`, "
                        + "name another with --base-url, or use --offline")
            }
            throw CallFailure(kind: .call, message: "\(error)")
        }
    }

    /// What a status means for the run.
    private static func failure(_ head: HTTPResponseHead, _ body: JSONValue) -> CallFailure {
        let error = body["error"]
        let code = error?["code"]?.stringValue
        let message = error?["message"]?.stringValue ?? "no reason given"
        let isNamed =
            code.map { $0.hasPrefix("prompt_") || $0.hasPrefix("model_not") || $0 == "invalid_api_key" } ?? false
        let isElsewhere = code == "unknown_endpoint"
        let isPlain = isElsewhere || code == "unpriced_model" || (code == "invalid_value" && error?["llmgw"] != nil)
        let kind: CallFailure.Kind =
            switch head.status {
            case 401, 403: .usage
            case 402: .stop
            case _ where code == "budget_exceeded": .stop
            case 400...499 where isNamed || isPlain: .usage
            default: .call
            }
        let remedy = isElsewhere ? "; --base-url ends in /v1" : ""
        let text = "\(head.status)\(code.map { " \($0)" } ?? ""): \(message)\(remedy)"
        return CallFailure(
            kind: kind, code: code, message: text, requestID: head.fields["x-llmgw-request-id"],
            cost: head.fields["x-llmgw-cost"].flatMap { Money(shown: $0) }, prompt: head.fields["x-llmgw-prompt"],
            digest: hexadecimal(head.fields["x-llmgw-prompt-digest"]))
    }
}
