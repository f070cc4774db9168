import HTTPServer
import NetIO
import Simulation

extension Command {
    static let simulate = Command(
        name: "sim", summary: "a simulated provider as a server of its own",
        notes: [
            "It answers OpenAI's API from arithmetic; a model's name says how it behaves (docs/simulated-provider.md)."
        ],
        options: [
            Option("listen", .address, "where; 127.0.0.1:9000 unless told"),
            Option("delay-ms", .integer(0...600_000), "milliseconds before each answer"),
            Option("chunk-ms", .integer(0...600_000), "milliseconds between two events of a stream"),
            Option("chunks", .integer(1...100_000), "events of text in a stream"),
            Option("bytes", .integer(0...64 << 20), "bytes of text in an answer"),
            Option("threads", .integer(1...256), "event loops; 1 unless told"),
        ],
        examples: [
            Example("llmgw sim --listen 127.0.0.1:9000", "answers at once"),
            Example("llmgw sim --listen 127.0.0.1:9000 --delay-ms 300 --chunk-ms 20", "as slow as a vendor"),
        ],
        run: simulate(_:_:))

    private static func simulate(_ arguments: Arguments, _ context: Context) throws -> ExitCode {
        SignalSource.block(SignalInbox.signals)
        let provider = SimulatedProvider(defaults: SimulatedPace(arguments))
        let address = arguments.address("listen") ?? .ipv4("127.0.0.1", port: 9000)
        let count = arguments.integer("threads") ?? 1
        return try MainLoop.run { reactor in
            let signals = try SignalInbox(on: reactor)
            do {
                try ListeningSocket.probe(address)
                var loops: [EventLoop] = []
                var bound = address
                for index in 0..<count {
                    let loop = try EventLoop()
                    _ = loop.start(name: "llmgw-sim-\(index)")
                    bound = try await loop.perform { [bound] in try SimulationHandler.listen(bound, provider, $0) }
                    loops.append(loop)
                }
                context.output.line("simulated provider at http://\(bound)/v1")
                context.output.flush()
                while signals.stops == 0 {
                    await signals.next()
                    _ = signals.takeHangup()
                }
                return .success
            } catch let error as SystemError {
                throw Failure(.failure, "\(error.description); choose another address with --listen")
            }
        }
    }
}

extension SimulatedPace {
    fileprivate init(_ arguments: Arguments) {
        self.init()
        delay = arguments.integer("delay-ms") ?? 0
        gap = arguments.integer("chunk-ms") ?? 0
        chunks = arguments.integer("chunks")
        bytes = arguments.integer("bytes")
    }
}
