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
        let wish = call.exchange.head.fields["x-llmgw-experiment"]
        if let wish, wish != "off" { return try force(wish, on: call, promptName) }
        guard isOpen, wish != "off",
            let experiment = call.generation.experiments.first(where: {
                $0.applies(toPrompt: promptName, model: call.model.name, at: call.startedAt)
            }),
            let unit = unit(of: call, experiment.unit), let drawn = experiment.variant(for: unit)
        else { return }
        let choice = try await sticky(drawn, experiment, unit, call)
        call.identity.variant = choice.reference
        try take(choice, call)
    }

    private func take(_ choice: VariantChoice, _ call: InferenceCall) throws(GatewayError) {
        if let prompt = choice.prompt {
            call.promptSelector = prompt
            call.model = try promptModel(prompt, call.caller)
        }
        if let model = choice.model { call.model = try self.model(named: model, call.caller) }
        call.identity.model = call.model.name
    }

    /// Gives a tester the variant that it names, `experiment=variant`. The row has no variant: the call is not counted.
    private func force(_ wish: String, on call: InferenceCall, _ promptName: String?) throws(GatewayError) {
        guard call.caller.application.testers else {
            throw GatewayError(
                403, "experiment_not_allowed",
                "application '\(call.caller.application.name)' may not choose a variant; 'testers: true' would allow it"
            )
        }
        let words = wish.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard words.count == 2,
            let experiment = call.generation.experiments.first(where: { $0.id == words[0] }),
            experiment.prompt == nil || experiment.prompt == promptName,
            experiment.model == nil || experiment.model == call.model.name,
            let variant = experiment.variants.first(where: { $0.name == words[1] })
        else {
            throw GatewayError(
                400, "invalid_value",
                "x-llmgw-experiment is 'off' or EXPERIMENT=VARIANT, of a running experiment on what is called")
        }
        let choice = VariantChoice(experiment, variant)
        call.forcedVariant = choice.reference
        try take(choice, call)
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
    func user(of call: InferenceCall) -> String? {
        call.exchange.head.fields["x-llmgw-user"] ?? call.request.user ?? call.session
    }

    /// Finds out whose budget the call is charged to, where users have budgets.
    func identifyUser(of call: InferenceCall) {
        guard call.generation.hasUserBudget(call.caller.application.name) else { return }
        call.hashedUser = user(of: call).map(hashedUser)
    }

    /// The name of a user's account.
    func hashedUser(_ user: String) -> String { gateway.hashedUser(user) }

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

extension LLMGateway {
    /// The name of a user's account.
    package func hashedUser(_ user: String) -> String { UserAccount.name(of: user, key: unitKey) }
}

/// How users are named where what they are charged is kept.
package enum UserAccount {
    /// Short, and without a way back to the user.
    ///
    /// - Parameter key: the one that is kept beside the ledger.
    package static func name(of user: String, key: [UInt8]) -> String {
        String(HMAC.sha256(key: key, message: Array(user.utf8)).hex.prefix(16))
    }
}
