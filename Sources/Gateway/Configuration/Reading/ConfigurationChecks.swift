import Inference

/// Checks that need more than one part of the configuration.
extension ConfigurationLoader {
    func check() {
        // What could not be read would be missed everywhere: such complaints wait until the rest is right.
        let isWhole = !findings.hasErrors
        checkTargets()
        checkSlices()
        checkLimits()
        checkApplications()
        checkSockets()
        guard isWhole else { return }
        checkBudgets()
        checkEnforcement()
        checkUse()
    }

    private func checkTargets() {
        for model in configuration.models.values.sorted(by: { $0.name < $1.name }) {
            var seen: Set<TargetSettings> = []
            for (index, target) in model.targets.enumerated() {
                let path = "models.\(model.name).targets[\(index)]"
                if !declared.providers.contains(target.provider) {
                    let hint = Suggestion.text(for: target.provider, among: declared.providers.sorted())
                    findings.add(.error, about: "\(path).provider", "no provider is named '\(target.provider)'\(hint)")
                }
                if !seen.insert(target).inserted {
                    findings.add(
                        .error, about: path, "is the same as a target above; for retries use retries.same_target")
                }
            }
        }
    }

    /// The kernel takes names of sockets up to 107 bytes: the one beside the ledger, by which commands reach the gateway,
    /// and those that the gateway listens on, as they are with the folder in front.
    private func checkSockets() {
        var sockets = [(key: "ledger.path", path: configuration.ledger.path + ".sock")]
        for (key, addresses) in [("listen", configuration.listen), ("admin.listen", configuration.admin.listen)] {
            for case .unix(let path) in addresses { sockets.append((key, path)) }
        }
        for socket in sockets where socket.path.utf8.count > 107 {
            findings.add(
                .error, findings.places[socket.key] ?? SourcePlace(file: configuration.file),
                "\(socket.key): '\(socket.path)' is too long for the name of a socket (\(socket.path.utf8.count) bytes; 107 are"
                    + " the most); choose a shorter path")
        }
    }

    /// A stream that is cut where the vendor goes on billing would cost more than it holds.
    private func checkSlices() {
        for model in configuration.models.values.sorted(by: { $0.name < $1.name }) where model.slices != nil {
            for target in model.targets {
                guard let provider = configuration.providers[target.provider], provider.cancelSlack == nil else {
                    continue
                }
                findings.add(
                    .error, about: "models.\(model.name).slices",
                    "streams of provider '\(provider.name)' cannot be held in slices: it is not known to stop billing when it"
                        + " is left; leave slices out, or say providers.\(provider.name).cancel_stops_billing")
            }
        }
    }

    /// An answer without an end that somebody set is charged at the largest there is, once its stream breaks off.
    private func checkLimits() {
        for model in configuration.models.values.sorted(by: { $0.name < $1.name }) where model.maxOutputTokens == nil {
            for (index, target) in model.targets.enumerated() where !target.isFree {
                guard configuration.providers[target.provider]?.kind == .openai,
                    let price = configuration.price(of: target, on: today), price.maxOutputTokens == nil,
                    price.rates.output > 0
                else { continue }
                findings.add(
                    .warning, about: "models.\(model.name).targets[\(index)]",
                    "neither the model nor the price of \(target.provider)/\(target.model) has max_output_tokens: calls"
                        + " without a limit get 4,096, and a client's own is bounded by the context window alone")
            }
        }
    }

    private func checkApplications() {
        for application in configuration.applications.values.sorted(by: { $0.name < $1.name }) {
            for name in application.models.sorted() where !declared.models.contains(name) {
                let hint = Suggestion.text(for: name, among: declared.models.sorted())
                findings.add(
                    .error, about: "applications.\(application.name).models", "no model is named '\(name)'\(hint)")
            }
            for pattern in application.openedModels {
                guard declared.provider(before: pattern.description) == nil else { continue }
                let names = declared.providers.sorted().map { $0 + "/*" }
                let hint = Suggestion.text(for: pattern.description, among: names)
                findings.add(
                    .error, about: "applications.\(application.name).models",
                    "'\(pattern)' names no provider before its '/'; a provider's models are opened by 'PROVIDER/*'\(hint)"
                )
            }
            if !application.prompts.isEmpty, configuration.prompts.isEmpty {
                findings.add(
                    .error, about: "applications.\(application.name).prompts",
                    "the configuration names no prompts; add prompts: {path: …}")
            }
        }
    }

    /// What is declared and never used is mostly a slip.
    private func checkUse() {
        var used = Set(configuration.models.values.flatMap(\.targets).map(\.provider))
        let opened = configuration.applications.values.flatMap(\.openedModels)
        used.formUnion(opened.compactMap { declared.provider(before: $0.description) })
        for name in declared.providers.sorted() where !used.contains(name) {
            findings.add(.warning, about: "providers.\(name)", "no model uses it")
        }
        let variants = configuration.experiments.flatMap(\.variants).compactMap(\.model)
        let called = configuration.applications.values.reduce(into: Set(variants)) { $0.formUnion($1.models) }
        for name in declared.models.sorted() where !called.contains(name) {
            findings.add(.warning, about: "models.\(name)", "no application may use it")
        }
    }

    /// Two experiments on the same calls would have to agree on who takes part; only namespaces could make them.
    func checkOverlap(of experiment: ExperimentSettings, at place: SourcePlace) {
        for other in configuration.experiments {
            if other.id == experiment.id {
                findings.add(
                    .error, place, "an experiment with the id '\(other.id)' is in another file already; ids differ")
            } else if experiment.overlaps(other) {
                findings.add(
                    .error, place, "runs on the same calls and at the same time as '\(other.id)'; pause one of them")
            }
        }
    }
}

extension ExperimentSettings {
    /// Whether a call could belong to both. A prompt and a model never exclude each other.
    fileprivate func overlaps(_ other: ExperimentSettings) -> Bool {
        guard status == .running, other.status == .running else { return false }
        if let prompt, let second = other.prompt, prompt != second { return false }
        if let model, let second = other.model, model != second { return false }
        return (start ?? .min) < (other.end ?? .max) && (other.start ?? .min) < (end ?? .max)
    }
}
