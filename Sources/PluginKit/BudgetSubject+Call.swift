public import Inference

extension BudgetSubject {
    /// Returns the account that `call` is charged to; nil when the budget does not count it.
    public func account(for call: Call) -> Account? {
        if let application, application != call.identity.application { return nil }
        switch scope {
        case .organisation: return account
        case .team: return call.identity.team.flatMap(account(of:))
        case .application: return account(of: call.identity.application)
        case .key: return account(of: call.keyName)
        // Calls without a user share one budget, so that leaving it out is no way round the limit.
        case .user: return account(of: call.user ?? "-")
        case .model: return account(of: call.identity.model)
        case .prompt: return (call.identity.prompt?.name).flatMap(account(of:))
        case .variant: return call.identity.variant.flatMap { account(of: "\($0.experiment)/\($0.variant)") }
        }
    }
}
