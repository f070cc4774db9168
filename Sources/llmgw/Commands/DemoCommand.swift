import Admin
import Gateway
import Glibc
import Ledger
import NetIO
import Threads

extension Command {
    static let demo = Command(
        name: "demo",
        summary: "the whole story in half a minute, on simulated models: no key, no network, no files of yours",
        notes: [
            "A gateway runs on a free loopback port and in a temporary folder. Exit code 1 when a claim does not hold."
        ],
        options: [Option("keep", .flag, "leave the folder, to look at it with the other commands")],
        examples: [
            Example("llmgw demo", "watch"),
            Example("llmgw demo --keep", "and then: llmgw requests --config FOLDER/config/gateway.yaml"),
        ],
        run: demo(_:_:))

    private static func demo(_ arguments: Arguments, _ context: Context) throws -> ExitCode {
        let folder = try DemoFiles.write()
        defer { if !arguments.has("keep") { Folder.remove(folder) } }
        let start = try ServerStart(configuration: "\(folder)/config/gateway.yaml", context)
        let code = try MainLoop.run { reactor in
            let server = try GatewayServer(
                start.gateway, loops: min(2, Processors.count), descriptors: start.descriptors)
            let reloader = Reloader(start.builder, gateway: start.gateway, log: start.log)
            let bound = try await server.listen(
                start.configuration.listen.map { SocketAddress($0) }, admin: []
            ) { gateway, _ in AdminHandler(gateway, reloader: reloader) }
            let stage = DemoStage(context)
            stage.say("A gateway of its own at http://\(bound.listen[0]), generation \(start.generation.id)")
            let client = try DemoClient(bound.listen[0], reactor: reactor)
            let actions = KeyActions(start.gateway.ledger, actor: "demo")
            let support = try await actions.create(application: "support-bot", name: "demo", expires: nil)
            let batch = try await actions.create(application: "night-batch", name: "demo", expires: nil)
            try await start.gateway.reloadKeys()
            try await Demo(start, stage, client: client, keys: (support.secret, batch.secret)).play()
            client.close()
            await server.beginDraining()
            await server.stop()
            await start.gateway.ledger.close()
            context.output.line(stage.broken == 0 ? "\nAll of it held." : "\n\(stage.broken) claims did not hold.")
            return stage.broken == 0 ? .success : .findings
        }
        if arguments.has("keep") {
            context.output.line(
                "Kept: \(folder); try `\(context.program) costs --config \(folder)/config/gateway.yaml`")
        } else {
            context.output.line("Next: `\(context.program) serve`")
        }
        return code
    }
}
