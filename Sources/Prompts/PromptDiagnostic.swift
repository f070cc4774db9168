/// A finding in a prompt's file: where, what, and what would be right.
package struct PromptDiagnostic: Sendable, Hashable, CustomStringConvertible {
    package enum Severity: String, Sendable, Hashable {
        case warning, error
    }

    package var severity: Severity
    /// `E011`, `E101`, `W201`.
    package var code: String
    /// Begins with `prompts/`.
    package var file: String
    /// Counts from 1.
    package var line: Int
    /// Counts characters from 1.
    package var column: Int
    package var message: String

    package init(_ severity: Severity, _ code: String, _ message: String, file: String, line: Int, column: Int) {
        self.severity = severity
        self.code = code
        self.message = message
        self.file = file
        self.line = line
        self.column = column
    }

    /// `prompts/greet.prompt:4:10: error E101 variable 'nmae' is not declared; did you mean 'name'?`
    package var description: String {
        "\(file):\(line):\(column): \(severity.rawValue) \(code) \(message)"
    }
}

/// Everything that is wrong in a folder of prompts; never empty.
package struct PromptLoadErrors: Error, Sendable, CustomStringConvertible {
    /// In the order of files, lines and columns; warnings among them.
    package var diagnostics: [PromptDiagnostic]

    package init(diagnostics: [PromptDiagnostic]) {
        self.diagnostics = diagnostics
    }

    package var description: String {
        diagnostics.map(\.description).joined(separator: "\n")
    }
}
