import Gateway
import HTTPServer
import HTTPTypes

/// One method of one path of the admin port: what answers it, and who may ask.
///
/// The same value decides both. A handler that acts takes an ``Operator``, and only the gate makes one.
struct AdminRoute: MethodRoute, Sendable {
    enum Role: Sendable {
        case anybody(@Sendable (AdminHandler, HTTPExchange) async -> Void)
        /// Who proves with the body itself that he may ask; the handler checks that before anything else.
        case signers(@Sendable (AdminHandler, HTTPExchange) async throws -> Void)
        case operators(@Sendable (AdminHandler, HTTPExchange, Operator) async throws -> Void)
    }

    let method: HTTPMethod
    let role: Role

    static let table: [String: [AdminRoute]] = [
        "/healthz": [.init(.get, .anybody { $0.answerHealth($1) })],
        "/metrics": [.init(.get, .operators { handler, exchange, _ in await handler.showMetrics(exchange) })],
        "/admin/v1/keys": [
            .init(.get, .operators { handler, exchange, _ in try await handler.listKeys(exchange) }),
            .init(.post, .operators { try await $0.createKey($1, $2) }),
        ],
        "/admin/v1/costs": [.init(.get, .operators { handler, exchange, _ in try await handler.showCosts(exchange) })],
        "/admin/v1/budgets": [
            .init(.get, .operators { handler, exchange, _ in try await handler.showBudgets(exchange) })
        ],
        "/admin/v1/requests": [
            .init(.get, .operators { handler, exchange, _ in try await handler.listRequests(exchange) })
        ],
        "/admin/v1/feedback": [
            .init(.get, .operators { handler, exchange, _ in try await handler.listFeedback(exchange) })
        ],
        "/admin/v1/alerts": [
            .init(.get, .operators { handler, exchange, _ in try await handler.listAlerts(exchange) })
        ],
        "/admin/v1/alerts/resend": [.init(.post, .operators { try await $0.resendAlerts($1, $2) })],
        "/admin/v1/prompts/sync": [.init(.post, .operators { try await $0.syncPrompts($1, $2) })],
        "/admin/v1/prompts/webhook": [.init(.post, .signers { try await $0.takeWebhook($1) })],
        "/admin/v1/prompts/overrides": [
            .init(.get, .operators { handler, exchange, _ in try await handler.listOverrides(exchange) }),
            .init(.post, .operators { try await $0.addOverride($1, $2) }),
            .init(.delete, .operators { try await $0.removeOverride($1, $2) }),
        ],
        "/admin/v1/adjustments": [.init(.post, .operators { try await $0.bookAdjustments($1, $2) })],
        "/admin/v1/reload": [.init(.post, .operators { try await $0.reload($1, $2) })],
    ]

    /// Behind it stand a key's id, and what to do with it.
    static let keyPrefix = "/admin/v1/keys/"
    private static let key = [AdminRoute(.delete, .operators { try await $0.revokeKey($1, $2) })]
    private static let keyRotation = [AdminRoute(.post, .operators { try await $0.rotateKey($1, $2) })]

    /// Behind it stands a request's id.
    static let requestPrefix = "/admin/v1/requests/"
    private static let request = [
        AdminRoute(.get, .operators { handler, exchange, _ in try await handler.showRequest(exchange) })
    ]

    init(_ method: HTTPMethod, _ role: Role) {
        self.method = method
        self.role = role
    }

    /// The routes of a path as it was sent; nil when there is no such endpoint.
    static func routes(of path: String) -> [AdminRoute]? {
        if let routes = table[path] { return routes }
        if path.hasPrefix(requestPrefix), path.count > requestPrefix.count { return request }
        guard path.hasPrefix(keyPrefix) else { return nil }
        let rest = path.dropFirst(keyPrefix.count).split(separator: "/", omittingEmptySubsequences: false)
        switch rest.count {
        case 1 where !rest[0].isEmpty: return key
        case 2 where !rest[0].isEmpty && rest[1] == "rotate": return keyRotation
        default: return nil
        }
    }

    /// What somebody probably meant whose path is none of these; nil when nothing is near.
    static func hint(for path: String) -> String? {
        if path.hasPrefix("/v1/") {
            return "this is the admin port; '\(path.prefix(64))' belongs to the address for calls (listen)"
        }
        let trimmed = path.split(separator: "/").reduce(into: "") { $0 += "/" + $1 }
        return Suggestion.nearest(to: trimmed, among: table.keys.sorted()).map { "did you mean \($0)?" }
    }

    /// The key's id in a path below ``keyPrefix``.
    static func keyID(in path: String) -> String {
        String(path.dropFirst(keyPrefix.count).prefix { $0 != "/" })
    }
}

/// Somebody who may act: who holds the token, or sits on this machine where none is set, or owns the ledger's socket.
struct Operator: Sendable {
    /// For the audit trail.
    let name: String
}
