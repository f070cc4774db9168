import Gateway
import Ledger
import Prompts
import Reports
import Threads

extension Command {
    static let promptsBench = Command(
        name: "prompts bench", summary: "how long reading the prompts takes, part by part",
        notes: [
            "Reads the configuration's prompts several times: each part of the work by itself, then as a start does, and as a",
            "reload does that finds nothing new. The registry is a ledger of its own beside the configured one, removed then.",
        ],
        options: [.config],
        examples: [Example("llmgw prompts bench", "on the machine that serves")]
    ) { arguments, context in
        let configuration = try LedgerLocation.configuration(arguments, context)
        let builder = GenerationBuilder(
            path: context.configurationPath(arguments), environment: context.environment,
            factories: PluginTable.factories)
        let folder = try BenchFolder(beside: configuration.ledger.path)
        defer { folder.remove() }
        return try MainLoop.run { _ in
            let path = folder.path + "/ledger.db"
            let registry = try LedgerWriter.open(path)
            let measured = try await builder.measurePrompts(configuration, registry: registry, at: path)
            await registry.close()
            guard let measured else {
                throw Failure(.findings, "the prompts cannot be served; `llmgw check` says why")
            }
            context.output.line(
                "\(Figures.count(Int64(measured.texts))) texts of prompts, \(Processors.count) processors")
            for part in measured.parts {
                let times = [part.time, part.processors].map {
                    Figures.duration(milliseconds: Int64($0 / .milliseconds(1)))
                }
                context.output.line("  \(part.name): \(times[0]), \(times[1]) of processors' time")
            }
            return .success
        }
    }
}
