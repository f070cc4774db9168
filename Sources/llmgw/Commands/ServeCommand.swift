import CLinux
import Gateway
import Ledger
import NetIO

extension Command {
    static let serve = Command(
        name: "serve", summary: "start the gateway",
        notes: [
            "SIGHUP reads the configuration anew: all of it, or nothing changes. SIGTERM and Ctrl-C finish what is under",
            "way, for limits.shutdown_timeout at the most; the second one cancels it.",
        ],
        options: [
            .config,
            Option("listen", .address, "where applications call, in place of the configuration's"),
            Option("admin-listen", .address, "the admin port, in place of the configuration's"),
        ],
        examples: [
            Example("llmgw serve", "with config/gateway.yaml, which needs no vendor's key"),
            Example("llmgw serve --config prod/gateway.yaml", "with another configuration"),
            Example("llmgw serve --listen 127.0.0.1:0", "on a free port, which the first lines name"),
        ],
        run: serve(_:_:))

    private static func serve(_ arguments: Arguments, _ context: Context) throws -> ExitCode {
        SignalSource.block(SignalInbox.signals)  // before there is another thread
        llmgw_forbid_core_dumps()
        let path = context.configurationPath(arguments)
        let start = try ServerStart(configuration: path, context)
        let configuration = start.configuration
        let listen = arguments.address("listen").map { [$0] } ?? configuration.listen.map { SocketAddress($0) }
        let admin =
            arguments.address("admin-listen").map { [$0] } ?? configuration.admin.listen.map { SocketAddress($0) }
        return try MainLoop.run { reactor in
            do {
                let server = try Server(start, reactor: reactor)
                try await server.run(listen: listen, admin: admin) { bound, boundAdmin in
                    let welcome = Welcome(
                        generation: start.generation, listen: bound, admin: boundAdmin, configurationPath: path)
                    context.output.write(welcome.text(context))
                    context.output.flush()
                }
                return .success
            } catch {
                await start.gateway.ledger.close()
                ControlSocket.remove(beside: configuration.ledger.path)
                throw (error as? SystemError).map { Failure(.failure, explained($0)) } ?? error
            }
        }
    }

    private static func explained(_ error: SystemError) -> String {
        guard error.description.contains("Address already in use") else { return error.description }
        return "\(error.description): another program listens there; end it, or choose an address with --listen "
            + "or --admin-listen"
    }
}

extension SocketAddress {
    init(_ address: ListenAddress) {
        switch address {
        case .tcp(let host, let port):
            self = host.utf8.contains(UInt8(ascii: ":")) ? .ipv6(host, port: port) : .ipv4(host, port: port)
        case .unix(let path): self = .unix(path: path)
        }
    }
}
