/// Why bytes are no request that this server takes. The connection ends with it.
package struct HTTPFailure: Error, Sendable, Equatable {
    /// The raw value is the status of the answer.
    package enum Code: Int, Sendable {
        case malformed = 400
        case tooSlow = 408
        case bodyTooLarge = 413
        case targetTooLong = 414
        case unknownExpectation = 417
        case headTooLarge = 431
        case unknownCoding = 501
        case overloaded = 503
        case unknownVersion = 505
    }

    package let code: Code
    /// What is wrong, and what would be right. Holds nothing that the client sent.
    package let message: String

    package var status: Int { code.rawValue }

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
