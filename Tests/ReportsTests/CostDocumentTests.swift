import CivilTime
import Inference
import JSON
import Ledger
import Reports
import Testing

@Suite struct CostDocumentTests {
    private func figures(
        _ requests: Int64, cost: [Currency: Int64], presumed: [Currency: Int64] = [:], unpriced: Int64 = 0,
        refused: Int64 = 0
    ) -> CostFigures {
        var figures = CostFigures()
        figures.requests = requests
        figures.attempts = requests
        figures.refused = refused
        figures.usage = Usage(input: requests * 100, output: requests * 20)
        figures.cost = cost
        figures.presumed = presumed
        figures.unpricedRequests = unpriced
        return figures
    }

    private func document(
        _ parameters: [String: String], _ rows: [CostRow], _ total: CostFigures, complete: Bool = true,
        budgets: [BudgetRow] = []
    ) throws -> CostDocument {
        let now = Timestamp.parse("2026-11-21T12:00:00Z") ?? 0
        let request = try CostRequest(parameters, format: .table, now: now)
        return CostDocument(request, CostReport(rows: rows, total: total, complete: complete), budgets: budgets)
    }

    private var twoApplications: (rows: [CostRow], total: CostFigures) {
        (
            [
                CostRow(
                    key: ["batch"],
                    figures: figures(12_000, cost: [.usd: 1_234_500_000_000], presumed: [.usd: 500_000_000])),
                CostRow(key: ["support-bot"], figures: figures(3, cost: [.usd: 648_900])),
            ],
            figures(12_003, cost: [.usd: 1_234_500_648_900], presumed: [.usd: 500_000_000])
        )
    }

    @Test func theTableIsOneThatFinanceLikes() throws {
        let (rows, total) = twoApplications
        let budget = BudgetRow(
            account: Account(.application, "batch"), window: .day, zone: "UTC", label: "2026-11-21",
            startsAt: Timestamp.parse("2026-11-21T00:00:00Z") ?? 0,
            endsAt: Timestamp.parse("2026-11-22T00:00:00Z") ?? 0,
            currency: .usd,
            state: PeriodState(id: 1, limit: 5_000_000_000_000, posted: 0, held: 0, presumed: 0, overrun: 0))
        let table = try document([:], rows, total, budgets: [budget]).table()
        #expect(
            table == """
                Costs of 2026-11-21 (UTC)

                application  requests      input   output      cost USD  presumed        budget   share
                batch          12,000  1,200,000  240,000  1,234.500000  0.500000  5,000.000000  24.7 %
                support-bot         3        300       60      0.000649  0.000000
                ───────────  ────────  ─────────  ───────  ────────────  ────────  ────────────  ──────
                total          12,003  1,200,300  240,060  1,234.500649  0.500000

                Presumed is a part of the cost: calls whose end is unknown, charged at the most they can have cost.

                """)
    }

    @Test func aBudgetOfAnotherWindowHasNoShare() throws {
        let (rows, total) = twoApplications
        let month = BudgetRow(
            account: Account(.application, "batch"), window: .month, zone: "UTC", label: "2026-11",
            startsAt: Timestamp.parse("2026-11-01T00:00:00Z") ?? 0,
            endsAt: Timestamp.parse("2026-12-01T00:00:00Z") ?? 0,
            currency: .usd, state: PeriodState(id: 1, limit: 1, posted: 0, held: 0, presumed: 0, overrun: 0))
        #expect(try !document([:], rows, total, budgets: [month]).table().contains("share"))
    }

    @Test func aNarrowTerminalLosesWhatMattersLeastAndIsTold() throws {
        let (rows, total) = twoApplications
        let table = try document([:], rows, total).table(width: 60)
        #expect(!table.contains(" input "))
        #expect(table.contains("cost USD"))
        #expect(table.contains("Left out for width: input"))
        let lines: [Substring] = table.split(separator: "\n")
        #expect(lines.prefix(6).allSatisfy { $0.count <= 60 })
    }

    @Test func unpricedAndOpenCallsAreSaid() throws {
        let row = CostRow(key: ["x"], figures: figures(2, cost: [:], unpriced: 2))
        let table = try document([:], [row], row.figures, complete: false).table()
        #expect(table.contains("x                   2    200      40  unpriced         2"))
        #expect(table.contains("still under way"))
        #expect(table.contains("Unpriced calls have no price"))
    }

    @Test func jsonHasTheFixedShape() throws {
        let row = CostRow(key: ["support-bot"], figures: figures(12, cost: [.usd: 648_900]))
        let json = String(
            decoding: try document(["zone": "Europe/Berlin"], [row], row.figures).json.bytes, as: UTF8.self)
        #expect(
            json == """
                {"from":"2026-11-20T23:00:00Z","to":"2026-11-21T23:00:00Z","zone":"Europe/Berlin","currency":"USD",\
                "complete":true,"rows":[{"application":"support-bot","requests":12,"attempts":12,"refused":0,\
                "input_tokens":1200,"cached_input_tokens":0,"cache_write_tokens":0,"audio_input_tokens":0,\
                "image_input_tokens":0,"output_tokens":240,"audio_output_tokens":0,"reasoning_tokens":0,\
                "cost":"0.000648900","presumed":"0.000000000","unpriced_requests":0}],"total":{"requests":12,\
                "attempts":12,"refused":0,"input_tokens":1200,"cached_input_tokens":0,"cache_write_tokens":0,\
                "audio_input_tokens":0,"image_input_tokens":0,"output_tokens":240,"audio_output_tokens":0,\
                "reasoning_tokens":0,"cost":"0.000648900","presumed":"0.000000000","unpriced_requests":0}}
                """)
    }

    @Test func aRowOfUnpricedRequestsOnlyHasNoCostAndARefusedOneCostsNothing() throws {
        let rows = [
            CostRow(key: ["a"], figures: figures(1, cost: [:], unpriced: 1)),
            CostRow(key: ["b"], figures: figures(0, cost: [:], refused: 4)),
        ]
        let json = try JSONValue(
            parsing: document([:], rows, figures(1, cost: [:], unpriced: 1, refused: 4)).json.bytes)
        #expect(json["rows"]?.arrayValue?[0]["cost"] == .null)
        #expect(json["rows"]?.arrayValue?[1]["cost"] == .string("0.000000000"))
    }

    @Test func nothingFoundIsNoError() throws {
        let empty = try document([:], [], CostFigures())
        #expect(try JSONValue(parsing: empty.json.bytes)["rows"] == .array([]))
        #expect(empty.table().contains("Nothing was asked for in this time."))
        #expect(empty.csv.split(separator: "\n").count == 1)
    }

    @Test func currenciesAreNeverAdded() throws {
        let row = CostRow(key: ["a"], figures: figures(2, cost: [.usd: 1_000_000_000, .eur: 2_000_000_000]))
        let report = try document([:], [row], row.figures)
        let json = try JSONValue(parsing: report.json.bytes)
        #expect(json["currency"] == .null)
        #expect(json["total"]?["cost"] == nil)
        #expect(json["total"]?["costs"]?.arrayValue?.map { $0["cost"]?.stringValue } == ["2.000000000", "1.000000000"])
        #expect(report.table().contains("total               2    200      40  2.000000  EUR"))
        #expect(report.table().contains("                                      1.000000  USD"))
        let lines = report.csv.split(separator: "\n").map { $0.split(separator: ",") }
        #expect(lines[1].prefix(2) == ["a", "2"])
        #expect(lines[2].prefix(2) == ["a", "0"])  // counts stand once, so that a column adds up
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+49", "'+49"), ("-x", "'-x"), ("@sum", "'@sum"), ("a,b", "\"a,b\""),
        ("say \"hi\"", "\"say \"\"hi\"\"\""), ("=a,b", "\"'=a,b\""), ("plain", "plain"),
    ])
    func aSpreadsheetRunsNothing(name: String, cell: String) throws {
        let row = CostRow(key: [name], figures: figures(1, cost: [.usd: -5]))
        let line = try document([:], [row], row.figures).csv.split(separator: "\n")[1]
        #expect(line.hasPrefix(cell + ",1,1,"))
        #expect(line.hasSuffix(",USD,-0.000000005,0.000000000"))  // figures are left as they are
    }

    @Test func aNameCannotMoveTheCursor() throws {
        let row = CostRow(key: ["\u{1B}[2Jx\n"], figures: figures(1, cost: [:]))
        let table = try document([:], [row], row.figures).table()
        #expect(!table.contains("\u{1B}"))
        #expect(table.contains("\u{FFFD}[2Jx\u{FFFD}"))
    }

    @Test(arguments: [
        (["by": "modle"], "'modle' is none of"), (["by": "day,day"], "given twice"), (["by": ""], "is none of"),
        (["currency": "usd"], "is no currency"), (["format": "xml"], "is none of table, csv, json"),
        (["colour": "red"], "is no parameter"),
    ])
    func aWrongQuestionIsExplained(parameters: [String: String], part: String) {
        do throws(ReportError) {
            _ = try CostRequest(parameters, format: .json, now: 0)
            Issue.record("was taken")
        } catch {
            #expect(error.description.contains(part))
        }
    }
}
