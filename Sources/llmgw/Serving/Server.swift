import Admin
import CivilTime
import Gateway
import HTTPServer
import Ledger
import NetIO
import Synchronization
import Telemetry
import Threads

/// The gateway from its first connection to its last. Lives on the main loop.
final class Server {
    private let start: ServerStart
    private let server: GatewayServer
    private let reloader: Reloader
    private let signals: SignalInbox
    private let reactor: Reactor
    private let alerts: AlertDesk
    private var control: HTTPListener?

    init(_ start: ServerStart, reactor: Reactor) throws {
        self.start = start
        self.reactor = reactor
        server = try GatewayServer(start.gateway, loops: start.loops, descriptors: start.descriptors)
        reloader = Reloader(start.builder, gateway: start.gateway, log: start.log)
        alerts = AlertDesk(start.gateway, bell: start.bell, reactor: reactor)
        signals = try SignalInbox(on: reactor)
    }

    /// Listens, and calls `ready` with the addresses; then serves until it is told to end.
    func run(
        listen: [SocketAddress], admin: [SocketAddress],
        ready: (_ listen: [SocketAddress], _ admin: [SocketAddress]) -> Void
    ) async throws {
        try await start.gateway.reloadKeys()
        try await start.gateway.rememberPrompts(start.generation.prompts)
        let watch = LedgerWatch(start.gateway, log: start.log, reactor: reactor)
        defer { watch.end() }
        control = try openControlSocket()
        reactor.spawn { [alerts] in await alerts.run() }
        reactor.spawn { [start] in await start.gateway.events.deliver(to: start.gateway.generations) }
        let timer = PromptTimer(start.gateway, reloader: reloader, reactor: reactor)
        defer { timer.end() }
        let bound = try await server.listen(listen, admin: admin) { [reloader] gateway, _ in
            AdminHandler(gateway, reloader: reloader)
        }
        start.gateway.metrics.reloaded(at: Clock.utcMilliseconds())
        ready(bound.listen, bound.admin)
        while true {
            await signals.next()
            if signals.stops > 0 { break }
            if signals.takeHangup() { await reload() }
        }
        await end()
    }

    /// The commands that write reach the running gateway here.
    private func openControlSocket() throws -> HTTPListener {
        let path = ControlSocket.path(beside: start.configuration.ledger.path)
        guard let address = SocketAddress("unix:\(path)") else { throw ControlSocket.tooLong(path) }
        let handler = AdminHandler(start.gateway, reloader: reloader, isTrusted: true)
        let room = ConnectionRoom(limit: start.descriptors.admin, turnedAway: 1, reactor: reactor)
        return try HTTPListener(try ListeningSocket(address), handler: handler, room: room, reactor: reactor)
    }

    private func reload() async {
        let outcome = await reloader.reload(by: "SIGHUP")
        // The reason of a refusal, its first error, is in the log already.
        let told = outcome.isReplaced ? nil : outcome.diagnostics.firstIndex { $0.severity == .error }
        for (index, finding) in outcome.diagnostics.enumerated() where index != told {
            start.log.write(
                finding.severity == .error ? .error : .warning, "configuration",
                ["finding": .string(finding.description)])
        }
    }

    // MARK: The end

    private func end() async {
        await waitUntilNoticed()
        let limit = start.gateway.generations.current.configuration.limits.shutdownTimeout
        start.log.info("stopping; requests under way go on", ["limit_seconds": .integer(limit.components.seconds)])
        await server.beginDraining()
        if await !isDone(within: limit, orStopped: true) {
            start.log.warning(
                "cancelling what is still under way",
                ["requests": .integer(start.gateway.inFlight.load(ordering: .relaxed))])
            await server.cancelTransfers()
            _ = await isDone(within: .seconds(1), orStopped: false)
        }
        control?.closeAll()
        alerts.end()
        start.gateway.events.end()
        signals.cancel()
        await server.stop()
        await start.gateway.ledger.close()
        await start.gateway.content?.close()
        ControlSocket.remove(beside: start.configuration.ledger.path)
        start.log.info("stopped")
        start.log.flush()
    }

    /// Gives whoever looks at `/readyz` the time to send requests elsewhere. A second signal ends it, and Ctrl-C needs none.
    private func waitUntilNoticed() async {
        let delay = start.configuration.limits.shutdownDelay
        guard !signals.isInterrupted, delay > .zero else { return }
        server.announceEnd()
        start.log.info(
            "about to stop; requests are taken until load balancers have noticed",
            ["delay_seconds": .integer(delay.components.seconds)])
        let end = ContinuousClock.now + delay
        while signals.stops == 1, ContinuousClock.now < end { await reactor.sleep(for: .milliseconds(10)) }
    }

    /// Waits until no request is under way and each client has its answer. A second signal ends the wait if `orStopped`.
    private func isDone(within limit: Duration, orStopped: Bool) async -> Bool {
        let end = ContinuousClock.now + limit
        while await isBusy {
            if ContinuousClock.now >= end || (orStopped && signals.stops > 1) { return false }
            await reactor.sleep(for: .milliseconds(10))
        }
        return true
    }

    private var isBusy: Bool {
        get async {
            if start.gateway.inFlight.load(ordering: .relaxed) > 0 { return true }
            return await server.openConnections() > 0
        }
    }
}
