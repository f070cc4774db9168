import CivilTime
import Inference
import JSON
import Ledger
import Prompts
import Reports

extension Command {
    static let promptsList = Command(
        name: "prompts list", summary: "all prompts: versions by label, owners, last changes, use and cost a day",
        notes: [
            "Requests and cost a day are those of the last seven days, from the configuration's ledger if there is one."
        ],
        options: [Option("label", .text("L"), "what this label names, and no more"), .jsonFormat, .prompts, .config],
        examples: [
            Example("llmgw prompts list", "everything in the folder"),
            Example("llmgw prompts list --label production --format json", "what production runs, for a program"),
        ]
    ) { arguments, context in
        let desk = try PromptDesk(arguments, context)
        let list = try PromptList(desk, label: arguments.text("label"))
        let broken = desk.workspace.brokenNames
        if !broken.isEmpty {
            context.errors.line(
                "warning: not as they are on disk, where they do not compile: \(broken.joined(separator: ", "));"
                    + " `llmgw prompts lint` says why")
            context.errors.flush()
        }
        context.output.write(
            arguments.text("format") == "json" ? list.json.serialized() + [10] : Array(list.table(context.view).utf8))
        return .success
    }
}

/// All prompts of a folder, one a row.
struct PromptList {
    private struct Row {
        var facts: PromptFacts?
        var name: String
        /// By label.
        var targets: [String: String]
        var changed: Int64?
        var use: PromptUse?
    }

    private static let days: Int64 = 7

    private let labels: [String]
    private let rows: [Row]
    private let hasUse: Bool

    /// - Parameter label: the only one that is shown; nil shows all.
    init(_ desk: PromptDesk, label: String?) throws(Failure) {
        let library = desk.workspace.library
        let known = Set(library.names.flatMap { library.labels(of: $0).map(\.label) }).sorted()
        if let label, !known.contains(label) {
            throw .usage("--label: no file labels/\(label).yaml names a prompt\(Guess.text(for: label, among: known))")
        }
        labels = label.map { [$0] } ?? known
        let use = try PromptDesk.read(desk.ledger) { (ledger) throws(LedgerError) in
            try PromptUse.read(ledger, days: PromptList.days)
        }
        hasUse = use != nil
        let names = Set(desk.workspace.names).union(library.names.filter { !library.labels(of: $0).isEmpty })
        rows = names.sorted().compactMap { name in
            let targets = Dictionary(
                library.labels(of: name).map { ($0.label, $0.target.version) }, uniquingKeysWith: { first, _ in first })
            guard label.map({ targets[$0] != nil }) ?? true else { return nil }
            let record = try? library.version(name + "@worktree")
            let changed = library.versions(of: name).compactMap { $0.origin?.commit.date }.max()
            return Row(
                facts: record.flatMap { library.facts(of: $0.digest) }, name: name, targets: targets, changed: changed,
                use: use?[name])
        }
    }

    func table(_ view: TableView) -> String {
        guard !rows.isEmpty else { return "There are no prompts here.\n" }
        let hasOwner = rows.contains { $0.facts?.owner != nil }
        let hasDate = rows.contains { $0.changed != nil }
        var columns = [Column("prompt", isShortened: true), Column("on disk")]
        columns += labels.map { Column($0, isShortened: true) }
        if hasOwner { columns.append(Column("owner", spare: 3, isShortened: true)) }
        if hasDate { columns.append(Column("changed", spare: 4)) }
        if hasUse { columns += [Column("requests/day", .right, spare: 2), Column("cost/day", .right, spare: 1)] }
        let cells = rows.map { row in
            var cells = [row.name, row.facts.map { $0.version ?? "no version" } ?? "–"]
            cells += labels.map { row.targets[$0] ?? "–" }
            if hasOwner { cells.append(row.facts?.owner ?? "–") }
            if hasDate {
                cells.append(row.changed.map { String(Timestamp.format($0 * 1_000).prefix(10)) } ?? "not yet")
            }
            if hasUse {
                cells += [row.use?.requests(a: PromptList.days) ?? "0", row.use?.cost(a: PromptList.days) ?? "0"]
            }
            return cells
        }
        return TextTable(columns, rows: cells).text(for: view)
    }

    var json: JSONValue {
        func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
        let list = rows.map { row in
            var members = [
                JSONMember("name", .string(row.name)), JSONMember("version", text(row.facts?.version)),
                JSONMember("digest", text(row.facts?.digest)), JSONMember("owner", text(row.facts?.owner)),
                JSONMember("description", text(row.facts?.description)),
                JSONMember("model", text(row.facts?.model)),
                JSONMember("labels", .object(labels.map { JSONMember($0, text(row.targets[$0])) })),
                JSONMember("changed", text(row.changed.map { Timestamp.format($0 * 1_000) })),
            ]
            if hasUse {
                members.append(JSONMember("requests", .integer(row.use?.figures.requests ?? 0)))
                members.append(
                    JSONMember(
                        "cost",
                        .object(
                            (row.use?.figures.cost ?? [:]).sorted { $0.key.code < $1.key.code }.map {
                                JSONMember($0.key.code, .string(Money.decimal(nano: $0.value)))
                            })))
                members.append(JSONMember("days", .integer(PromptList.days)))
            }
            return JSONValue.object(members)
        }
        return .object([JSONMember("prompts", .array(list))])
    }
}

/// How much a prompt was called, all its versions together.
struct PromptUse {
    private(set) var figures = CostFigures()

    /// Returns the use of the last days, by the prompts' names.
    static func read(_ ledger: LedgerReader, days: Int64) throws(LedgerError) -> [String: PromptUse] {
        let now = Clock.utcMilliseconds()
        let report = try ledger.costs(CostQuery(from: now - days * 86_400_000, to: now + 1, by: [.prompt]))
        var use: [String: PromptUse] = [:]
        for row in report.rows {
            guard let key = row.key.first ?? nil else { continue }
            use[String(key.prefix { $0 != "@" && $0 != " " }), default: PromptUse()].add(row.figures)
        }
        return use
    }

    private mutating func add(_ other: CostFigures) {
        figures.requests = figures.requests.addingReportingOverflow(other.requests).partialValue
        for (currency, nano) in other.cost {
            let (sum, overflow) = (figures.cost[currency] ?? 0).addingReportingOverflow(nano)
            figures.cost[currency] = overflow ? .max : sum
        }
    }

    /// To the tenth.
    func requests(a days: Int64) -> String {
        let (tenths, overflow) = figures.requests.multipliedReportingOverflow(by: 10)
        guard !overflow else { return "many" }
        let rounded = (tenths + days / 2) / days
        return "\(rounded / 10).\(rounded % 10)"
    }

    func cost(a days: Int64) -> String {
        let amounts = figures.cost.sorted { $0.key.code < $1.key.code }.map {
            "\(Figures.money($0.value / days)) \($0.key.code)"
        }
        return amounts.isEmpty ? "–" : amounts.joined(separator: " + ")
    }
}
