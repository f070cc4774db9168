import Inference

extension Configuration {
    /// Complains about budgets of keys that no key has. Keys are in the ledger, and can be made while the gateway runs.
    ///
    /// - Parameter keys: the usable ones, each with the name that budgets know it by; nil when the ledger cannot tell.
    package func keyFindings(_ keys: [(application: String, name: String)]?) -> [Diagnostic] {
        allBudgets.compactMap { budget in
            guard budget.subject.scope == .key, let pattern = budget.subject.pattern else { return nil }
            let path = "\(budget.path).key"
            guard let keys else {
                return finding(
                    .warning, path,
                    "whether a key has the name '\(pattern)' cannot be told: the ledger has the keys, and it"
                        + " cannot be read here")
            }
            let callers = keys.filter { [nil, $0.application].contains(budget.subject.application) }
            guard !callers.contains(where: { pattern.matches($0.name) }) else { return nil }
            let owner = budget.subject.application ?? "APP"
            let hint = Suggestion.text(for: pattern.description, among: Set(callers.map(\.name)).sorted())
            let remedy = hint.isEmpty ? "; llmgw keys create \(owner) --name \(pattern) makes one" : hint
            let whose = budget.subject.application.map { " of application '\($0)'" } ?? ""
            return finding(
                .error, path, "no usable key\(whose) has the name '\(pattern)', so it counts nothing\(remedy)")
        }
    }
}
