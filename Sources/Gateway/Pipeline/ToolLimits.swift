import Inference
import Providers

extension RequestHandler {
    /// What the target may do for the call beside writing, with the limits that are sent to it.
    ///
    /// Where a budget counts the call, the model's ceiling stands in for a limit that the client did not set, and nil is
    /// returned when even so nobody knows what the pieces will cost at most: ``InferenceCall/unboundedTools`` says why.
    func tools(_ call: InferenceCall, _ target: Target, _ price: Price?, hasBudget: Bool) -> HostedTools? {
        call.imposedToolLimit = nil
        var tools = HostedTools.none
        guard !target.isFree, let price else { return tools }
        if call.endpoint != .embeddings {
            tools = call.sent.hostedTools(of: target.adapter.quirks.usage, model: target.model)
        }
        tools.addRequestFee(at: price)
        guard !tools.isEmpty, hasBudget else { return tools }
        let settings = call.model.settings
        if let ceiling = settings.maxToolCalls { tools.impose(ceiling, lowers: settings.caps) }
        if let gap = tools.gap(at: price) {
            call.unboundedTools = call.unboundedTools ?? call.refusal(of: gap, target)
            return nil
        }
        call.imposedToolLimit = tools.imposedLimit
        return tools
    }
}

extension InferenceCall {
    fileprivate func refusal(of gap: HostedTools.Gap, _ target: Target) -> GatewayError {
        let name = "\(target.provider.name)/\(target.model)"
        switch gap {
        case .unpriced(let tool):
            return GatewayError(
                422, "unpriced_model",
                "\(tool.place) makes '\(name)' bill '\(tool.piece)' by the piece, the price book has no price for that on"
                    + " \(day), and a budget counts this call of application '\(caller.application.name)'; add"
                    + " 'per_call: {\(tool.piece): …}' to the model's price (0 when it is free), or leave the tool out",
                param: tool.place)
        case .unbounded(let tool, let takesLimit):
            let remedy =
                takesLimit
                ? "set its limit in the request, or 'max_tool_calls' on model '\(model.name)'"
                : "leave it out, or use an API that takes such a limit"
            return GatewayError(
                422, "unbounded_request",
                "nothing limits how often \(tool.place) makes '\(name)' bill '\(tool.piece)', and a budget counts this call"
                    + " of application '\(caller.application.name)'; \(remedy)", param: tool.place)
        }
    }
}
