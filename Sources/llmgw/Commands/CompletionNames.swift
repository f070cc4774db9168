import Gateway
import Ledger
import Prompts

/// What `llmgw completions names KIND` prints: the names of now, for a shell that completes one.
///
/// Whoever presses the tab key sees no errors: what cannot be read has no names.
struct CompletionNames {
    let arguments: Arguments
    let context: Context

    /// Sorted.
    func names(of kind: NameKind) -> [String] {
        switch kind {
        case .applications: (configuration?.applications.keys).map { $0.sorted() } ?? []
        case .models: (configuration?.models.keys).map { $0.sorted() } ?? []
        case .providers: (configuration?.providers.keys).map { $0.sorted() } ?? []
        case .prompts: workspace?.library.names ?? []
        case .labels: labels
        case .keys: keys
        }
    }

    private var configuration: Configuration? {
        let load = Configuration.load(
            path: context.configurationPath(arguments), environment: context.environment, today: "2020-01-01")
        return load.configuration
    }

    private var workspace: PromptWorkspace? { (try? PromptDesk(arguments, context))?.workspace }

    /// Of the files on disk, also of those that cannot be read: whoever mends one has to name it.
    private var labels: [String] {
        (workspace?.files ?? []).filter { $0.hasPrefix("prompts/labels/") && $0.hasSuffix(".yaml") }
            .map { String($0.dropFirst("prompts/labels/".count).dropLast(".yaml".count)) }
    }

    private var keys: [String] {
        guard let reader = try? configuration.map(LedgerLocation.init)?.existingReader() else { return [] }
        return ((try? reader.keys()) ?? []).filter { $0.revokedAt == nil }.map(\.id).sorted()
    }
}
