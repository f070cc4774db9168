import HTTPServer
import HTTPTypes
import NetIO
import Simulation

/// Plays a simulated provider's answers over HTTP, on one loop.
final class SimulationHandler: HTTPHandler {
    private let provider: SimulatedProvider
    private let reactor: Reactor

    private init(_ provider: SimulatedProvider, reactor: Reactor) {
        self.provider = provider
        self.reactor = reactor
    }

    /// - Returns: the address, with the port that the system chose for port 0.
    static func listen(
        _ address: SocketAddress, _ provider: SimulatedProvider, _ reactor: Reactor
    ) throws(SystemError) -> SocketAddress {
        let socket = try ListeningSocket(address)
        let bound = socket.address
        var limits = HTTPServerLimits()
        limits.maxBody = 64 << 20
        limits.idleTimeout = .seconds(3600)
        reactor.resident = try HTTPListener(
            socket, handler: SimulationHandler(provider, reactor: reactor), limits: limits, reactor: reactor)
        return bound
    }

    func accept(_ head: HTTPRequestHead, contentLength: Int?, from peer: SocketAddress?) -> HTTPAdmission {
        .proceed(maxBody: nil)
    }

    func answer(for failure: HTTPFailure) -> HTTPAnswer {
        HTTPAnswer(status: failure.status, body: Array(failure.message.utf8))
    }

    func respond(to exchange: HTTPExchange) async {
        let answer = provider.script(
            method: exchange.head.method.name, path: exchange.head.path, body: exchange.body)
        guard await play(answer.beforeHead, exchange) else { return exchange.abort() }
        var fields = HTTPFields()
        for (name, value) in answer.headers { fields.append(named: name, value) }
        if answer.steps.count == 2, case .bytes(let body) = answer.steps[0], answer.steps[1] == .end,
            answer.contentLength != nil
        {
            return exchange.respond(status: answer.status, fields: fields, body: body)
        }
        exchange.begin(status: answer.status, fields: fields)
        if await play(answer.steps, exchange) { exchange.finish() } else { exchange.abort() }
    }

    /// Returns false when the connection is to be broken off.
    private func play(_ steps: [SimulatedAnswer.Step], _ exchange: HTTPExchange) async -> Bool {
        for step in steps {
            guard !exchange.isClientGone else { return false }
            switch step {
            case .bytes(let bytes):
                exchange.write(bytes)
                await exchange.drained()
            case .pause(let milliseconds):
                await reactor.sleep(for: .milliseconds(milliseconds))
            case .hang:
                exchange.write([])
                await withUnsafeContinuation { continuation in exchange.onClientGone = { continuation.resume() } }
                return false
            case .reset:
                return false
            case .end:
                break
            }
        }
        return true
    }
}
