import CivilTime
import Gateway
import Inference
import JSON
import Reports

extension Command {
    static let pricesList = Command(
        name: "prices list", summary: "the prices of the price book",
        notes: ["Only those that hold today or on another day, unless --all is given. CSV has a line for each amount."],
        options: [
            Option("model", .text("M"), "one model of a vendor alone"),
            Option("provider", .text("P"), "one provider alone"),
            Option("on", .day, "the prices of that day; today unless told"),
            Option("all", .flag, "past and future prices too"), .tableFormat, .csvDialect, .config,
        ],
        examples: [
            Example("llmgw prices list --provider openai", "what holds today"),
            Example("llmgw prices list --model gpt-5 --all", "every entry of a model"),
        ],
        run: listPrices(_:_:))

    private static func listPrices(_ arguments: Arguments, _ context: Context) throws -> ExitCode {
        let configuration = try LedgerLocation.configuration(arguments, context)
        let day = arguments.text("on") ?? today
        let entries = configuration.priceEntries.filter { entry in
            (arguments.text("model").map { $0 == entry.price.model } ?? true)
                && (arguments.text("provider").map { $0 == entry.price.provider } ?? true)
        }
        let sorted = entries.sorted {
            ($0.price.provider, $0.price.model, $0.price.from) < ($1.price.provider, $1.price.model, $1.price.from)
        }
        let lines = sorted.compactMap { entry -> PriceListing.Line? in
            let current = configuration.prices.price(
                provider: entry.price.provider, model: entry.price.model, on: day)
            let isInForce = current?.from == entry.price.from
            guard isInForce || arguments.has("all") else { return nil }
            return PriceListing.Line(entry.price, note: entry.note, isInForce: isInForce)
        }
        let listing = PriceListing(lines) { $0.amounts }
        switch arguments.text("format") {
        case "json": context.output.write(listing.json.bytes + [10])
        case "csv": context.output.write(listing.csv(arguments.dialect))
        default: context.output.write(listing.table(context.view))
        }
        return .success
    }

    /// `YYYY-MM-DD`, UTC.
    static var today: String { TimeZoneRules.utc.date(atUTC: Clock.utcMilliseconds()).description }

    static let pricesCheck = Command(
        name: "prices check", summary: "what is wrong or looks odd in the price book",
        notes: [
            "Exit code 1 when an entry is wrong; warnings alone are fine. A price \(PriceLint.leap) times above or below the one",
            "before it is wrong, and serve refuses it too.",
            "--against takes a file, or a commit, branch or tag of the book's git repository, and lists what changed.",
        ],
        operands: [.optional("FILE")],
        options: [Option("against", .text("REF|F"), "an earlier state of the book"), .jsonFormat, .config],
        examples: [
            Example("llmgw prices check", "the configuration's price book"),
            Example("llmgw prices check config/prices.yaml --against main", "for a merge request"),
        ],
        run: checkPrices(_:_:))

    private static func checkPrices(_ arguments: Arguments, _ context: Context) throws -> ExitCode {
        let path = arguments.operands.first ?? ""
        var findings: [Diagnostic] = []
        var configuration: Configuration?
        let file: String
        if path.isEmpty {
            let load = Configuration.load(
                path: context.configurationPath(arguments), environment: context.environment, today: today)
            guard let found = load.pricesFile else {
                throw Failure.usage("the configuration names no price book; add prices: FILE, or name a file here")
            }
            configuration = load.configuration
            file = found
        } else {
            file = path
        }
        let book = PriceBookReading.read(file)
        findings += book.diagnostics
        if let entries = book.entries {
            findings += PriceLint.findings(in: entries, today: today)
            if let configuration { findings += PriceLint.findings(in: configuration, today: today) }
        }
        var changes: PriceChanges?
        if let other = arguments.text("against"), let entries = book.entries {
            let compared = PriceChanges(from: try entriesOf(other, beside: file), to: entries, today: today)
            changes = compared
            findings += compared.findings.filter { !findings.contains($0) }
        }
        let report = PriceCheckReport(file: file, count: book.entries?.count, findings: findings, changes: changes)
        context.output.write(arguments.text("format") == "json" ? report.json + [10] : Array(report.text.utf8))
        return findings.contains { $0.severity == .error } ? .findings : .success
    }

    /// The entries of another file, or of the book at a commit.
    private static func entriesOf(_ other: String, beside file: String) throws(Failure) -> [PriceEntry] {
        let reading: PriceBookReading
        if WholeFile.read(other) != nil {
            reading = PriceBookReading.read(other)
        } else if let bytes = GitRevision.content(of: file, at: other) {
            reading = PriceBookReading(bytes, file: "\(other):\(file)")
        } else {
            throw .usage("--against: '\(other)' is no file, and git has no \(file) there")
        }
        guard let entries = reading.entries else {
            throw .usage("--against: \(reading.diagnostics.first?.description ?? "\(other) cannot be read")")
        }
        return entries
    }
}
