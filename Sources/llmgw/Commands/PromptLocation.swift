import Gateway
import Prompts

/// What the commands that look at prompts need: the library as the configuration names it, and where the ledger is.
struct PromptLocation {
    let library: PromptLibrary
    let ledger: String
    /// What is wrong, and what to know.
    let diagnostics: [Diagnostic]

    /// Reads the prompts. Nil when they cannot be served: the diagnostics say why.
    ///
    /// - Parameter fetching: whether a repository on another machine is asked for what is new.
    static func load(
        _ arguments: Arguments, _ context: Context, fetching: Bool = false
    ) throws(Failure) -> (location: PromptLocation?, diagnostics: [Diagnostic]) {
        let configuration = try LedgerLocation.configuration(arguments, context)
        let built = GenerationBuilder(
            path: context.configurationPath(arguments), environment: context.environment,
            factories: PluginTable.factories
        ).build(fetching: fetching)
        guard let generation = built.generation else { return (nil, built.diagnostics) }
        let location = PromptLocation(
            library: generation.prompts, ledger: configuration.ledger.path, diagnostics: built.diagnostics)
        return (location, built.diagnostics)
    }

    /// The same for commands that can do nothing without prompts: what is wrong is told, and ends them.
    static func required(_ arguments: Arguments, _ context: Context) throws(Failure) -> PromptLocation {
        let (location, diagnostics) = try load(arguments, context)
        if let location { return location }
        for finding in diagnostics where finding.severity == .error { context.errors.line(finding.description) }
        context.errors.flush()
        throw Failure(.findings, "the prompts cannot be served as they are")
    }
}
