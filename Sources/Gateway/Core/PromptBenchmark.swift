import CivilTime
package import Ledger
package import Prompts

extension GenerationBuilder {
    /// Measures how long reading the prompts takes. Blocks while it reads.
    ///
    /// - Parameters:
    ///   - configuration: read by this builder.
    ///   - registry: a ledger of its own, empty.
    ///   - path: of that ledger.
    /// - Returns: nil when the prompts cannot be served; then the diagnostics of `build` say why.
    package func measurePrompts(
        _ configuration: Configuration, registry: LedgerWriter, at path: String
    ) async throws -> PromptLoadBenchmark? {
        var benchmark = PromptLoadBenchmark()
        try PromptLoader(configuration).measureParts(&benchmark)
        guard let generation = benchmark.measure("a start, up to the generation", { build().generation }) else {
            return nil
        }
        let rows = generation.prompts.registryRows
        let start = PromptLoadBenchmark.Moment()
        try await registry.importPromptVersions(rows, at: Clock.utcMilliseconds())
        benchmark.add("the registry's first import", since: start)
        var known = configuration
        known.ledger.path = path
        _ = try benchmark.measure("the prompts alone, with a registry that knows them") {
            try PromptLoader(known).library(after: nil)
        }
        _ = benchmark.measure("a reload that finds nothing new") { rebuild(promptsOf: generation) }
        return benchmark
    }
}
