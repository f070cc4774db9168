import YAML

/// One file that is being read: how its values are understood, and where complaints go.
struct ReadingContext {
    let file: String
    /// The folder that paths in the file are relative to.
    let folder: String
    /// Whether others than the owner may read the file: a literal secret in it is then an error.
    let isExposed: Bool
    let expander: VariableExpander
    let findings: DiagnosticCollector

    init(file: String, isExposed: Bool, environment: [String: String], findings: DiagnosticCollector) {
        self.file = file
        self.isExposed = isExposed
        self.findings = findings
        folder = Paths.folder(of: file)
        expander = VariableExpander(environment: environment, folder: folder)
    }

    func place(_ position: YAMLPosition) -> SourcePlace { SourcePlace(file: file, position) }

    func error(_ value: ConfigurationValue, _ message: String) {
        findings.add(.error, place(value.node.position), about(value) + message)
    }

    /// A file's own name stands in front of the place already.
    private func about(_ value: ConfigurationValue) -> String {
        value.path.isEmpty ? "the file " : "\(value.path): "
    }

    func warning(_ value: ConfigurationValue, _ message: String) {
        findings.add(.warning, place(value.node.position), about(value) + message)
    }
}

/// A node together with its name, such as `providers.openai.timeouts.connect`.
struct ConfigurationValue {
    var node: YAMLNode
    var path: String

    /// The text for messages: as it stands in the file, since what a variable brings in may be a secret.
    var quoted: String {
        guard case .string(let raw) = node.value else { return node.value.kind }
        return "'\(raw)'"
    }
}

extension YAMLValue {
    /// For messages: what kind of value it is, never what it says.
    var kind: String {
        switch self {
        case .null: "empty"
        case .bool: "a boolean"
        case .integer: "a whole number"
        case .decimal: "a decimal number"
        case .string: "a text"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
