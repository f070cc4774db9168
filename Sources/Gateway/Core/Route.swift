import HTTPServer
import HTTPTypes
import Providers

/// One method of one path: what answers it, and who may ask.
///
/// The same value decides both, so the gate and the handler can never look at different strings. A handler for
/// applications takes a ``Caller``, and only authentication makes one: without its role a handler does not compile.
struct Route: MethodRoute, Sendable {
    enum Handler: Sendable {
        case anybody(@Sendable (RequestHandler, HTTPExchange) async -> Void)
        case application(@Sendable (RequestHandler, HTTPExchange, Caller) async -> Void)
    }

    let method: HTTPMethod
    let handler: Handler

    static func get(_ handler: Handler) -> Route { Route(method: .get, handler: handler) }
    static func post(_ handler: Handler) -> Route { Route(method: .post, handler: handler) }
}

extension Route {
    /// The public API. Paths match exactly, as they were sent, without the query.
    static let table: [String: [Route]] = [
        "/v1/chat/completions": [.post(.application { await $0.infer($1, $2, .chatCompletions) })],
        "/v1/completions": [.post(.application { await $0.infer($1, $2, .completions) })],
        "/v1/embeddings": [.post(.application { await $0.infer($1, $2, .embeddings) })],
        "/v1/responses": [.post(.application { await $0.infer($1, $2, .responses) })],
        "/v1/models": [.get(.application { $0.listModels($1, $2) })],
        "/v1/prompts": [.get(.application { $0.listPrompts($1, $2) })],
        "/v1/feedback": [.post(.application { await $0.addFeedback($1, $2) })],
        "/v1/budget": [.get(.application { await $0.showBudget($1, $2) })],
        "/healthz": [.get(.anybody { $0.answerHealth($1) })],
        "/readyz": [.get(.anybody { $0.answerReadiness($1) })],
    ]

    /// Behind it stands a model's name, which may hold slashes.
    static let modelPrefix = "/v1/models/"

    /// Behind it stands a prompt's name or selector, with `/render` or without.
    static let promptPrefix = "/v1/prompts/"
    static let renderSuffix = "/render"

    private static let prompt: [Route] = [.get(.application { $0.showPrompt($1, $2) })]
    private static let rendering: [Route] = [.post(.application { $0.renderPrompt($1, $2) })] + prompt
    private static let model: [Route] = [.get(.application { $0.showModel($1, $2) })]

    /// The routes of `path`; nil when there is no such endpoint.
    static func routes(of path: String) -> [Route]? {
        if let routes = table[path] { return routes }
        if path.hasPrefix(promptPrefix), path.utf8.count > promptPrefix.utf8.count {
            return path.hasSuffix(renderSuffix) ? rendering : prompt
        }
        return path.hasPrefix(modelPrefix) && path.utf8.count > modelPrefix.utf8.count ? model : nil
    }
}
