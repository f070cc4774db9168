package import HTTPTypes
package import Inference

/// One method of one path, of the public API or the admin port: both find theirs by the same rules.
package protocol MethodRoute {
    var method: HTTPMethod { get }
}

extension MethodRoute {
    /// Returns the route that `head` asks for.
    ///
    /// - Parameters:
    ///   - routes: those of its path; nil when there is no such path.
    ///   - hint: what was probably meant when there is none.
    package static func matching(
        _ head: HTTPRequestHead, among routes: [Self]?, hint: (String) -> String?
    ) throws(GatewayError) -> Self {
        guard let routes else {
            let asked = "\(head.method.name.prefix(32)) \(head.path.prefix(200))"
            let hint = hint(head.path).map { "; " + $0 } ?? ""
            throw GatewayError(404, "unknown_endpoint", "there is no endpoint \(asked)\(hint)")
        }
        // HEAD is GET without the body (RFC 9110 §9.3.2); the server leaves the body out.
        let method: HTTPMethod = head.method == .head ? .get : head.method
        guard let route = routes.first(where: { $0.method == method }) else {
            let allowed = routes.map(\.method.name).joined(separator: ", ")
            throw GatewayError(405, "method_not_allowed", "\(head.path) takes \(allowed), not \(head.method.name)")
        }
        return route
    }
}
