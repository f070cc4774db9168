package import Inference
import Providers

/// Models that applications may use by the vendors' own names, without a place in `models:`.
///
/// They are looked up behind the configured ones, by `PROVIDER/MODEL`, or by the vendor's name alone where no other model
/// bears it. The price book says which there are: what has no price is not opened.
package struct OpenedModels: Sendable {
    /// By `PROVIDER/MODEL`.
    private let models: [String: Model]
    /// The names above, by the vendor's own, in their order.
    private let names: [String: [String]]

    init(_ configuration: Configuration) {
        let patterns = configuration.applications.values.flatMap(\.openedModels)
        var (models, names) = ([String: Model](), [String: [String]]())
        for target in patterns.isEmpty ? [] : configuration.pricedTargets {
            let name = "\(target.provider)/\(target.model)"
            guard configuration.models[name] == nil, patterns.contains(where: { $0.matches(name) }) else { continue }
            models[name] = Model(ModelSettings(name: name, targets: [target]), in: configuration)
            names[target.model, default: []].append(name)
        }
        self.models = models
        self.names = names.mapValues { $0.sorted() }
    }

    /// Returns the model that `application` means by `name`; nil when it may use none of that name, or several.
    func model(named name: String, for application: ApplicationSettings) -> Model? {
        guard !application.openedModels.isEmpty else { return nil }
        if let model = models[name] { return application.opens(name) ? model : nil }
        let meant = (names[name] ?? []).filter(application.opens)
        return meant.count == 1 ? models[meant[0]] : nil
    }

    /// How many there are whose full name matches.
    package func count(matching pattern: NamePattern) -> Int { models.keys.count(where: pattern.matches) }

    /// All targets of models that `application` may use.
    fileprivate func targets(for application: ApplicationSettings) -> [Target] {
        names(for: application).compactMap { models[$0] }.flatMap(\.targets)
    }

    /// The full names that `application` may use, in their order.
    func names(for application: ApplicationSettings) -> [String] {
        application.openedModels.isEmpty ? [] : models.keys.filter(application.opens).sorted()
    }
}

extension ApplicationSettings {
    fileprivate func opens(_ name: String) -> Bool { openedModels.contains { $0.matches(name) } }
}

extension Configuration {
    /// All models of providers for which the price book has a price under the provider's name, or under that of its kind
    /// where that is the vendor's.
    fileprivate var pricedTargets: [TargetSettings] {
        var targets: Set<TargetSettings> = []
        for provider in providers.values {
            var owners = [provider.name]
            if provider.kind == .simulated || provider.speaker == .openai { owners.append(provider.kind.rawValue) }
            for price in prices.all where owners.contains(price.provider) {
                targets.insert(TargetSettings(provider: provider.name, model: price.model))
            }
        }
        return Array(targets)
    }
}

extension Generation {
    /// The providers at which `application` may use models, by name.
    package func providers(of application: ApplicationSettings) -> [ProviderSettings] {
        let targets = application.models.compactMap { models[$0] }.flatMap(\.targets) + opened.targets(for: application)
        return Set(targets.map(\.provider)).sorted { $0.name < $1.name }
    }

    /// Whether `application` may use a provider's model by the vendor's own name: as a target of one of its models, or as one
    /// that is opened to it.
    func mayUse(_ model: String, at provider: String, _ application: ApplicationSettings) -> Bool {
        let isTarget = application.models.contains { name in
            models[name]?.targets.contains { $0.provider.name == provider && $0.model == model } ?? false
        }
        return isTarget || opened.model(named: "\(provider)/\(model)", for: application) != nil
    }
}
