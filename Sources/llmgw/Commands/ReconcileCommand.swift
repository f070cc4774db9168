import CivilTime
import Gateway
import JSON
import Ledger
import Reports

extension Command {
    static let pricesReconcile = Command(
        name: "prices reconcile", summary: "compare a vendor's export of costs or usage with the ledger",
        notes: [
            "Exit code 0 when every day agrees within the tolerance, 1 when one does not, or is missing; then the causes",
            "are named, the likeliest first, with how sure each is. Nothing is changed.",
            "openai: pages of /v1/organization/costs (group_by=line_item) or usage/completions.",
            "anthropic: pages of cost_report or usage_report/messages. aws: the Cost and Usage Report as CSV.",
            "azure: cost details, as CSV or JSON. google: the billing export, as CSV or JSON.",
            "csv: any other table, with --columns. Dates such as 20.11.2026 and amounts such as 0,041 are read too.",
        ],
        operands: [.required("FILE")],
        options: [
            Option("format-of", .choice(formats), "whose export it is"),
            Option(
                "columns", .text("K=NAME,…"), "of a CSV: day, cost; where there are model, currency, input, output, id"),
            Option("map", .text("VENDOR=OURS,…"), "models that the ledger has under another name"),
            Option("provider", .text("P"), "one provider's calls; those that share a model unless told"),
            Option("zone", .text("Z"), "where the vendor's days begin; UTC unless told"),
            Option(
                "date-order", .choice(VendorDateOrder.allCases.map(\.rawValue)),
                "how to read 11/10/2026: month or day first"),
            Option(
                "decimal", .choice(VendorDecimal.allCases.map(\.rawValue)),
                "how to read 1,234: what a fraction begins with"),
            Option("tolerance", .text("P%"), "what still counts as equal; 0.5% unless told"),
            .tableFormat, .csvDialect, .config, .database,
        ],
        examples: [
            Example("llmgw prices reconcile costs.json --format-of openai", "OpenAI's costs, day by day"),
            Example(
                "llmgw prices reconcile bill.csv --format-of csv --columns day=date,model=sku,cost=amount",
                "any table of costs"),
        ],
        run: reconcile(_:_:))

    private static let formats = ["openai", "anthropic", "aws", "azure", "google", "csv"]

    private static func reconcile(_ arguments: Arguments, _ context: Context) throws -> ExitCode {
        do {
            let bytes = try WholeFile.read(arguments.operands[0], limit: VendorExport.limit, remedy: "cut it by days")
            let zone = try zone(arguments)
            let statement = try export(arguments).read(
                bytes,
                VendorExport.Writing(
                    zone: zone, order: arguments.text("date-order").flatMap { VendorDateOrder(rawValue: $0) },
                    decimal: arguments.text("decimal").flatMap { VendorDecimal(rawValue: $0) }))
            let question = Reconciliation.Question(
                names: try names(arguments), provider: arguments.text("provider"), zone: zone,
                tolerance: try tolerance(arguments), now: Clock.utcMilliseconds())
            let reconciliation = try Reconciliation(
                statement, question, ledger: try LedgerLocation(arguments, context).reader())
            switch arguments.text("format") {
            case "json": context.output.write(reconciliation.json.bytes + [10])
            case "csv": context.output.write(reconciliation.csv(arguments.dialect))
            default: context.output.write(reconciliation.table(context.view))
            }
            return reconciliation.isWithin ? .success : .findings
        } catch let error as ReportError {
            let place = error.parameter == "FILE" ? arguments.operands[0] : "--\(error.parameter)"
            throw Failure.usage("\(place): \(error.message)")
        } catch let error as LedgerError {
            throw Failure(.failure, error.message)
        }
    }

    private static func export(_ arguments: Arguments) throws -> VendorExport {
        switch arguments.text("format-of") {
        case "openai": return .openai
        case "anthropic": return .anthropic
        case "aws": return .aws
        case "azure": return .azure
        case "google": return .google
        case "csv":
            guard let columns = arguments.text("columns") else {
                throw Failure.usage(
                    "--format-of csv needs --columns day=NAME,cost=NAME with the names of the file's columns")
            }
            return .csv(try VendorColumns(columns))
        default: throw Failure.usage("say whose export it is: --format-of \(formats.joined(separator: ", "))")
        }
    }

    private static func names(_ arguments: Arguments) throws(Failure) -> [String: String] {
        var names: [String: String] = [:]
        for part in (arguments.text("map") ?? "").split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { throw .usage("--map: '\(part)' is not VENDOR=OURS") }
            names[String(pair[0])] = String(pair[1])
        }
        return names
    }

    private static func zone(_ arguments: Arguments) throws(Failure) -> TimeZoneRules {
        guard let name = arguments.text("zone") else { return .utc }
        do throws(TimeZoneError) {
            return try TimeZoneRules(named: name)
        } catch {
            throw .usage("--zone: \(error)")
        }
    }

    private static func tolerance(_ arguments: Arguments) throws(Failure) -> Tolerance {
        guard let text = arguments.text("tolerance") else { return .usual }
        guard let tolerance = Tolerance(text) else { throw .usage("--tolerance: '\(text)' is no share such as 0.5%") }
        return tolerance
    }
}
