import CivilTime
import Evaluation
import Gateway
import JSON
import Ledger
import Prompts
import Reports

extension Command {
    static let promptsHistory = Command(
        name: "prompts history", summary: "what happened to a prompt: versions, labels, evaluations, in one time line",
        notes: [
            "Versions and moves of labels are read from git, evaluations from evals/records, labels that were turned at run",
            "time from the configuration's ledger, and experiments from the configuration. The newest stands first.",
        ],
        operands: [.required("NAME")],
        options: [.jsonFormat, .prompts, .config],
        examples: [
            Example("llmgw prompts history support-reply", "everything"),
            Example("llmgw prompts history support-reply --format json", "for a program"),
        ]
    ) { arguments, context in
        let desk = try PromptDesk(arguments, context)
        let name = arguments.operands[0]
        let names = desk.workspace.library.names
        guard names.contains(name) else {
            if desk.workspace.brokenNames.contains(name) { _ = try desk.resolve(name, context) }
            throw Failure.usage("there is no prompt '\(name)'\(Guess.text(for: name, among: names))")
        }
        let line = try PromptTimeLine(name, desk)
        context.output.write(
            arguments.text("format") == "json" ? line.json.serialized() + [10] : Array(line.table(context.view).utf8))
        return .success
    }
}

/// Everything that happened to one prompt, the newest first.
struct PromptTimeLine {
    private struct Event {
        /// UTC milliseconds; nil for what is not committed, and stands before all else.
        var at: Int64?
        /// `version`, `label`, `evaluation`, `override`, `experiment`.
        var kind: String
        var what: String
        var who: String
        /// A commit, a file, a reason.
        var detail: String
    }

    private let name: String
    private let events: [Event]

    init(_ name: String, _ desk: PromptDesk) throws(Failure) {
        self.name = name
        let library = desk.workspace.library
        var events = library.labelMoves(of: name).map(PromptTimeLine.move)
        events += library.versions(of: name).map(PromptTimeLine.version)
        events += try PromptTimeLine.evaluations(name, desk)
        events += try PromptTimeLine.turns(name, desk)
        events += PromptTimeLine.experiments(name, desk)
        // What one commit did keeps its order: the label that moved was the last step.
        self.events = events.enumerated().sorted { left, right in
            (left.element.at ?? .max, -left.offset) > (right.element.at ?? .max, -right.offset)
        }.map(\.element)
    }

    private static func version(_ record: PromptVersionRecord) -> Event {
        let draft = record.isReleased || record.version == nil ? "" : ", a draft"
        return Event(
            at: record.origin.map { $0.commit.date * 1_000 }, kind: "version",
            what: "\(record.version ?? "without a version") sha256:\(record.digest.prefix(12))\(draft)",
            who: record.origin?.commit.author ?? "", detail: record.origin.map { commit($0.commit) } ?? "not committed")
    }

    private static func move(_ move: PromptLabelMove) -> Event {
        Event(
            at: move.commit.date * 1_000, kind: "label",
            what: "\(move.label): \(move.before?.version ?? "none") → \(move.after?.version ?? "none")",
            who: move.commit.author, detail: commit(move.commit))
    }

    private static func commit(_ commit: PromptCommit) -> String { "commit \(commit.id.prefix(12))" }

    private static func evaluations(_ name: String, _ desk: PromptDesk) throws(Failure) -> [Event] {
        let files = EvaluationFiles.search(desk.workspace.folder + "/evals/records").sorted()
        var events: [Event] = []
        for path in files where path.hasSuffix(".json") {
            let record = try EvaluationFiles.read(path) { (bytes, file) throws(EvaluationFaults) in
                try EvaluationRecord(bytes, file: file)
            }
            guard record.prompt == name else { continue }
            let rates = record.models.map { model in
                "\(model.model ?? "its model") \(model.passRate.map { "\(Int(($0 * 100).rounded())) %" } ?? "–")"
            }
            events.append(
                Event(
                    at: Timestamp.parse(record.date), kind: "evaluation",
                    what: "\(record.version ?? "without a version") sha256:\(record.digest.prefix(12))"
                        + " \(record.passed ? "passed" : "failed")\(record.isOffline ? ", simulated" : "")",
                    who: record.program, detail: rates.joined(separator: ", ")))
        }
        return events
    }

    /// Labels that were turned at run time, and given back: the ledger's audit trail keeps both.
    private static func turns(_ name: String, _ desk: PromptDesk) throws(Failure) -> [Event] {
        let entries = try PromptDesk.read(desk.ledger) { (ledger) throws(LedgerError) in
            try ledger.auditTrail(limit: 10_000)
        }
        return (entries ?? []).compactMap { entry in
            guard entry.action.hasPrefix("prompts.override"), entry.subject.hasPrefix(name + "@") else { return nil }
            let label = entry.subject.dropFirst(name.count + 1)
            let isBack = entry.action.hasSuffix(".clear")
            let version = entry.detail.split(separator: " ").first { $0.hasPrefix("version=") }?.dropFirst(8) ?? ""
            let reason = entry.detail.firstRange(of: "reason=").map { entry.detail[$0.upperBound...] } ?? ""
            return Event(
                at: entry.at, kind: "override",
                what: isBack ? "\(label): as in git again" : "\(label): turned to \(version)",
                who: entry.actor, detail: String(reason))
        }
    }

    private static func experiments(_ name: String, _ desk: PromptDesk) -> [Event] {
        (desk.configuration?.experiments ?? []).compactMap { experiment in
            let own = experiment.variants.filter { variant in
                (variant.prompt ?? experiment.prompt)?.split(separator: "@").first.map(String.init) == name
            }
            guard !own.isEmpty || experiment.prompt == name else { return nil }
            return Event(
                at: experiment.start, kind: "experiment", what: "\(experiment.id), \(experiment.status.rawValue)",
                who: experiment.owner ?? "", detail: "variants \(own.map(\.name).joined(separator: ", "))")
        }
    }

    // MARK: Pages

    func table(_ view: TableView) -> String {
        let columns = [
            Column("when"), Column("what"), Column("", isShortened: true), Column("who", isShortened: true),
            Column("", isShortened: true),
        ]
        let rows = events.map { event in
            [PromptTimeLine.time(event.at), event.kind, event.what, event.who, event.detail]
        }
        return TextTable(columns, rows: rows).text(for: view)
    }

    /// `2026-11-21 08:00`
    private static func time(_ at: Int64?) -> String {
        at.map { String(Timestamp.format($0).prefix(16)).replacing("T", with: " ") } ?? "now"
    }

    var json: JSONValue {
        .object([
            JSONMember("name", .string(name)),
            JSONMember(
                "events",
                .array(
                    events.map { event in
                        .object([
                            JSONMember("at", event.at.map { .string(Timestamp.format($0)) } ?? .null),
                            JSONMember("kind", .string(event.kind)), JSONMember("what", .string(event.what)),
                            JSONMember("who", .string(event.who)), JSONMember("detail", .string(event.detail)),
                        ])
                    })),
        ])
    }
}
