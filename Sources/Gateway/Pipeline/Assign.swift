import Crypto
import HTTPServer
import HTTPTypes
import Inference
import Ledger
import Prompts
import Providers
import Routing

extension RequestHandler {
    /// Gives the call the variant of the experiment that it takes part in, if any.
    ///
    /// A unit keeps the variant that it was first given in a phase, whatever becomes of the weights.
    func assign(_ call: InferenceCall) async throws(GatewayError) {
        let promptName = call.promptSelector.map { String($0.prefix { $0 != "@" }) }
        // A pinned version or label means just that one; only the plain name and production are open to a test.
        let isOpen = call.promptSelector.map { !$0.contains("@") || $0.hasSuffix("@production") } ?? true
        guard isOpen, call.exchange.head.fields["x-llmgw-experiment"] != "off",
            let experiment = call.generation.experiments.first(where: {
                $0.applies(toPrompt: promptName, model: call.model.name, at: call.startedAt)
            }),
            let unit = unit(of: call, experiment.unit), let drawn = experiment.variant(for: unit)
        else { return }
        let choice = try await sticky(drawn, experiment, unit, call)
        call.identity.variant = choice.reference
        if let prompt = choice.prompt {
            call.promptSelector = prompt
            call.model = try promptModel(prompt, call.caller)
        }
        if let model = choice.model { call.model = try self.model(named: model, call.caller) }
        call.identity.model = call.model.name
    }

    /// Who is enrolled. Without a user there is no draw for each request in its place: it would not be sticky.
    private func unit(of call: InferenceCall, _ kind: Experiment.Unit) -> String? {
        switch kind {
        case .request: call.id.description
        case .session: call.session
        case .user: user(of: call)
        }
    }

    /// The application's own name for who asks; a conversation stands for its user.
    private func user(of call: InferenceCall) -> String? {
        call.exchange.head.fields["x-llmgw-user"] ?? call.request.user ?? call.session
    }

    /// Finds out whose budget the call is charged to, where users have budgets.
    func identifyUser(of call: InferenceCall) {
        guard call.generation.hasUserBudget(call.caller.application.name) else { return }
        call.hashedUser = user(of: call).map(hashedUser)
    }

    /// The name of a user's account: short, and without a way back to the user.
    func hashedUser(_ user: String) -> String {
        String(HMAC.sha256(key: gateway.unitKey, message: Array(user.utf8)).hex.prefix(16))
    }

    /// Returns the variant that the unit had before, or stores the one that was drawn.
    private func sticky(
        _ drawn: VariantChoice, _ experiment: Experiment, _ unit: String, _ call: InferenceCall
    ) async throws(GatewayError) -> VariantChoice {
        let hash = HMAC.sha256(key: gateway.unitKey, message: Array(unit.utf8)).bytes
        call.unitHash = hash
        guard experiment.unit != .request else { return drawn }
        do throws(LedgerError) {
            let name = try await gateway.ledger.storeAssignment(
                experiment: experiment.id, phase: experiment.phase, unitHash: hash, variant: drawn.reference.variant,
                at: call.startedAt)
            guard name != drawn.reference.variant,
                let variant = experiment.variants.first(where: { $0.name == name })
            else { return drawn }
            return VariantChoice(experiment, variant)
        } catch {
            throw RequestHandler.unavailable(error)
        }
    }
}
