import CivilTime
package import Inference
import JSON

/// Errors in the envelope of the dialect that the client speaks.
package enum ErrorBody {
    /// `{"error": {"message", "type", "param", "code", "llmgw": {"request_id", "generation"}}}`.
    package static func openAI(_ error: GatewayError, requestID: RequestID?, generation: String? = nil) -> [UInt8] {
        var body = JSONWriter(capacity: 256 + error.message.utf8.count)
        body.beginObject()
        body.name("error")
        body.beginObject()
        body.member("message", error.message)
        body.member("type", error.type)
        body.member("param", error.param)
        body.member("code", error.code)
        body.name("llmgw")
        body.beginObject()
        body.member("request_id", requestID?.description)
        if let generation { body.member("generation", generation) }
        if let budget = error.budget { write(budget, to: &body) }
        if let tokens = error.fittingTokens { body.member("fitting_tokens", tokens) }
        if let prompt = error.prompt { write(prompt, to: &body) }
        body.endObject()
        body.endObject()
        body.endObject()
        return body.bytes
    }

    /// The same as an event of a stream of the Responses API. No `response.completed` may follow it.
    ///
    /// The members that the API defines stand beside the envelope: a client that knows the event reads them, and one that
    /// does not finds `error`.
    package static func responsesEvent(
        _ error: GatewayError, sequenceNumber: Int64, requestID: RequestID?, generation: String? = nil
    ) -> [UInt8] {
        let envelope = openAI(error, requestID: requestID, generation: generation)
        var body = JSONWriter(capacity: envelope.count + 256)
        body.beginObject()
        body.member("type", "error")
        body.member("sequence_number", sequenceNumber)
        body.member("code", error.code)
        body.member("message", error.message)
        body.member("param", error.param)
        body.endObject()
        return Array("event: error\ndata: ".utf8) + body.bytes.dropLast() + Array(",".utf8)
            + envelope.dropFirst() + Array("\n\n".utf8)
    }

    private static func write(_ budget: BudgetReference, to body: inout JSONWriter) {
        body.name("budget")
        body.beginObject()
        body.member("scope", budget.account.scope.rawValue)
        body.member("name", budget.account.name)
        body.member("window", budget.window.rawValue)
        body.member("label", budget.label)
        body.member("resets_at", budget.resetsAt.map { Timestamp.format($0) })
        body.endObject()
    }

    private static func write(_ prompt: PromptFault, to body: inout JSONWriter) {
        body.member("prompt", prompt.prompt)
        body.member("version", prompt.version)
        body.member("digest", "sha256:\(prompt.digest.prefix(12))")
        body.member("file", prompt.file)
        guard let line = prompt.line, let column = prompt.column else { return }
        body.member("line", line)
        body.member("column", column)
    }

    /// The same as an event of a stream. No `[DONE]` may follow it.
    package static func openAIEvent(
        _ error: GatewayError, requestID: RequestID?, generation: String? = nil
    ) -> [UInt8] {
        Array("data: ".utf8) + openAI(error, requestID: requestID, generation: generation) + Array("\n\n".utf8)
    }
}

/// The comment before a stream's terminator that names what the request cost.
package enum CostComment {
    /// `: llmgw cost=0.000648900 USD` and a blank line; `cost=unpriced` without a price; `cut=budget` when the gateway ended
    /// the stream.
    package static func event(_ cost: CallCost, cutBy: String? = nil) -> [UInt8] {
        let cut = cutBy.map { " cut=\($0)" } ?? ""
        return Array(": llmgw cost=\(cost)\(cut)\n\n".utf8)
    }
}
