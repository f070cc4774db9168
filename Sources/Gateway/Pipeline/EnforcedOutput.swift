import HTTPServer
import HTTPTypes
import Inference
import JSON
import Prompts
import Providers

extension RequestHandler {
    /// Gives the client the error in place of the answer. Its headers say what the answer's would: it was billed.
    func withhold(_ call: InferenceCall, _ attempt: Attempt, _ refusal: GatewayError, _ cost: CallCost) {
        let answer = answer(for: refusal)
        var fields = answerFields(call, attempt)
        appendCost(cost, to: &fields)
        for field in answer.fields.all { fields.append(named: field.name, field.value) }
        let body = ErrorBody.openAI(refusal, requestID: call.id, generation: call.generation.id)
        call.exchange.respond(status: answer.status, fields: fields, body: body)
    }
}

extension InferenceCall {
    /// Returns why the whole answer `body` is withheld; nil when its prompt takes it, or does not check.
    ///
    /// Each choice must have text that fits. One that calls tools is no answer yet, and passes.
    func refusal(of body: [UInt8]) -> GatewayError? {
        guard let prompt = enforcedPrompt else { return nil }
        guard let document = try? JSONDocument(body, limits: .answers) else { return prompt.refusal(ofAnswer: "") }
        guard endpoint == .chatCompletions else {
            return document.responseText.flatMap(prompt.refusal(ofAnswer:))
        }
        guard let choices = document.member("choices", of: document.root), document.kind(choices) == .array else {
            return prompt.refusal(ofAnswer: "")
        }
        for choice in document.elements(of: choices) {
            let message = document.member("message", of: choice)
            if let message, let calls = document.member("tool_calls", of: message), document.kind(calls) == .array {
                continue
            }
            let text = message.flatMap { document.member("content", of: $0) }.flatMap(document.string)
            if let refusal = prompt.refusal(ofAnswer: text ?? "") { return refusal }
        }
        return nil
    }
}

extension JSONDocument {
    /// The text of an answer of the Responses API, all of its parts together; nil when the model calls a tool.
    fileprivate var responseText: String? {
        var text = ""
        guard let output = member("output", of: root) else { return text }
        for item in elements(of: output) {
            guard let type = member("type", of: item) else { continue }
            if equals(type, "function_call") || equals(type, "custom_tool_call") { return nil }
            guard equals(type, "message"), let content = member("content", of: item) else { continue }
            for part in elements(of: content) {
                text += member("text", of: part).flatMap(string) ?? ""
            }
        }
        return text
    }
}
