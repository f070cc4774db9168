import CivilTime
import Crypto
import HTTPServer
import HTTPTypes
import Inference
import JSON
import Ledger

/// Reads the body of a feedback call, and checks the value against the metric that it names.
struct FeedbackReader {
    private let document: JSONDocument
    private let exchange: HTTPExchange
    private let caller: Caller
    private let now: Int64

    /// - Parameter now: milliseconds since 1970, UTC.
    init(_ exchange: HTTPExchange, _ caller: Caller, now: Int64) throws(GatewayError) {
        document = try RequestHandler.document(
            exchange.body, maxBody: caller.generation.configuration.limits.maxBody)
        guard document.kind(document.root) == .object else {
            throw GatewayError(400, "invalid_value", "the body must be an object with request_id, metric and value")
        }
        self.exchange = exchange
        self.caller = caller
        self.now = now
    }

    func feedback() throws(GatewayError) -> NewFeedback {
        try refuseUnknownMembers()
        let metric = try metric()
        var feedback = NewFeedback(
            id: "fb_"
                + RequestID(milliseconds: now, random: (SecureRandom.uint64(), SecureRandom.uint64()))
                .description.dropFirst(4),
            application: caller.application.name, key: caller.key, target: try target(metric), metric: metric.name,
            at: try time() ?? now, receivedAt: now, bodyHash: SHA256.hash(exchange.body).bytes)
        (feedback.number, feedback.text) = try value(of: metric)
        feedback.isBoolean = metric.kind == .boolean
        feedback.comment = try text("comment", limit: 4096)
        feedback.source = try text("source", limit: 64)
        feedback.author = try text("author", limit: 256)
        feedback.idempotencyID = try text("id", limit: 256) ?? exchange.head.fields["idempotency-key"]
        feedback.windowMs = metric.window.map { $0.components.seconds * 1000 }
        feedback.acceptedForMs = FeedbackReader.acceptedFor
        return feedback
    }

    /// Requests older than 90 days are no longer judged.
    private static let acceptedFor: Int64 = 90 * 86_400_000

    private static let members = [
        "request_id", "session_id", "metric", "value", "comment", "id", "source", "author", "at", "tags",
    ]

    private func refuseUnknownMembers() throws(GatewayError) {
        for member in document.members(of: document.root) {
            let name = document.string(member.name) ?? ""
            guard !FeedbackReader.members.contains(name) else { continue }
            throw GatewayError(
                400, "invalid_value",
                "'\(name.prefix(64))' is no member of feedback; known are \(FeedbackReader.members.joined(separator: ", "))",
                param: String(name.prefix(64)))
        }
    }

    private func metric() throws(GatewayError) -> MetricSettings {
        guard let name = try text("metric", limit: 128) else {
            throw GatewayError(
                400, "invalid_value", "'metric' is missing: the name of a declared metric", param: "metric")
        }
        let metrics = caller.generation.configuration.metrics
        guard let metric = metrics[name] else {
            throw GatewayError(
                400, "unknown_metric",
                "no metric '\(name)' is declared; there are: \(metrics.keys.sorted().joined(separator: ", "))",
                param: "metric")
        }
        return metric
    }

    private func target(_ metric: MetricSettings) throws(GatewayError) -> FeedbackTarget {
        switch (try text("request_id", limit: 64), try text("session_id", limit: 256)) {
        case (let request?, nil):
            guard let id = RequestID(request) else {
                throw GatewayError(
                    404, "not_found",
                    "'request_id' is the value of the x-llmgw-request-id header: req_ and 26 characters",
                    param: "request_id")
            }
            return .request(id)
        case (nil, let session?):
            guard metric.level == .session else {
                throw GatewayError(
                    400, "invalid_value", "metric '\(metric.name)' judges requests; give 'request_id'",
                    param: "session_id")
            }
            return .session(session)
        default:
            throw GatewayError(
                400, "invalid_value", "give exactly one of 'request_id' and 'session_id'", param: "request_id")
        }
    }

    private func value(of metric: MetricSettings) throws(GatewayError) -> (number: Double?, text: String?) {
        let node = document.member("value", of: document.root)
        switch metric.kind {
        case .boolean:
            guard let value = node.flatMap(document.bool) else { throw wrongValue("true or false") }
            return (value ? 1 : 0, nil)
        case .number:
            guard let node, let value = Double(numberText(node)), value.isFinite else { throw wrongValue("a number") }
            if let least = metric.minimum, value < least { throw wrongValue("at least \(least)") }
            if let most = metric.maximum, value > most { throw wrongValue("at most \(most)") }
            return (value, nil)
        case .category:
            guard let value = node.flatMap(document.string), metric.values.contains(value) else {
                throw wrongValue("one of \(metric.values.joined(separator: ", "))")
            }
            return (nil, value)
        case .comment, .demonstration:
            guard let value = node.flatMap(document.string), value.utf8.count <= 65_536 else {
                throw wrongValue("a text of at most 65536 bytes")
            }
            return (nil, value)
        }
    }

    private func numberText(_ node: JSONNode) -> String {
        guard document.kind(node) == .number else { return "" }
        return String(decoding: document.bytes[document.range(node)], as: UTF8.self)
    }

    private func wrongValue(_ right: String) -> GatewayError {
        GatewayError(400, "invalid_value", "'value' must be \(right)", param: "value")
    }

    private func time() throws(GatewayError) -> Int64? {
        guard let text = try text("at", limit: 64) else { return nil }
        guard let moment = Timestamp.parse(text) else {
            throw GatewayError(400, "invalid_value", "'at' must be a time such as 2026-12-03T10:11:12Z", param: "at")
        }
        return moment
    }

    /// A string member; nil when it is absent or null.
    private func text(_ name: StaticString, limit: Int) throws(GatewayError) -> String? {
        guard let node = document.member(name, of: document.root), document.kind(node) != .null else { return nil }
        guard let text = document.string(node), !text.isEmpty, text.utf8.count <= limit else {
            throw GatewayError(
                400, "invalid_value", "'\(name)' must be a string of 1 to \(limit) bytes", param: "\(name)")
        }
        return text
    }
}
