/// What is wrong with the question: which parameter, and what would be right.
package struct ReportError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The parameter, or option without its dashes; such as `month`.
    package let parameter: String
    package let message: String

    package init(_ parameter: String, _ message: String) {
        self.parameter = parameter
        self.message = message
    }

    package var description: String { "\(parameter): \(message)" }
}
