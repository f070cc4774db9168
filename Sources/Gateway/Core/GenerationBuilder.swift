import CivilTime
import Crypto
import HTTPClient
import Inference
import Ledger
package import PluginKit
package import Prompts
import Providers
import Routing
import Synchronization

/// Makes generations: reads everything, checks it as a whole, and gives all of it or nothing.
package struct GenerationBuilder: Sendable {
    private let path: String
    private let environment: [String: String]
    private let factories: [String: PluginFactory]
    /// Counts the generations that the process built, so that each has a greater edition than those before.
    private static let editions = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - path: of `gateway.yaml`.
    ///   - environment: what `${NAME}` in it may name.
    ///   - factories: the plugins that this program has, by the name that `plugins:` uses.
    package init(path: String, environment: [String: String], factories: [String: PluginFactory]) {
        self.path = path
        self.environment = environment
        self.factories = factories
    }

    /// What building came to: no generation when there is an error.
    package struct Result: Sendable {
        package var generation: Generation?
        /// Errors and warnings, in the order of files and places.
        package var diagnostics: [Diagnostic]
    }

    /// Reads the files as they are now. Blocks; not for an event loop.
    ///
    /// - Parameters:
    ///   - fetching: whether a repository of prompts on another machine is asked for what is new.
    ///   - isStart: the ledger is opened after this, and the prompts are read again if it could not be read before.
    ///   - before: what is served now; of its prompts, what is unchanged is not compiled again.
    package func build(fetching: Bool = false, isStart: Bool = false, after before: Generation? = nil) -> Result {
        let today = CivilDate(daysSince1970: Int(Clock.utcMilliseconds() / 86_400_000)).description
        let load = Configuration.load(path: path, environment: environment, today: today)
        guard let configuration = load.configuration else {
            return Result(generation: nil, diagnostics: load.diagnostics)
        }
        var findings = load.diagnostics
        if fetching { fetchPrompts(configuration, &findings) }
        let prompts = loadPrompts(configuration, isStart: isStart, after: before?.prompts, &findings)
        checkPrompts(configuration, prompts, &findings)
        let budgets = configuration.applications.mapValues { application in
            configuration.budgets(of: application).map { BudgetRule($0, rates: configuration.exchangeRates) }
        }
        let plugins = makePlugins(configuration, budgets, &findings)
        // Labels may be turned there: until a writer has brought it up to date, files alone do not say what they mean.
        let isKnown = !LedgerReader.isUnreadable(configuration.ledger.path)
        checkVariants(configuration, prompts, isKnown: isKnown, &findings)
        guard !findings.contains(where: { $0.severity == .error }) else {
            return Result(generation: nil, diagnostics: findings)
        }
        let generation = Generation(
            id: id(configuration, prompts), commit: GitRevision.current(of: configuration.file)?.description,
            configuration: configuration, prompts: prompts,
            experiments: configuration.experiments.filter { $0.status == .running }.map(Experiment.init),
            models: configuration.models.mapValues { Model($0, in: configuration) },
            opened: OpenedModels(configuration), budgets: budgets, plugins: PluginChain(plugins))
        return Result(generation: generation, diagnostics: findings)
    }

    /// Reads the prompts as they are now, for a generation that is otherwise like `before`. Blocks.
    package func rebuild(promptsOf before: Generation) -> Result {
        let configuration = before.configuration
        var findings: [Diagnostic] = []
        let prompts = loadPrompts(configuration, after: before.prompts, &findings)
        checkPrompts(configuration, prompts, &findings)
        checkVariants(configuration, prompts, isKnown: true, &findings)
        guard !findings.contains(where: { $0.severity == .error }) else {
            return Result(generation: nil, diagnostics: findings)
        }
        return Result(generation: before.with(prompts, id: id(configuration, prompts)), diagnostics: findings)
    }

    /// The same generation with other labels turned.
    package func overridden(_ before: Generation, by overrides: [PromptOverride]) -> Generation {
        let prompts = before.prompts.overridden(by: overrides)
        return before.with(prompts, id: id(before.configuration, prompts))
    }

    /// Asks a repository on another machine for what is new, and returns the commit to be served; nil without git. Blocks.
    package func head(ofPromptsIn configuration: Configuration) throws(GitFailure) -> String? {
        let loader = PromptLoader(configuration)
        try loader.fetch()
        return try loader.head()
    }

    /// 12 digits over everything that decides how requests are served.
    private func id(_ configuration: Configuration, _ prompts: PromptLibrary) -> String {
        let text = ([configuration.digest] + prompts.identity).joined(separator: "\n")
        return String(SHA256.hash(Array(text.utf8)).hex.prefix(12))
    }

    /// Prompts that were fetched before are served when the other machine does not answer.
    private func fetchPrompts(_ configuration: Configuration, _ findings: inout [Diagnostic]) {
        do throws(GitFailure) {
            try PromptLoader(configuration).fetch()
        } catch {
            findings.append(
                Diagnostic(severity: .warning, file: path, line: 0, column: 0, message: "prompts: \(error.description)")
            )
        }
    }

    private func loadPrompts(
        _ configuration: Configuration, isStart: Bool = false, after before: PromptLibrary?,
        _ findings: inout [Diagnostic]
    ) -> PromptLibrary {
        do throws(PromptLoadErrors) {
            let library = try PromptLoader(configuration).library(isStart: isStart, after: before)
            findings += library.warnings.map { Diagnostic($0, severity: .warning) }
            return library
        } catch {
            findings += error.diagnostics.map { fault in
                let severity: Diagnostic.Severity = fault.severity == .error ? .error : .warning
                // What cannot be read at all is a matter of the key that names it.
                guard fault.file == "prompts/", !fault.message.hasPrefix(PromptLoader.ledgerProblem),
                    let key = configuration.prompts.namingKey
                else {
                    return Diagnostic(fault, severity: severity)
                }
                return configuration.finding(severity, "prompts.\(key)", fault.message)
            }
            return PromptLibrary()
        }
    }

    private func makePlugins(
        _ configuration: Configuration, _ budgets: [String: [BudgetRule]], _ findings: inout [Diagnostic]
    ) -> [any Plugin] {
        let edition = Self.editions.add(1, ordering: .relaxed).newValue
        return configuration.plugins.compactMap { binding in
            do {
                guard let factory = factories[binding.name] else {
                    throw GatewayError(500, "plugin_unknown", "there is no plugin '\(binding.name)' in this program")
                }
                return try factory(PluginEnvironment(settings: binding.settings, budgets: budgets, edition: edition))
            } catch {
                let reason = (error as? GatewayError)?.message ?? "\(error)"
                findings.append(
                    Diagnostic(
                        severity: .error, file: path, line: 0, column: 0, message: "plugin '\(binding.name)': \(reason)"
                    ))
                return nil
            }
        }
    }

    private func checkPrompts(
        _ configuration: Configuration, _ prompts: PromptLibrary, _ findings: inout [Diagnostic]
    ) {
        findings += configuration.promptFindings(among: Set(prompts.names))
        let models = ModelCheck(among: Set(configuration.models.keys)).findings(in: prompts)
        findings += models.map { Diagnostic($0, severity: .error) }
        // What could not be read would be missed by budgets too: those complaints wait until it can.
        guard !findings.contains(where: { $0.severity == .error }) else { return }
        findings += configuration.budgetFindings(prompts.entries.map { ($0.name, $0.model) })
    }

    /// A variant that names a prompt nobody can resolve would fail its share of the traffic.
    ///
    /// - Parameter isKnown: whether it is known which labels are turned; otherwise a complaint is a warning.
    private func checkVariants(
        _ configuration: Configuration, _ prompts: PromptLibrary, isKnown: Bool, _ findings: inout [Diagnostic]
    ) {
        let models = ModelCheck(among: Set(configuration.models.keys))
        let doubt = isKnown ? "" : "; the ledger, which may have the label turned, cannot be read yet"
        for experiment in configuration.experiments where experiment.status == .running {
            for (index, variant) in experiment.variants.enumerated() {
                guard let selector = variant.prompt else { continue }
                let problem: String?
                do throws(GatewayError) {
                    // The variant's own model is asked after the prompt's.
                    let prompt = try prompts.resolve(selector)
                    problem = models.reason(prompt)
                } catch {
                    problem = error.message
                }
                guard let problem else { continue }
                findings.append(
                    configuration.finding(
                        isKnown ? .error : .warning, "experiments.\(experiment.id).variants[\(index)].prompt",
                        "variant '\(variant.name)': \(problem)\(doubt)"))
            }
        }
    }
}

extension Diagnostic {
    fileprivate init(_ finding: PromptDiagnostic, severity: Severity) {
        self.init(
            severity: severity, file: finding.file, line: finding.line, column: finding.column, message: finding.message
        )
    }
}

extension Experiment {
    fileprivate init(_ settings: ExperimentSettings) {
        self.init(
            id: settings.id, phase: settings.phase, salt: settings.salt,
            unit: Unit(rawValue: settings.unit.rawValue) ?? .user, coverage: settings.coverage, start: settings.start,
            end: settings.end, prompt: settings.prompt, model: settings.model,
            variants: settings.variants.map {
                Variant(name: $0.name, weight: $0.weight, prompt: $0.prompt, model: $0.model)
            })
    }
}

extension Model {
    init(_ settings: ModelSettings, in configuration: Configuration) {
        name = settings.name
        self.settings = settings
        targets = settings.targets.compactMap { target in
            configuration.providers[target.provider].map {
                Target(target, $0, prices: configuration.prices(of: target))
            }
        }
    }
}
