import Inference

/// Checks of budgets that need more than one part of the configuration: one that counts nothing is worse than none.
extension ConfigurationLoader {
    func checkBudgets() {
        for budget in configuration.allBudgets {
            checkSubject(of: budget)
            checkDegradation(of: budget)
        }
        checkDuplicates()
        checkCycles()
    }

    /// Checks that somebody enforces budgets, and that everything which they count has a price that they understand.
    func checkEnforcement() {
        if let first = configuration.allBudgets.first, !configuration.plugins.contains(where: { $0.name == "budget" }) {
            findings.add(
                .error, about: first.path,
                "nobody enforces it: plugins does not bind 'budget'; add it to the list")
        }
        for application in configuration.applications.values.sorted(by: { $0.name < $1.name }) {
            let budgets = configuration.budgets(of: application)
            if !application.budgets.isEmpty, !application.hasModels {
                findings.add(
                    .error, about: "applications.\(application.name).budgets",
                    "they can match nothing: the application may use no model; name some in models")
            }
            for name in application.models.sorted() {
                let counting = budgets.filter { $0.subject.mayCount(model: name) }
                if let model = configuration.models[name], !counting.isEmpty {
                    checkPrices(of: model, for: application, counting)
                }
            }
        }
    }

    // MARK: What a budget counts

    private func checkSubject(of budget: BudgetSettings) {
        let name = budget.subject.pattern?.description ?? ""
        switch budget.subject.scope {
        case .organisation, .application, .key, .user, .prompt: break
        case .team:
            let teams = Set(configuration.applications.values.compactMap(\.team)).sorted()
            if !teams.contains(name) {
                complain(about: budget, "team", "no application is of team '\(name)'", name, among: teams)
            }
        case .model: checkModel(name, of: budget)
        case .variant: checkVariant(name, of: budget)
        }
        if budget.subject.application?.contains("/") ?? false {
            findings.add(
                .error, about: budget.path,
                "the application's name has a '/', which separates it from what the budget stands on; rename it")
        }
    }

    private func checkModel(_ name: String, of budget: BudgetSettings) {
        guard budget.subject.pattern != nil, !declared.models.contains(name) else { return }
        complain(about: budget, "model", "no model is named '\(name)'", name, among: declared.models.sorted())
    }

    private func checkVariant(_ name: String, of budget: BudgetSettings) {
        let variants = configuration.experiments.flatMap { experiment in
            experiment.variants.map { "\(experiment.id)/\($0.name)" }
        }
        if budget.subject.pattern == nil {
            guard variants.isEmpty else { return }
            return findings.add(.error, about: "\(budget.path).each", "there are no experiments, so it counts nothing")
        }
        if !variants.contains(name) {
            complain(
                about: budget, "variant", "no experiment has the variant '\(name)'; it is written EXPERIMENT/VARIANT",
                name, among: variants)
        }
    }

    private func complain(
        about budget: BudgetSettings, _ key: String, _ problem: String, _ name: String, among known: [String]
    ) {
        let hint = Suggestion.text(for: name, among: known)
        findings.add(.error, about: "\(budget.path).\(key)", "\(problem), so it counts nothing\(hint)")
    }

    // MARK: Two budgets

    private func checkDuplicates() {
        let all = configuration.allBudgets
        for (index, budget) in all.enumerated() {
            guard let other = all[..<index].first(where: { $0.overlaps(budget) }) else { continue }
            findings.add(
                .error, about: budget.path,
                "has the same account, window, zone and currency as \(other.path): one period cannot have two limits; "
                    + "keep one")
        }
    }

    // MARK: Degradation

    private func checkDegradation(of budget: BudgetSettings) {
        guard let model = budget.nearLimit.degrade?.model else { return }
        let path = "\(budget.path).degrade.to"
        guard declared.models.contains(model) else {
            let hint = Suggestion.text(for: model, among: declared.models.sorted())
            return findings.add(.error, about: path, "no model is named '\(model)'\(hint)")
        }
        if budget.subject.scope == .model, budget.subject.pattern?.description == model {
            findings.add(.error, about: path, "is the model that the budget counts; name another, cheaper one")
        }
        let targets = configuration.models[model]?.targets ?? []
        let isUsable = targets.contains { $0.isFree || configuration.price(of: $0, on: today) != nil }
        if !targets.isEmpty, !isUsable {
            findings.add(
                .error, about: path,
                "no target of '\(model)' has a price on \(today), so its calls would be refused; add one to the price book"
            )
        }
    }

    /// Two models that stand in for each other: neither is the cheaper one.
    private func checkCycles() {
        let steps = configuration.allBudgets.compactMap { budget -> (BudgetSettings, from: String, to: String)? in
            guard budget.subject.scope == .model, let from = budget.subject.pattern?.description,
                let to = budget.nearLimit.degrade?.model, from != to
            else { return nil }
            return (budget, from, to)
        }
        for (index, step) in steps.enumerated() {
            var reached: Set<String> = [step.to]
            var grows = true
            while grows {
                let next = reached.union(steps[...index].filter { reached.contains($0.from) }.map(\.to))
                grows = next.count > reached.count
                reached = next
            }
            if reached.contains(step.from) {
                findings.add(
                    .error, about: "\(step.0.path).degrade.to",
                    "'\(step.to)' is degraded to '\(step.from)' by a budget above: the two go round in a circle")
            }
        }
    }

    // MARK: Prices

    /// What a budget counts must have a price, in a currency that the budget understands.
    private func checkPrices(of model: ModelSettings, for application: ApplicationSettings, _ budgets: [BudgetSettings])
    {
        var unpriced: [String] = []
        for target in model.targets where !target.isFree && configuration.providers[target.provider] != nil {
            guard let price = configuration.price(of: target, on: today) else {
                unpriced.append("\(target.provider)/\(target.model)")
                continue
            }
            checkCurrencies(price, target, budgets)
        }
        let path = "models.\(model.name).targets"
        if !unpriced.isEmpty, unpriced.count == model.targets.count {
            // No error: every other model works, and the calls of this one are refused, never unbilled.
            findings.add(
                .warning, about: path,
                "no target has a price on \(today), and application '\(application.name)' has budgets: its calls are "
                    + "answered 422 unpriced_model; add a price, or 'free: true' to a target that costs nothing")
        } else if !unpriced.isEmpty {
            findings.add(
                .warning, about: path,
                "\(unpriced.joined(separator: ", ")) has no price on \(today) and is skipped for application "
                    + "'\(application.name)', which has budgets; add a price, or 'free: true'")
        }
    }

    private func checkCurrencies(_ price: Price, _ target: TargetSettings, _ budgets: [BudgetSettings]) {
        for budget in budgets where budget.limit.currency != price.currency {
            let currency = budget.limit.currency
            guard configuration.exchangeRates.rate(from: price.currency, to: currency, on: today) == nil else {
                continue
            }
            let message =
                "is in \(currency), but \(target.provider)/\(target.model) costs \(price.currency) and the price book has no "
                + "rate between them for \(today) or the \(ExchangeRates.oldest) days before; add one to fx, or bring "
                + "fx_file up to date"
            findings.addOnce(.error, about: "\(budget.path).limit", message)
        }
    }
}

extension BudgetSubject {
    /// Whether a call of the model can be counted.
    fileprivate func mayCount(model: String) -> Bool { scope != .model || pattern?.matches(model) ?? true }
}

extension BudgetSettings {
    /// Whether a period of one can be a period of the other.
    fileprivate func overlaps(_ other: BudgetSettings) -> Bool {
        guard
            (window, zone, weekStart, limit.currency)
                == (other.window, other.zone, other.weekStart, other.limit.currency),
            subject.scope == other.subject.scope, subject.application == other.subject.application
        else { return false }
        guard let pattern = subject.pattern, let otherPattern = other.subject.pattern else { return true }
        return pattern.description == otherPattern.description || subject.account.map(other.subject.covers) ?? false
            || other.subject.account.map(subject.covers) ?? false
    }
}
