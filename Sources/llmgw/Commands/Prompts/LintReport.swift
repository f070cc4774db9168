import Crypto
import JSON
import Prompts

/// What `prompts lint` found, in the forms that people and git servers read.
struct LintReport {
    private let findings: [PromptDiagnostic]
    private let desk: PromptDesk

    init(_ findings: [PromptDiagnostic], _ desk: PromptDesk) {
        self.findings = findings
        self.desk = desk
    }

    // MARK: Text

    /// Each finding with its line and a mark under the place, then a sum.
    func text(_ paint: Paint) -> String {
        findings.map { entry($0, paint) }.joined() + sum + "\n"
    }

    private func entry(_ finding: PromptDiagnostic, _ paint: Paint) -> String {
        let isError = finding.severity == .error
        let place = "\(desk.shown(finding.file)):\(finding.line):\(finding.column)"
        let word = paint.text(finding.severity.rawValue, isError ? .red : .yellow)
        var text = "\(paint.text(place, .bold)): \(word) \(finding.code) \(Paint.printable(finding.message))\n"
        if let (line, column) = excerpt(finding) {
            text += "    \(line)\n    \(String(repeating: " ", count: column))\(paint.text("^", .green))\n"
        }
        return text
    }

    /// The line as it can be shown, and the column of the mark from 0; nil where there is nothing to point at.
    private func excerpt(_ finding: PromptDiagnostic) -> (line: String, column: Int)? {
        guard let bytes = desk.workspace.source(finding.file) else { return nil }
        let lines = bytes.split(separator: 10, maxSplits: finding.line, omittingEmptySubsequences: false)
        guard lines.indices.contains(finding.line - 1) else { return nil }
        let line = Array(String(decoding: lines[finding.line - 1], as: UTF8.self))
        guard !line.isEmpty, finding.column <= line.count + 1 else { return nil }
        // A long line is shown around the place.
        let start = max(0, finding.column - 60)
        let shown = String(line[start...].prefix(100)).replacing("\t", with: " ")
        return (Paint.printable(shown), finding.column - 1 - start)
    }

    private var sum: String {
        let errors = findings.count { $0.severity == .error }
        let files = LintReport.count(desk.workspace.files.count, "file")
        guard !findings.isEmpty else { return "\(files), nothing found" }
        return "\(files), \(LintReport.count(errors, "error")), \(LintReport.count(findings.count - errors, "warning"))"
    }

    private static func count(_ number: Int, _ word: String) -> String {
        "\(number) \(word)\(number == 1 ? "" : "s")"
    }

    // MARK: JSON

    var json: [UInt8] {
        let list = findings.map { finding in
            JSONValue.object([
                JSONMember("file", .string(desk.inRepository(finding.file))),
                JSONMember("line", .integer(finding.line)),
                JSONMember("column", .integer(finding.column)),
                JSONMember("severity", .string(finding.severity.rawValue)), JSONMember("code", .string(finding.code)),
                JSONMember("message", .string(finding.message)),
            ])
        }
        return JSONValue.object([
            JSONMember("files", .integer(desk.workspace.files.count)),
            JSONMember("errors", .integer(findings.count { $0.severity == .error })),
            JSONMember("warnings", .integer(findings.count { $0.severity == .warning })),
            JSONMember("findings", .array(list)),
        ]).serialized() + [10]
    }

    // MARK: GitLab

    /// GitLab's code quality report. A fingerprint leaves the line out: a finding that moves is the same finding.
    var codeQuality: [UInt8] {
        var seen: [String: Int] = [:]
        let list = findings.map { finding in
            let key = "\(finding.file)\n\(finding.code)\n\(finding.message)"
            let number = seen[key, default: 0]
            seen[key] = number + 1
            return JSONValue.object([
                JSONMember("description", .string("\(finding.code) \(finding.message)")),
                JSONMember("check_name", .string("llmgw-\(finding.code)")),
                JSONMember("fingerprint", .string(SHA256.hash(Array("\(key)\n\(number)".utf8)).hex)),
                JSONMember("severity", .string(finding.severity == .error ? "major" : "minor")),
                JSONMember(
                    "location",
                    .object([
                        JSONMember("path", .string(desk.inRepository(finding.file))),
                        JSONMember("lines", .object([JSONMember("begin", .integer(finding.line))])),
                    ])),
            ])
        }
        return JSONValue.array(list).serialized() + [10]
    }

    // MARK: JUnit

    /// A test case for each file. Warnings stand in the output of a file without errors, and fail nothing.
    var junit: [UInt8] {
        let cases = desk.workspace.files.map { path in
            let own = findings.filter { $0.file == path }
            return JUnitCase(
                name: desk.inRepository(path), className: "llmgw prompts lint", file: desk.inRepository(path),
                failures: own.filter { $0.severity == .error }.map(line),
                notes: own.filter { $0.severity == .warning }.map(line))
        }
        // What belongs to no file, such as the folder itself.
        let others = findings.filter { !desk.workspace.files.contains($0.file) }
        let extra = Dictionary(grouping: others, by: \.file).sorted { $0.key < $1.key }.map { path, own in
            JUnitCase(
                name: desk.inRepository(path), className: "llmgw prompts lint", file: desk.inRepository(path),
                failures: own.filter { $0.severity == .error }.map(line),
                notes: own.filter { $0.severity == .warning }.map(line))
        }
        return Array(JUnitCase.document("llmgw prompts lint", cases + extra).utf8)
    }

    private func line(_ finding: PromptDiagnostic) -> String {
        "\(desk.inRepository(finding.file)):\(finding.line):\(finding.column): \(finding.code) \(finding.message)"
    }
}
