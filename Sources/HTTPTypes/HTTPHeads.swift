/// The first part of a request, as it was parsed.
package struct HTTPRequestHead: Sendable {
    package var method: HTTPMethod
    /// The path as it was sent: not decoded, without the query.
    package var path: String
    /// What follows the question mark, as it was sent; nil without one.
    package var query: String?
    package var fields: HTTPFields
    /// 0 for HTTP/1.0, 1 for HTTP/1.1.
    package var minorVersion: Int

    package init(method: HTTPMethod, path: String, query: String?, fields: HTTPFields, minorVersion: Int = 1) {
        self.method = method
        self.path = path
        self.query = query
        self.fields = fields
        self.minorVersion = minorVersion
    }
}

/// The first part of an answer.
package struct HTTPResponseHead: Sendable {
    /// 100…599.
    package var status: Int
    package var fields: HTTPFields

    package init(status: Int, fields: HTTPFields = HTTPFields()) {
        self.status = status
        self.fields = fields
    }
}

/// The phrase that goes with a status (RFC 9110 §15); empty for unknown ones.
package func reasonPhrase(for status: Int) -> StaticString {
    switch status {
    case 100: "Continue"
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 402: "Payment Required"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 411: "Length Required"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 417: "Expectation Failed"
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 424: "Failed Dependency"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    case 529: "Overloaded"
    default: ""
    }
}
