/// Why a text was refused, and where.
package struct YAMLError: Error, Equatable, Sendable {
    package var file: String
    package var position: YAMLPosition
    /// Stable, for documentation and tools: `E014`.
    package var code: String
    /// What is wrong and what would be right, in one line.
    package var message: String
    /// The line of the text and a caret below its place, or nil where showing the line makes no sense.
    package var excerpt: String?

    package init(file: String, position: YAMLPosition, code: String, message: String, excerpt: String? = nil) {
        self.file = file
        self.position = position
        self.code = code
        self.message = message
        self.excerpt = excerpt
    }
}

extension YAMLError: CustomStringConvertible {
    /// For example: `config/gateway.yaml:6:3: error E011 expected "key: value"; did you mean "topP: 0.8"?`.
    package var description: String {
        "\(file):\(position.line):\(position.column): error \(code) \(message)"
    }
}
