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
        let table = try document([:], rows, total).table(TableView(width: 60))
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
                "image_input_tokens":0,"output_tokens":240,"audio_output_tokens":0,"image_output_tokens":0,\
                "reasoning_tokens":0,\
                "cost":"0.000648900","presumed":"0.000000000","unpriced_requests":0}],"total":{"requests":12,\
                "attempts":12,"refused":0,"input_tokens":1200,"cached_input_tokens":0,"cache_write_tokens":0,\
                "audio_input_tokens":0,"image_input_tokens":0,"output_tokens":240,"audio_output_tokens":0,\
                "image_output_tokens":0,\
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
        #expect(table.contains(#"\u{1B}[2Jx\u{A}"#))
    }

    @Test(arguments: [
        (["by": "modle"], "'modle' is none of"), (["by": "day,day"], "given twice"), (["by": ""], "is none of"),
        (["currency": "usd"], "is no currency"), (["format": "xml"], "is none of table, csv, json, focus"),
        (["colour": "red"], "is no parameter"), (["compare": "last"], "is none of previous, elapsed"),
        (["forecast": "yes"], "is neither true nor false"), (["by": "week,week"], "given twice"),
        (["format": "focus", "by": "day"], "leave it out"),
    ])
    func aWrongQuestionIsExplained(parameters: [String: String], part: String) {
        do throws(ReportError) {
            _ = try CostRequest(parameters, format: .json, now: 0)
            Issue.record("was taken")
        } catch {
            #expect(error.description.contains(part))
        }
    }

    // MARK: What can be asked besides

    private func compared(
        _ parameters: [String: String], _ rows: [(String?, Int64)], before: [(String?, Int64)]
    ) throws -> CostDocument {
        func report(_ rows: [(String?, Int64)]) -> CostReport {
            let rows = rows.map { CostRow(key: [$0.0], figures: figures(1, cost: [.usd: $0.1])) }
            let total = rows.reduce(0) { $0 + ($1.figures.cost[.usd] ?? 0) }
            return CostReport(rows: rows, total: figures(Int64(rows.count), cost: [.usd: total]), complete: true)
        }
        let now = Timestamp.parse("2026-11-21T12:00:00Z") ?? 0
        return CostDocument(
            try CostRequest(parameters, format: .table, now: now), report(rows), previous: report(before))
    }

    @Test func changesHaveTheirSignAndGroupsOfBothWindowsAreThere() throws {
        let document = try compared(
            ["month": "2026-11", "compare": "previous"], [("bot", 3_000_000_000), ("new", 500_000_000)],
            before: [("bot", 4_000_000_000), ("gone", 1_000_000_000)])
        #expect(
            document.table() == """
                Costs of 2026-11 (UTC)

                application  requests  input  output  cost USD  previous     change  change %
                bot                 1    100      20  3.000000  4.000000  -1.000000     -25.0
                gone                0      0       0  0.000000  1.000000  -1.000000    -100.0
                new                 1    100      20  0.500000  0.000000  +0.500000       new
                ───────────  ────────  ─────  ──────  ────────  ────────  ─────────  ────────
                total               2    200      40  3.500000  5.000000  -1.500000     -30.0

                Previous is 2026-10, up to 2026-11-01T00:00:00Z.
                This window is not over, and all of the one before is; --compare elapsed takes equal parts.

                """)
        let json = try JSONValue(parsing: document.json.bytes)
        #expect(json["previous"]?["from"] == .string("2026-10-01T00:00:00Z"))
        #expect(
            json["rows"]?.arrayValue?.map { $0["change"]?.stringValue } == [
                "-1.000000000", "-1.000000000", "0.500000000",
            ])
        #expect(json["rows"]?.arrayValue?.map { $0["change_percent"] } == [.string("-25.0"), .string("-100.0"), .null])
        #expect(json["total"]?["previous_cost"] == .string("5.000000000"))
        #expect(
            document.csv.split(separator: "\n")[1].hasSuffix("3.000000000,0.000000000,4.000000000,-1.000000000,-25.0"))
    }

    @Test func equalPartsOfTwoWindowsCanBeCompared() throws {
        let now = Timestamp.parse("2026-11-21T12:00:00Z") ?? 0
        let request = try CostRequest(["month": "2026-11", "compare": "elapsed"], format: .table, now: now)
        #expect(request.previous.map { Timestamp.format($0.to) } == "2026-10-21T12:00:00Z")
        let over = try CostRequest(["month": "2026-02", "compare": "elapsed"], format: .table, now: now)
        #expect(over.previous.map { Timestamp.format($0.to) } == "2026-01-29T00:00:00Z")
    }

    @Test func anUnpricedCostHasNoChange() throws {
        let row = CostRow(key: ["a"], figures: figures(1, cost: [:], unpriced: 1))
        let before = CostRow(key: ["a"], figures: figures(1, cost: [.usd: 5]))
        let request = try CostRequest(["compare": "previous"], format: .json, now: 0)
        let json = try JSONValue(
            parsing: CostDocument(
                request, CostReport(rows: [row], total: row.figures, complete: true),
                previous: CostReport(rows: [before], total: before.figures, complete: true)
            ).json.bytes)
        #expect(json["rows"]?.arrayValue?[0]["cost"] == .null && json["rows"]?.arrayValue?[0]["change"] == .null)
        #expect(json["rows"]?.arrayValue?[0]["previous_cost"] == .string("0.000000005"))
    }

    @Test func weeksAndMonthsAreSumsOfDays() throws {
        let days = ["2026-10-31", "2026-11-01", "2026-11-02"]
        let rows = days.map { CostRow(key: ["bot", $0], figures: figures(1, cost: [.usd: 1_000_000_000])) }
        let total = figures(3, cost: [.usd: 3_000_000_000])
        let csv = try document(["from": "2026-10-31", "to": "2026-11-02", "by": "application,week,month"], rows, total)
            .csv
        #expect(
            csv.split(separator: "\n").dropFirst().map { $0.split(separator: ",").prefix(4).joined(separator: " ") }
                == [
                    "bot 2026-W44 2026-10 1", "bot 2026-W44 2026-11 1", "bot 2026-W45 2026-11 1",
                ])
    }

    @Test func aForecastIsMadeOfTheDaysSoFar() throws {
        let days = (1...20).map { day in (day < 10 ? "2026-11-0" : "2026-11-") + String(day) }
        let daily = days.map { CostRow(key: ["bot", $0], figures: figures(1, cost: [.usd: 1_000_000_000])) }
        let total = figures(20, cost: [.usd: 20_000_000_000])
        let now = Timestamp.parse("2026-11-21T00:00:00Z") ?? 0
        let request = try CostRequest(["month": "2026-11", "forecast": "true"], format: .json, now: now)
        let document = CostDocument(
            request, CostReport(rows: [CostRow(key: ["bot"], figures: total)], total: total, complete: true),
            daily: CostReport(rows: daily, total: total, complete: true))
        let json = try JSONValue(parsing: document.json.bytes)
        #expect(json["forecast"]?["status"] == .string("projected"))
        #expect(json["forecast"]?["elapsed_percent"] == .string("66.6"))
        for row in [json["rows"]?.arrayValue?[0], json["total"]] {
            #expect(row?["forecast_cost"] == .string("30.000000000") && row?["forecast_low"] == row?["forecast_high"])
        }
        #expect(document.table().contains("four times in five"))
    }

    @Test func sharesAreOfTheShortestBudgetThatCoversTheWindow() throws {
        func budget(_ scope: Account.Scope, _ name: String, _ window: BudgetWindow, _ to: String, limit: Int64)
            -> BudgetRow
        {
            BudgetRow(
                account: Account(scope, name), window: window, zone: "UTC", label: "",
                startsAt: Timestamp.parse("2026-11-01T00:00:00Z") ?? 0,
                endsAt: Timestamp.parse(to) ?? 0, currency: .usd,
                state: PeriodState(id: 1, limit: limit, posted: 0, held: 0, presumed: 0, overrun: 0))
        }
        let budgets = [
            budget(.team, "support", .day, "2026-11-02T00:00:00Z", limit: 1),
            budget(.team, "support", .month, "2026-12-01T00:00:00Z", limit: 4_000_000_000),
            budget(.team, "support", .year, "2027-11-01T00:00:00Z", limit: 2_000_000_000),
            budget(.application, "support", .month, "2026-12-01T00:00:00Z", limit: 7),
        ]
        let rows = [
            CostRow(key: [nil, "m"], figures: figures(1, cost: [.usd: 5])),
            CostRow(key: ["support", "m"], figures: figures(1, cost: [.usd: 1_000_000_000])),
        ]
        let parameters = ["from": "2026-11-01", "to": "2026-11-20", "by": "team,model", "budget-share": "true"]
        let document = try document(parameters, rows, figures(2, cost: [.usd: 1_000_000_005]), budgets: budgets)
        let json = try JSONValue(parsing: document.json.bytes)["rows"]?.arrayValue
        #expect(json?[0]["budget"] == .null)
        #expect(json?[1]["budget"] == .string("4.000000000") && json?[1]["budget_window"] == .string("month"))
        #expect(json?[1]["budget_percent"] == .string("25.0"))
        #expect(document.table().contains("4.000000  25.0 %"))
        #expect(document.table(TableView(width: 200)).contains("██░░░░░░ 25.0 %"))
    }
}
