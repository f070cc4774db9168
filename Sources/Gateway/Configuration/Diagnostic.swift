import Text

/// Something that is wrong with a file: where, what, and what would be right.
package struct Diagnostic: Sendable, Hashable {
    package enum Severity: String, Sendable {
        case error, warning
        /// Worth knowing, and nothing is wrong.
        case note
    }

    package var severity: Severity
    package var file: String
    /// From 1; 0 when the whole file is meant.
    package var line: Int
    /// From 1, in characters; 0 when the whole file is meant.
    package var column: Int
    package var message: String

    package init(severity: Severity, file: String, line: Int, column: Int, message: String) {
        self.severity = severity
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }
}

extension Diagnostic: CustomStringConvertible {
    /// `config/gateway.yaml:12:5: error: …`
    package var description: String {
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        return VisibleText.of("\(place): \(severity): \(message)")
    }
}

/// What reading a configuration gave.
package struct ConfigurationLoad: Sendable {
    /// Nil when there is an error.
    package var configuration: Configuration?
    /// In the order of file and place.
    package var diagnostics: [Diagnostic]
    /// The price book that `gateway.yaml` names, also when it cannot be read.
    package var pricesFile: String?

    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}
