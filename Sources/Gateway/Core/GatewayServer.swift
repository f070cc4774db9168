import CLinux
import HTTPClient
package import HTTPServer
import HTTPTypes
package import NetIO
import Synchronization

/// The gateway at work: its event loops, each with its listeners, its handler and its upstream connections.
package final class GatewayServer: Sendable {
    /// Makes the handler of the admin port, on the loop that serves it.
    package typealias AdminHandlerFactory = @Sendable (LLMGateway, Reactor) throws -> any HTTPHandler

    package let gateway: LLMGateway
    private let loops: [EventLoop]
    private let threads: [LoopThread]
    private let descriptors: DescriptorPlan

    /// Starts `count` loops, one or more, on threads of their own. Nothing listens yet.
    package init(_ gateway: LLMGateway, loops count: Int, descriptors: DescriptorPlan) throws(SystemError) {
        self.gateway = gateway
        self.descriptors = descriptors
        var loops: [EventLoop] = []
        for _ in 0..<count { loops.append(try EventLoop()) }
        self.loops = loops
        threads = loops.enumerated().map { index, loop in loop.start(name: "llmgw-loop-\(index)") }
    }

    /// Listens on all loops, and for the admin API on the first. Throws when an address is taken or not ours.
    ///
    /// - Returns: the public addresses, with the ports that the system chose for port 0.
    package func listen(
        _ addresses: [SocketAddress], admin: [SocketAddress], adminHandler: @escaping AdminHandlerFactory
    ) async throws -> (listen: [SocketAddress], admin: [SocketAddress]) {
        for address in addresses + admin { try ListeningSocket.probe(address) }
        let settings = gateway.generations.current.configuration.limits
        let limits = HTTPServerLimits(settings, share: loops.count)
        let bound = try await loops[0].perform { [gateway, descriptors, loops] reactor in
            let server = try LoopServer(gateway, descriptors, share: loops.count, reactor: reactor)
            reactor.resident = server
            let bound = try server.listen(addresses, limits)
            let boundAdmin = try server.listenAdmin(admin, limits, adminHandler(gateway, reactor))
            return (listen: bound, admin: boundAdmin)
        }
        // The other loops share the ports of the first; a Unix socket cannot be shared, and stays with it.
        let shared = bound.listen.filter { if case .unix = $0 { false } else { true } }
        for loop in loops.dropFirst() {
            try await loop.perform { [gateway, descriptors, loops] reactor in
                let server = try LoopServer(gateway, descriptors, share: loops.count, reactor: reactor)
                reactor.resident = server
                _ = try server.listen(shared, limits)
            }
        }
        return bound
    }

    /// Says on `/readyz` that the end is near. Requests are taken as before.
    package func announceEnd() {
        gateway.isDraining.store(true, ordering: .relaxed)
    }

    /// Stops taking requests; those under way go on.
    package func beginDraining() async {
        announceEnd()
        for loop in loops {
            await loop.perform { reactor in (reactor.resident as? LoopServer)?.stopAccepting() }
        }
    }

    /// Connections that are still open. After ``beginDraining()`` each ends when its client has its answer.
    package func openConnections() async -> Int {
        var count = 0
        for loop in loops {
            count += await loop.perform { reactor in (reactor.resident as? LoopServer)?.openConnections ?? 0 }
        }
        return count
    }

    /// Ends all upstream calls: their clients get an error, never a clean end, and their holds are settled. No other call
    /// is begun after it, be it a fallback or one that waited for its budget.
    package func cancelTransfers() async {
        gateway.isCancelling.store(true, ordering: .relaxed)
        for loop in loops {
            await loop.perform { reactor in (reactor.resident as? LoopServer)?.cancelTransfers() }
        }
    }

    /// Ends the loops. Call it when nothing is under way, before the ledger is closed.
    package func stop() async {
        for loop in loops {
            await loop.perform { reactor in
                (reactor.resident as? LoopServer)?.close()
                reactor.resident = nil
            }
            loop.stop()
        }
        for thread in threads { thread.join() }
    }
}

/// What one loop serves.
private final class LoopServer {
    private let handler: RequestHandler
    private let reactor: Reactor
    private var listeners: [HTTPListener] = []
    /// What this loop may have of the process's descriptors.
    private let clients: ConnectionRoom
    private let operators: ConnectionRoom

    init(_ gateway: LLMGateway, _ descriptors: DescriptorPlan, share: Int, reactor: Reactor) throws {
        handler = try RequestHandler(gateway, reactor: reactor, connections: max(1, descriptors.providers / share))
        clients = ConnectionRoom(
            limit: max(1, descriptors.clients / share), turnedAway: min(32, descriptors.turnedAway / share),
            reactor: reactor)
        operators = ConnectionRoom(limit: descriptors.admin, turnedAway: 1, reactor: reactor)
        self.reactor = reactor
    }

    func listen(_ addresses: [SocketAddress], _ limits: HTTPServerLimits) throws -> [SocketAddress] {
        try addresses.map { try listen($0, limits, handler, clients) }
    }

    func listenAdmin(
        _ addresses: [SocketAddress], _ limits: HTTPServerLimits, _ handler: any HTTPHandler
    ) throws -> [SocketAddress] {
        try addresses.map { try listen($0, limits, handler, operators) }
    }

    private func listen(
        _ address: SocketAddress, _ limits: HTTPServerLimits, _ handler: any HTTPHandler, _ room: ConnectionRoom
    ) throws -> SocketAddress {
        let socket = try ListeningSocket(address)
        let bound = socket.address
        listeners.append(try HTTPListener(socket, handler: handler, limits: limits, room: room, reactor: reactor))
        return bound
    }

    func stopAccepting() {
        for listener in listeners { listener.stopAccepting() }
    }

    var openConnections: Int { listeners.reduce(0) { $0 + $1.connectionCount } }

    func cancelTransfers() {
        for transfer in handler.transfers.values { transfer.cancel() }
    }

    func close() {
        for listener in listeners { listener.closeAll() }
        handler.client.close()
    }
}

extension HTTPServerLimits {
    /// - Parameter share: memory is limited for the process, and each loop has its share.
    fileprivate init(_ settings: LimitSettings, share: Int) {
        self.init()
        maxHead = settings.maxHead
        maxHeaders = settings.maxHeaders
        maxBody = settings.maxBody
        maxBodiesTotal = max(maxBody, settings.maxBuffered / share)
        headTimeout = settings.headTimeout
        bodyTimeout = settings.bodyTimeout
        idleTimeout = settings.idleTimeout
    }
}
