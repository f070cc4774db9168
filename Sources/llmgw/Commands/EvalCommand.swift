import CivilTime
import Evaluation
import Glibc
import JSON
import NetIO

extension Command {
    static let eval = Command(
        name: "eval", summary: "whether a prompt still does what its gate asks, on a dataset of cases",
        notes: [
            "FILE is a gate file, NAME.eval.yaml, or a folder that is searched for them.",
            "Calls go to a gateway like any others, and are billed to the key's application.",
            "Exit code 0: the gate is passed; 1: failed; 2: a file, a name or a key is wrong; 3: it could not be told,",
            "because of too many errors, a ceiling of cost, or no gateway.",
        ],
        operands: [.several("FILE")],
        options: [
            Option("selector", .text("S"), "the version to test; @worktree unless told"),
            Option("base-url", .text("U"), "the gateway; http://127.0.0.1:8080/v1 unless told"),
            Option("key", .text("KEY"), "an application's key; else $LLMGW_API_KEY, which no process list shows"),
            Option("judge-key", .text("KEY"), "for judges; else $LLMGW_JUDGE_KEY, else the same key"),
            Option(
                "offline", .flag, "simulated models inside this process: tries the files, says nothing of the prompt"),
            Option("concurrency", .integer(1...256), "calls at once; 8 unless told"),
            Option("resume", .file, "a journal: finished runs are kept there, and not made again"),
            Option("changed-only", .flag, "leave out gates that this text has passed already, by its record"),
            Option("no-record", .flag, "write no record into evals/records"),
            Option("junit", .file, "write a JUnit report, for GitLab and others"),
            Option(
                "attachments", .text("DIR"), "write the answers of failed runs there, and name them in the JUnit report"
            ),
            Option("out", .file, "write everything as JSON"),
            Option("markdown", .file, "write a note for a merge request"),
            Option("format", .choice(["table", "json"]), "table unless told"),
            Option(
                "config", .file, "for --offline: where models are looked up; else the one that serves these prompts"),
        ],
        examples: [
            Example("llmgw eval prompts/evals/support-reply.eval.yaml", "against the gateway on this machine"),
            Example("llmgw eval prompts/evals --offline", "do all files fit together?"),
            Example("llmgw eval prompts/evals --changed-only --junit report.xml", "as a job of CI"),
            Example(
                "llmgw eval FILE --selector @3.1.0 --resume run.jsonl", "one version, and go on after an interruption"),
        ],
        run: eval(_:_:))

    private static func eval(_ arguments: Arguments, _ context: Context) throws -> ExitCode {
        let selector = try selector(arguments)
        guard !arguments.has("changed-only") || selector == "@worktree" else {
            throw Failure.usage(
                "--changed-only looks at the text in the folder, and --selector \(selector) may be another;"
                    + " leave one of them out")
        }
        let files = try EvaluationFiles.gateFiles(arguments.operands).map { (path) throws(Failure) in
            try EvaluationFiles(path)
        }
        let wanted = try files.filter { (files) throws(Failure) in
            guard arguments.has("changed-only"), try files.hasPassed() else { return true }
            context.errors.line("unchanged: \(files.gate.file) has a passing record of this text")
            return false
        }
        context.errors.flush()
        let outputs = EvaluationOutputs(arguments, context)
        try outputs.requirePlaces(wanted)
        // A pipeline takes the reports up, whether there was something to run or not.
        guard !wanted.isEmpty else { return try outputs.write([], []) }
        for one in wanted { try one.requireAssertions() }
        if arguments.has("offline") {
            var references: [String: EvaluationReferences] = [:]
            for one in wanted {
                let found = try references[one.prompts] ?? EvaluationReferences(of: one.prompts, arguments, context)
                references[one.prompts] = found
                try found.require(one, selector: selector)
            }
        }
        let settings = EvaluationRun.Settings(
            selector: selector, concurrency: arguments.integer("concurrency") ?? 8,
            isOffline: arguments.has("offline"))
        return try MainLoop.run { reactor in
            let journals = journals(files, arguments.text("resume"))
            let reports = try await run(wanted, journals, settings, arguments, context, reactor)
            return try outputs.write(reports, wanted)
        }
    }

    static func selector(_ arguments: Arguments) throws(Failure) -> String {
        let text = arguments.text("selector") ?? "@worktree"
        guard text.hasPrefix("@"), text.utf8.count > 1 else {
            throw .usage("--selector: '\(text)' is none; write @worktree, @production or @3.1.0")
        }
        return text
    }

    /// Where each gate file has its journal. One that is left out keeps its number, so that no other gets its journal.
    private static func journals(_ files: [EvaluationFiles], _ path: String?) -> [String: String] {
        guard let path else { return [:] }
        let paths = files.indices.map { files.count == 1 ? path : "\(path).\($0 + 1)" }
        return Dictionary(zip(files.map(\.gate.file), paths), uniquingKeysWith: { first, _ in first })
    }

    /// One gate after the other; those that lie in one folder of prompts share an offline gateway.
    private static func run(
        _ files: [EvaluationFiles], _ journals: [String: String], _ settings: EvaluationRun.Settings,
        _ arguments: Arguments, _ context: Context, _ reactor: Reactor
    ) async throws -> [GateReport] {
        let progress = EvaluationProgress(context)
        var reports: [GateReport] = []
        for one in files {
            let journal = try journals[one.gate.file].map { (path) throws(Failure) in
                let baseURL = settings.isOffline ? nil : try EvaluationDesk.baseURL(arguments)
                return try JournalFile(path, Journal(one.gate, one.dataset, baseURL: baseURL))
            }
            let report = try await EvaluationDesk.with(
                arguments, context, prompts: one.prompts, models: { () throws(Failure) in try one.models() },
                embeddingModels: one.embeddingModels, reactor
            ) { client in
                try await EvaluationRun(
                    one, settings, client: client, journal: journal, progress: progress, reactor: reactor
                ).report()
            }
            reports.append(report)
        }
        return reports
    }
}
