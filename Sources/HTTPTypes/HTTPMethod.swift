/// A request's method. Names are case-sensitive (RFC 9110 §9.1).
package enum HTTPMethod: Sendable, Hashable {
    case get, head, post, put, patch, delete, options
    /// Any other token, such as `TRACE` or `CONNECT`.
    case other(String)

    package init(_ token: some Collection<UInt8>) {
        let text = String(decoding: token, as: UTF8.self)
        self =
            switch text {
            case "GET": .get
            case "HEAD": .head
            case "POST": .post
            case "PUT": .put
            case "PATCH": .patch
            case "DELETE": .delete
            case "OPTIONS": .options
            default: .other(text)
            }
    }

    package var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .other(let name): name
        }
    }
}
