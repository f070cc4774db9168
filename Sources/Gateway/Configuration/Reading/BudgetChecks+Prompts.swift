import Inference

extension Configuration {
    /// Complains about budgets that count nothing, once it is known which prompts there are and which models they name.
    func budgetFindings(_ prompts: [(name: String, model: String?)]) -> [Diagnostic] {
        var findings: [Diagnostic] = []
        for budget in allBudgets {
            let callers =
                budget.subject.application.flatMap { applications[$0] }.map { [$0] }
                ?? applications.values.sorted { $0.name < $1.name }
            let problem: (key: String, text: String)? =
                switch budget.subject.scope {
                case .prompt: promptProblem(budget.subject, callers, prompts.map(\.name))
                case .model: modelProblem(budget.subject, callers, prompts)
                case .organisation, .team, .application, .key, .user, .variant: nil
                }
            guard let problem else { continue }
            let path = "\(budget.path).\(budget.subject.pattern == nil ? "each" : problem.key)"
            findings.append(finding(.error, path, problem.text))
        }
        return findings + sharedNameFindings(prompts.map(\.name))
    }

    private func promptProblem(
        _ subject: BudgetSubject, _ callers: [ApplicationSettings], _ names: [String]
    ) -> (String, String)? {
        let usable = names.filter { name in callers.contains { $0.mayUse(prompt: name) } }
        guard let pattern = subject.pattern else {
            return usable.isEmpty ? ("prompt", "the application may use no prompt, so it counts nothing") : nil
        }
        if usable.contains(where: pattern.matches) { return nil }
        let hint = Suggestion.text(for: pattern.description, among: usable.sorted())
        let problem =
            names.contains(where: pattern.matches)
            ? "no application that it counts may use '\(pattern)'" : "'\(pattern)' matches no prompt"
        return ("prompt", "\(problem), so it counts nothing\(hint)")
    }

    private func modelProblem(
        _ subject: BudgetSubject, _ callers: [ApplicationSettings], _ prompts: [(name: String, model: String?)]
    ) -> (String, String)? {
        guard let name = subject.account.flatMap({ _ in subject.pattern?.description }) else { return nil }
        let byExperiments = experiments.flatMap(\.variants).compactMap(\.model)
        let byBudgets = allBudgets.compactMap(\.nearLimit.degrade?.model)
        let isReached =
            (byExperiments + byBudgets).contains(name)
            || callers.contains { caller in
                caller.models.contains(name)
                    || prompts.contains { $0.model == name && caller.mayUse(prompt: $0.name) }
            }
        guard !isReached else { return nil }
        let hint = Suggestion.text(for: name, among: Set(callers.flatMap(\.models)).sorted())
        return ("model", "no application that it counts may use '\(name)', so it counts nothing\(hint)")
    }

    /// `bot/large` is model `large` of application `bot`, and can be the name of a model too: never both.
    private func sharedNameFindings(_ prompts: [String]) -> [Diagnostic] {
        budgets.filter { [.model, .prompt, .variant].contains($0.subject.scope) }.compactMap { budget in
            let names = budget.subject.scope == .prompt ? prompts : [budget.subject.pattern?.description ?? ""]
            for name in names.compactMap({ budget.subject.account(of: $0)?.name }) {
                let account = Account(budget.subject.scope, name)
                let others = applications.values.flatMap(\.budgets)
                guard let other = others.first(where: { $0.subject.covers(account) }) else { continue }
                return finding(
                    .error, budget.path,
                    "its account '\(name)' may also be one of \(other.path): rename the application or the "
                        + budget.subject.scope.rawValue)
            }
            return nil
        }
    }
}
