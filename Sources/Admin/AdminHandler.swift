import Crypto
package import Gateway
package import HTTPServer
package import HTTPTypes
import Inference
import Ledger
package import NetIO

/// Serves the admin port, or the socket beside the ledger, on one event loop.
///
/// Reports are read on other threads, so that a long one holds up no request.
package final class AdminHandler: HTTPHandler {
    /// Bodies here are a few members of JSON.
    private static let maxBody = 64 << 10
    /// What git servers send of a push with many commits.
    private static let maxSignedBody = 4 << 20

    let gateway: LLMGateway
    let reloader: Reloader
    private let isTrusted: Bool

    /// - Parameter isTrusted: for the socket beside the ledger: whoever can open it owns the ledger, so no token is asked.
    package init(_ gateway: LLMGateway, reloader: Reloader, isTrusted: Bool = false) {
        self.gateway = gateway
        self.reloader = reloader
        self.isTrusted = isTrusted
    }

    // MARK: HTTPHandler

    package func accept(_ head: HTTPRequestHead, contentLength: Int?, from peer: SocketAddress?) -> HTTPAdmission {
        do throws(GatewayError) {
            try DecidingFields.check(head.fields)
            try checkHost(head)
            try checkOrigin(head)
            switch try route(head).role {
            case .operators: try checkToken(head)
            case .signers: return .proceed(maxBody: AdminHandler.maxSignedBody)
            case .anybody: break
            }
            return .proceed(maxBody: AdminHandler.maxBody)
        } catch {
            gateway.refusals.note(error, on: .admin, path: head.path, from: peer)
            return .refuse(answer(for: error, allow: allowedMethods(error, head)))
        }
    }

    package func respond(to exchange: HTTPExchange) async {
        do {
            try checkHost(exchange.head)
            try checkOrigin(exchange.head)
            switch try route(exchange.head).role {
            case .anybody(let handle): await handle(self, exchange)
            case .signers(let handle): try await handle(self, exchange)
            case .operators(let handle): try await handle(self, exchange, try admit(exchange))
            }
        } catch {
            let answer = answer(for: AdminHandler.explained(error))
            exchange.respond(status: answer.status, fields: answer.fields, body: answer.body)
        }
    }

    package func answer(for failure: HTTPFailure) -> HTTPAnswer {
        let error = GatewayError(failure.status, "invalid_http", failure.message)
        gateway.refusals.note(error, on: .admin)
        return answer(for: error)
    }

    // MARK: Gate

    private func route(_ head: HTTPRequestHead) throws(GatewayError) -> AdminRoute {
        try AdminRoute.matching(head, among: AdminRoute.routes(of: head.path), hint: AdminRoute.hint(for:))
    }

    private func allowedMethods(_ error: GatewayError, _ head: HTTPRequestHead) -> String? {
        guard error.status == 405 else { return nil }
        return AdminRoute.routes(of: head.path)?.map(\.method.name).joined(separator: ", ")
    }

    /// A page of another site that resolves its own name to this machine sends that name: it is turned away.
    private func checkHost(_ head: HTTPRequestHead) throws(GatewayError) {
        guard !isTrusted else { return }
        let hosts = gateway.generations.current.configuration.admin.hosts
        guard HostName(head.fields["host"] ?? "").isAllowed(hosts) else {
            throw GatewayError(
                421, "unknown_host", "this Host is not served here; use a loopback address, or add it to admin.hosts")
        }
    }

    /// A page of another site may send a request here without being able to read the answer: it must not act.
    private func checkOrigin(_ head: HTTPRequestHead) throws(GatewayError) {
        guard !isTrusted, let origin = head.fields["origin"]?.lowercased() else { return }
        let host = (head.fields["host"] ?? "").lowercased()
        guard origin == "http://\(host)" || origin == "https://\(host)" else {
            throw GatewayError(403, "foreign_origin", "pages of other sites are not served here")
        }
    }

    private func checkToken(_ head: HTTPRequestHead) throws(GatewayError) {
        guard !isTrusted, let token = gateway.generations.current.configuration.admin.token else { return }
        let given = head.fields["authorization"].map { Array($0.utf8) } ?? []
        let isBearer = given.prefix(7).map { $0 | 0x20 }.elementsEqual("bearer ".utf8)
        // Digests are compared, so that not even the length of the token shows.
        let matches = constantTimeEquals(
            SHA256.hash(Array(given.dropFirst(7))), SHA256.hash(token.exposed))
        guard isBearer, matches else {
            throw GatewayError(
                401, "invalid_admin_token", "send 'Authorization: Bearer …' with the token of admin.token")
        }
    }

    private func admit(_ exchange: HTTPExchange) throws(GatewayError) -> Operator {
        if isTrusted { return Operator(name: "cli") }
        try checkToken(exchange.head)
        let peer = exchange.peer
        if gateway.generations.current.configuration.admin.token == nil, peer?.isLoopback != true {
            throw GatewayError(
                403, "loopback_only", "without admin.token the admin port answers this machine only; set a token")
        }
        return Operator(name: "admin api \(peer?.description ?? "")")
    }
}
