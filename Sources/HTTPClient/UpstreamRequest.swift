package import HTTPTypes

/// A request as it goes out: these fields and no others, but for `Host`, `Content-Length` and `Accept-Encoding: identity`.
package struct UpstreamRequest {
    package var method: HTTPMethod
    /// The whole URL. The path is sent as it stands.
    package var url: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(
        method: HTTPMethod = .post, url: String, headers: [(name: String, value: String)], body: [UInt8] = []
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}
