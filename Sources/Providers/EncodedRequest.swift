/// A request as a vendor wants it. The caller adds scheme, host, credential and what the provider's configuration says.
package struct EncodedRequest: Sendable {
    package var method = "POST"
    /// What follows the provider's base URL, such as `/chat/completions`.
    package var path: String
    /// Names in lower case. No credential is among them.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
}
