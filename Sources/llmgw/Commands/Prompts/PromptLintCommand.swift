import Evaluation
import Glibc
import Prompts

extension Command {
    static let promptsLint = Command(
        name: "prompts lint", summary: "everything that is wrong or doubtful in the files, with line and remedy",
        notes: [
            "With --against, each text that differs from REF must have a higher version, and a higher first number when",
            "its variables or its output break callers. Exit code 1 when there are errors; warnings alone are fine.",
            "Models that prompts, gates and judges name are looked up in the configuration; without one, a note says that",
            "they were not.",
        ],
        operands: [.optionalSeveral("PATH")],
        options: [
            Option("against", .text("REF"), "a branch, tag or commit, such as origin/main"),
            Option("strict", .flag, "warnings fail too"),
            Option("format", .choice(["text", "json", "junit", "codequality"]), "text unless told"),
            .prompts, .config,
        ],
        examples: [
            Example("llmgw prompts lint", "all files"),
            Example("llmgw prompts lint prompts/support-reply.prompt", "one, or a folder"),
            Example("llmgw prompts lint --against origin/main --format codequality > gl-code-quality.json", "GitLab"),
        ]
    ) { arguments, context in
        let desk = try PromptDesk(arguments, context)
        var findings: [PromptDiagnostic]
        do throws(GitFailure) {
            findings = try desk.workspace.findings(against: arguments.text("against"))
        } catch {
            throw Failure.usage("--against: \(error)")
        }
        findings += desk.models?.findings(in: desk.workspace) ?? []
        if arguments.operands.isEmpty { findings += desk.gateFindings }
        findings.sort { ($0.file, $0.line, $0.column, $0.code) < ($1.file, $1.line, $1.column, $1.code) }
        let chosen = arguments.operands.isEmpty ? nil : try desk.files(arguments.operands)
        if let chosen { findings.removeAll { !chosen.contains($0.file) } }
        let report = LintReport(findings, desk, chosen: chosen)
        switch arguments.text("format") {
        case "json": context.output.write(report.json)
        case "junit": context.output.write(report.junit)
        case "codequality": context.output.write(report.codeQuality)
        default: context.output.write(report.text(Paint(context)))
        }
        let fails = findings.contains { $0.severity == .error || arguments.has("strict") }
        guard !fails else { return .findings }
        if desk.workspace.library.entries.contains(where: { $0.model != nil }) { desk.noteUncheckedModels(context) }
        return .success
    }
}

extension PromptDesk {
    /// The files of the folder that paths on the command line mean, each with the prefix `prompts/`.
    func files(_ paths: [String]) throws(Failure) -> Set<String> {
        let root = PromptDesk.whole(workspace.folder) ?? workspace.folder
        var chosen: Set<String> = []
        for path in paths {
            guard let whole = PromptDesk.whole(path) else {
                throw .usage("\(path): \(String(cString: strerror(errno)))")
            }
            guard whole == root || whole.hasPrefix(root + "/") else {
                throw .usage("\(path): is not in the folder of prompts, \(shown("prompts/"))")
            }
            let below = "prompts" + whole.dropFirst(root.count)
            let found = workspace.files.filter { $0 == below || $0.hasPrefix(below + "/") }
            guard !found.isEmpty else { throw .usage("\(path): is no file of prompts, and has none in it") }
            chosen.formUnion(found)
        }
        return chosen
    }

    /// What the gates of the folder name and nobody has, and gates that cannot be read.
    fileprivate var gateFindings: [PromptDiagnostic] {
        let references = GateReferences(workspace.library, models, checksPrompts: false)
        return EvaluationFiles.gatePaths(workspace.folder).flatMap { path -> [PromptDiagnostic] in
            do throws(Failure) {
                let files = try EvaluationFiles(path)
                guard !workspace.brokenNames.contains(files.gate.prompt) else { return [] }
                return references.faults(of: files).map { finding($0.message, $0.file, $0.line) }
            } catch {
                return error.message.split(separator: "\n").map { line in
                    // `prompts/evals/a.eval.yaml:3: error: what is wrong`.
                    guard let mark = line.firstRange(of: ": error: ") else { return finding(String(line), path, 1) }
                    let place = line[..<mark.lowerBound].split(separator: ":")
                    let number = place.count > 1 ? Int(place[place.count - 1]) : nil
                    let file = number == nil ? place : place.dropLast()
                    return finding(String(line[mark.upperBound...]), file.joined(separator: ":"), number ?? 1)
                }
            }
        }
    }

    private func finding(_ message: String, _ path: String, _ line: Int) -> PromptDiagnostic {
        let root = PromptDesk.whole(workspace.folder) ?? workspace.folder
        let whole = PromptDesk.whole(path) ?? path
        let below = whole.hasPrefix(root + "/") ? "prompts" + whole.dropFirst(root.count) : "prompts/" + path
        return PromptDiagnostic(.error, "E140", message, file: below, line: max(1, line), column: 1)
    }

    private static func whole(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}
