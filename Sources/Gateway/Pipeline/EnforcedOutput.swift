import Inference
import JSON
import Prompts

extension InferenceCall {
    /// Returns why the whole answer `body` is withheld; nil when its prompt takes it, or does not check.
    ///
    /// Each choice must have text that fits. One that calls tools is no answer yet, and passes.
    func refusal(of body: [UInt8]) -> GatewayError? {
        guard let prompt = enforcedPrompt else { return nil }
        guard let document = try? JSONDocument(body),
            let choices = document.member("choices", of: document.root), document.kind(choices) == .array
        else { return prompt.refusal(ofAnswer: "") }
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
