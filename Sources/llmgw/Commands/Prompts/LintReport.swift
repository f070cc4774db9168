import Crypto
import JSON
import Prompts
import Reports

/// What `prompts lint` found, in the forms that people and git servers read.
struct LintReport {
    private let findings: [PromptDiagnostic]
    private let desk: PromptDesk
    /// The files that were looked at.
    private let files: [String]

    /// - Parameter chosen: the files that were asked about; nil for all.
    init(_ findings: [PromptDiagnostic], _ desk: PromptDesk, chosen: Set<String>? = nil) {
        self.findings = findings
        self.desk = desk
        files = desk.workspace.files.filter { chosen?.contains($0) ?? true }
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
            let space = String(repeating: " ", count: TextWidth.columns(String(line.prefix(column))))
            text += "    \(line)\n    \(space)\(paint.text("^", .green))\n"
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
        let files = LintReport.count(files.count, "file")
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
            JSONMember("files", .integer(files.count)),
            JSONMember("errors", .integer(findings.count { $0.severity == .error })),
            JSONMember("warnings", .integer(findings.count { $0.severity == .warning })),
            JSONMember("findings", .array(list)),
        ]).serialized() + [10]
    }

    // MARK: GitLab

    /// GitLab's code quality report. A fingerprint leaves out the line, digests and commits: a finding that moves, or whose
    /// text is edited further, is the same finding.
    var codeQuality: [UInt8] {
        var seen: [String: Int] = [:]
        let list = findings.map { finding in
            let path = desk.inRepository(finding.file)
            let key = "\(path)\n\(finding.code)\n\(LintReport.lasting(finding.message))"
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
                        JSONMember("path", .string(path)),
                        JSONMember("lines", .object([JSONMember("begin", .integer(finding.line))])),
                    ])),
            ])
        }
        return JSONValue.array(list).serialized() + [10]
    }

    /// The message with `…` in the place of each run of seven hexadecimal digits or more.
    private static func lasting(_ message: String) -> String {
        var text = ""
        var rest = message[...]
        while let first = rest.first {
            let digits = rest.prefix { $0.isASCII && $0.isHexDigit }
            if digits.count < 7 { text += digits } else { text += "…" }
            if digits.isEmpty { text.append(first) }
            rest = rest.dropFirst(max(1, digits.count))
        }
        return text
    }

    // MARK: JUnit

    /// A test case for each file. Warnings stand in the output of a file without errors, and fail nothing.
    var junit: [UInt8] {
        let cases = files.map { path in
            let own = findings.filter { $0.file == path }
            return JUnitCase(
                name: desk.inRepository(path), className: "llmgw prompts lint", file: desk.inRepository(path),
                failures: own.filter { $0.severity == .error }.map(line),
                notes: own.filter { $0.severity == .warning }.map(line))
        }
        // What belongs to no file, such as the folder itself.
        let others = findings.filter { !files.contains($0.file) }
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
