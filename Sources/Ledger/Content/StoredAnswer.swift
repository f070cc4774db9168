package import Inference

/// An answer as the client got it, kept so that a repeated request can have it again.
package struct StoredAnswer: Sendable, Hashable {
    package var request: RequestID
    package var status: Int
    package var contentType: String
    package var isStream: Bool
    /// The answer's own header fields as lines `name: value`, without those of the connection.
    package var fields: [String]
    package var body: [UInt8]
    /// UTC milliseconds.
    package var at: Int64

    package init(
        request: RequestID, status: Int, contentType: String, isStream: Bool, fields: [String], body: [UInt8], at: Int64
    ) {
        self.request = request
        self.status = status
        self.contentType = contentType
        self.isStream = isStream
        self.fields = fields
        self.body = body
        self.at = at
    }
}
