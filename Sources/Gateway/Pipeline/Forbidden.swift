import Inference
import Providers

extension RequestHandler {
    /// Why `target` is not sent the call: a limit that no model has, or members that its vendor would obey and that the
    /// application's models or budgets do not allow. Nil when nothing stands against it.
    func refusal(of call: InferenceCall, at target: Target) -> GatewayError? {
        limitRefusal(call, target) ?? memberRefusal(call, target)
    }

    /// A limit beyond the context window says nothing, and an unknown end would be charged by it.
    private func limitRefusal(_ call: InferenceCall, _ target: Target) -> GatewayError? {
        guard let limit = call.sent.outputLimit, !call.model.settings.caps else { return nil }
        let price = target.isFree ? nil : target.price(on: call.day)
        let window = call.model.settings.contextWindow ?? price?.contextWindow
        guard limit > window ?? RequestHandler.largestContext else { return nil }
        let member = (call.sent.limitMembers.last ?? .maxTokens).rawValue
        let most =
            window.map { "the context window of '\(target.provider.name)/\(target.model)' is \($0) tokens" }
            ?? "no model writes more than \(RequestHandler.largestContext) tokens"
        return GatewayError(400, "invalid_value", "\(member) is \(limit), and \(most)", param: member)
    }

    private func memberRefusal(_ call: InferenceCall, _ target: Target) -> GatewayError? {
        guard !call.sent.special.isEmpty else { return nil }
        let settings = call.model.settings
        let isBounded =
            settings.caps || !target.isFree && call.generation.hasHardBudget(for: call.forPlugins)
        let own = settings.maxOutputTokens ?? target.price(on: call.day)?.maxOutputTokens ?? 4096
        let asked = call.sent.outputLimit ?? own
        let judged = MemberPolicy.Call(
            isBounded: isBounded, model: target.model, limit: settings.caps ? min(asked, own) : asked,
            place: "providers.\(target.provider.name)")
        return target.members.refusal(of: call.sent, judged) { name in
            call.generation.mayUse(name, at: target.provider.name, call.caller.application)
        }
    }
}
