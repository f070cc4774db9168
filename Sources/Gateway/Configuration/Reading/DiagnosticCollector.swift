import YAML

/// Gathers what is wrong, so that one run names everything.
final class DiagnosticCollector {
    private(set) var diagnostics: [Diagnostic] = []
    /// Where the values of `gateway.yaml` stand, by their path, for checks that come after reading.
    private(set) var places: [String: SourcePlace] = [:]

    func note(_ path: String, at place: SourcePlace) { places[path] = place }

    /// Complains about a value that was read before, such as `models.chat.targets[0].provider`.
    func add(_ severity: Diagnostic.Severity, about path: String, _ message: String) {
        add(severity, places[path] ?? SourcePlace(file: ""), "\(path): \(message)")
    }

    /// The same, unless it was said already: several parts may lead to one mistake.
    func addOnce(_ severity: Diagnostic.Severity, about path: String, _ message: String) {
        let count = diagnostics.count
        add(severity, about: path, message)
        if diagnostics[..<count].contains(diagnostics[count]) { diagnostics.removeLast() }
    }

    func add(_ severity: Diagnostic.Severity, _ place: SourcePlace, _ message: String) {
        diagnostics.append(
            Diagnostic(
                severity: severity, file: place.file, line: place.line, column: place.column, message: message))
    }

    func add(_ finding: Diagnostic) { diagnostics.append(finding) }

    /// By file, in the order in which files were first complained about, then by place.
    var inOrder: [Diagnostic] {
        let files = diagnostics.reduce(into: [String: Int]()) { $0[$1.file] = $0[$1.file] ?? $0.count }
        return diagnostics.sorted { left, right in
            (files[left.file] ?? 0, left.line, left.column) < (files[right.file] ?? 0, right.line, right.column)
        }
    }

    var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

/// Where something stands, kept for checks that come after reading.
struct SourcePlace: Sendable, Hashable {
    var file: String
    /// From 1; 0 when the whole file is meant.
    var line: Int
    var column: Int

    init(file: String, _ position: YAMLPosition) {
        self.file = file
        line = position.line
        column = position.column
    }

    init(file: String) {
        self.file = file
        line = 0
        column = 0
    }
}
