package import HTTPTypes
package import NetIO

/// What serves the requests of a listener. Called on its loop; must not block.
package protocol HTTPHandler: AnyObject {
    /// Looks at a head before its body is read: route, method, key. Synchronous and cheap.
    ///
    /// - Parameters:
    ///   - contentLength: the bytes to come, 0 for a request without a body; nil when only its end will tell.
    ///   - peer: who sends it; nil when that is unknown.
    func accept(_ head: HTTPRequestHead, contentLength: Int?, from peer: SocketAddress?) -> HTTPAdmission

    /// Returns what every answer to `head` says beside its own fields, whoever writes it.
    func fields(forAnswerTo head: HTTPRequestHead) -> HTTPFields?

    /// Answers one request, whose body is complete. Runs as a task on the loop, one at a time for each connection.
    ///
    /// If it returns before the answer is finished, the exchange is aborted.
    func respond(to exchange: HTTPExchange) async

    /// Returns the answer to bytes that are no request, so that it has the envelope of the API's other errors.
    ///
    /// The connection is closed after it. The status should be `failure.status`.
    func answer(for failure: HTTPFailure) -> HTTPAnswer
}

extension HTTPHandler {
    package func fields(forAnswerTo head: HTTPRequestHead) -> HTTPFields? { nil }
}

/// What becomes of a request whose head is known.
package enum HTTPAdmission: Sendable {
    /// Read the body, then call ``HTTPHandler/respond(to:)``. Nil stands for ``HTTPServerLimits/maxBody``.
    ///
    /// `finding` is what the handler has found out, for itself: it comes back as ``HTTPExchange/finding``.
    case proceed(maxBody: Int?, finding: (any AnyObject & Sendable)? = nil)
    /// Answer at once. The connection is closed unless there is no body, or all of it is here already.
    case refuse(HTTPAnswer)
}

/// A whole answer. `Date`, `Content-Length` and `Connection` are added when it is sent.
package struct HTTPAnswer: Sendable {
    package var status: Int
    package var fields: HTTPFields
    package var body: [UInt8]

    package init(status: Int, fields: HTTPFields = HTTPFields(), body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}
