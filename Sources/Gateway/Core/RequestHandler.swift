import CivilTime
import Crypto
import HTTPClient
package import HTTPServer
package import HTTPTypes
import Inference
import Ledger
package import NetIO
import Synchronization

/// Serves the public API on one event loop: routes, authenticates, and runs each request's pipeline.
///
/// What it holds lives on that loop; what all loops share is in ``LLMGateway``.
package final class RequestHandler: HTTPHandler {
    let gateway: LLMGateway
    let reactor: Reactor
    let client: UpstreamClient
    /// Which targets have failed lately, as far as this loop has seen.
    var health = TargetHealth()
    /// Upstream calls under way, so that a process that must end can end them.
    var transfers: [ObjectIdentifier: any UpstreamTransfer] = [:]
    private var days = DayCache()

    /// - Parameter connections: to providers, of this loop.
    package init(_ gateway: LLMGateway, reactor: Reactor, connections: Int = 4096) throws {
        self.gateway = gateway
        self.reactor = reactor
        client = try UpstreamClient(reactor: reactor, maxConnections: connections)
    }

    // MARK: HTTPHandler

    package func accept(_ head: HTTPRequestHead, contentLength: Int?, from peer: SocketAddress?) -> HTTPAdmission {
        do throws(GatewayError) {
            try DecidingFields.check(head.fields)
            if let answer = preflight(head) { return .refuse(answer) }
            let finding = try look(at: head)
            if head.fields.range(of: "content-encoding") != nil, head.fields["content-encoding"] != "identity" {
                throw GatewayError(
                    415, "unsupported_encoding", "bodies are taken as they are; send it without Content-Encoding")
            }
            return .proceed(maxBody: gateway.generations.current.configuration.limits.maxBody, finding: finding)
        } catch {
            note(error, head, from: peer)
            return .refuse(
                answer(
                    for: error, id: newRequestID(), generation: gateway.generations.current,
                    allow: allowedMethods(error, head)))
        }
    }

    package func respond(to exchange: HTTPExchange) async {
        gateway.inFlight.add(1, ordering: .relaxed)
        defer { gateway.inFlight.subtract(1, ordering: .relaxed) }
        do throws(GatewayError) {
            // A body can take its time: a key that was revoked meanwhile is looked up again.
            let known = exchange.finding as? GateFinding
            let isCurrent = known?.keysEdition == gateway.keys.edition
            let finding = if let known, isCurrent { known } else { try look(at: exchange.head) }
            switch finding.route.handler {
            case .anybody(let handle):
                await handle(self, exchange)
            case .application(let handle):
                guard let caller = finding.caller else { return }
                try shed()
                let size = exchange.body.count
                try gateway.takeRoom(forRequest: size)
                defer { gateway.giveRoom(size) }
                await handle(self, exchange, caller)
            }
        } catch {
            note(error, exchange.head, from: exchange.peer)
            answer(exchange, error, id: newRequestID(), generation: gateway.generations.current)
        }
    }

    package func fields(forAnswerTo head: HTTPRequestHead) -> HTTPFields? {
        CrossOrigin.fields(for: head, gateway.generations.current.configuration.crossOrigin)
    }

    package func answer(for failure: HTTPFailure) -> HTTPAnswer {
        let code =
            switch failure.code {
            case .bodyTooLarge: "body_too_large"
            case .headTooLarge, .targetTooLong: "head_too_large"
            case .tooSlow: "request_timeout"
            case .overloaded: "overloaded"
            default: "invalid_http"
            }
        let error = GatewayError(failure.status, code, failure.message, retryAfter: failure.status == 503 ? 1 : nil)
        gateway.refusals.note(error, on: .public)
        return answer(for: error, id: newRequestID(), generation: gateway.generations.current)
    }

    // MARK: Gate

    private func preflight(_ head: HTTPRequestHead) -> HTTPAnswer? {
        guard head.method == .options else { return nil }
        return CrossOrigin.preflight(
            head, gateway.generations.current.configuration.crossOrigin, routes: Route.routes(of: head.path))
    }

    private func look(at head: HTTPRequestHead) throws(GatewayError) -> GateFinding {
        let edition = gateway.keys.edition
        let route = try route(head)
        guard case .application = route.handler else {
            return GateFinding(route: route, caller: nil, keysEdition: edition)
        }
        return GateFinding(route: route, caller: try authenticate(head), keysEdition: edition)
    }

    private func route(_ head: HTTPRequestHead) throws(GatewayError) -> Route {
        try Route.matching(head, among: Route.routes(of: head.path), hint: EndpointHint.text(for:))
    }

    private func allowedMethods(_ error: GatewayError, _ head: HTTPRequestHead) -> String? {
        guard error.status == 405 else { return nil }
        return Route.routes(of: head.path)?.map(\.method.name).joined(separator: ", ")
    }

    /// Finds the application behind the request's key. Whatever is wrong with a key, the answer is the same.
    private func authenticate(_ head: HTTPRequestHead) throws(GatewayError) -> Caller {
        let generation = gateway.generations.current
        guard let key = try DecidingFields.key(in: head.fields),
            let record = gateway.keys.record(of: key, at: Clock.utcMilliseconds()),
            let application = generation.configuration.applications[record.application]
        else {
            throw GatewayError(
                401, "invalid_api_key",
                "the key is missing, unknown, expired or revoked; send 'Authorization: Bearer llmgw-…'")
        }
        return Caller(
            application: application, key: record.id, keyName: record.name.isEmpty ? record.id : record.name,
            generation: generation)
    }

    /// Makes a refusal that leaves no row visible to who operates the gateway.
    private func note(_ error: GatewayError, _ head: HTTPRequestHead, from peer: SocketAddress?) {
        let presented = error.status == 401 ? (try? DecidingFields.key(in: head.fields)) ?? nil : nil
        let key = presented.flatMap(gateway.keys.known)
        gateway.refusals.note(error, on: .public, path: head.path, from: peer, key: key)
    }

    /// Refuses when more is under way than the configuration allows: an answer now is worth more than a slow one.
    private func shed() throws(GatewayError) {
        guard gateway.inFlight.load(ordering: .relaxed) > gateway.generations.current.configuration.limits.maxInFlight
        else { return }
        throw GatewayError(503, "overloaded", "the gateway has more requests under way than it takes", retryAfter: 1)
    }

    // MARK: Time and names

    func newRequestID() -> RequestID {
        RequestID(
            milliseconds: Clock.utcMilliseconds(), random: (SecureRandom.uint64(), SecureRandom.uint64()))
    }

    /// The UTC day of a moment, `YYYY-MM-DD`.
    func day(of milliseconds: Int64) -> String {
        days.day(of: milliseconds)
    }
}

/// The text of the current day, which changes once in 86,400 seconds and is asked for with every request.
private struct DayCache {
    private var number: Int64 = .min
    private var text = ""

    mutating func day(of milliseconds: Int64) -> String {
        let wanted = milliseconds / 86_400_000
        if wanted != number {
            number = wanted
            text = CivilDate(daysSince1970: Int(wanted)).description
        }
        return text
    }
}
