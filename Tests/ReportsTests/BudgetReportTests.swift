import CivilTime
import Inference
import JSON
import Ledger
import Reports
import Testing

@Suite struct BudgetReportTests {
    private let row = BudgetRow(
        account: Account(.application, "support-bot"), window: .day, zone: "Europe/Berlin", label: "2026-11-21",
        startsAt: Timestamp.parse("2026-11-20T23:00:00Z") ?? 0, endsAt: Timestamp.parse("2026-11-21T23:00:00Z") ?? 0,
        currency: .usd,
        state: PeriodState(
            id: 1, limit: 5_000_000_000, posted: 1_250_000_000, held: 9_854_400, presumed: 250_000_000, overrun: 0))

    @Test func theTableSaysWhatIsLeftAndUntilWhen() {
        #expect(
            BudgetReport([row]).table() == """
                scope        name         window  period         limit     spent  presumed      held      left    used  currency  ends                  zone
                application  support-bot  day     2026-11-21  5.000000  1.250000  0.250000  0.009854  3.740146  25.0 %  USD       2026-11-21T23:00:00Z  Europe/Berlin

                Presumed is a part of spent: calls whose end is unknown, charged at the most they can have cost.

                """)
    }

    @Test func theJSONHasThePublicEndpointsMembers() throws {
        let budget = try JSONValue(parsing: BudgetReport([row]).json.bytes)["budgets"]?.arrayValue?[0]
        #expect(budget?["name"]?.stringValue == "support-bot")
        #expect(budget?["remaining"]?.stringValue == "3.740145600")
        #expect(budget?["to"]?.stringValue == "2026-11-21T23:00:00Z")
    }

    @Test func aBudgetForAllTimeHasNoEnd() throws {
        var total = row
        total.window = .total
        #expect(BudgetReport([total]).table().contains("never"))
        let budget = try JSONValue(parsing: BudgetReport([total]).json.bytes)["budgets"]?.arrayValue?[0]
        #expect(budget?["to"] == .null)
    }

    @Test func noBudgetIsSaid() { #expect(BudgetReport([]).table() == "There is no budget here.\n") }

    @Test(arguments: [
        ("2026-11-21T11:00:00Z", 1_250_000_000, 2_500_000_000, nil as String?),  // half the day, a quarter of the limit
        ("2026-11-21T05:00:00Z", 2_500_000_000, 10_000_000_000, "2026-11-21T11:00:00Z"),
        ("2026-11-21T11:00:00Z", 5_000_000_000, 10_000_000_000, "2026-11-21T11:00:00Z"),  // now
        ("2026-11-22T11:00:00Z", 5_100_000_000, 5_100_000_000, "2026-11-21T22:31:45Z"),  // over
    ])
    func theRateSoFarUsesABudgetUpOrNot(now: String, posted: Int64, cost: Int64, usedUp: String?) throws {
        var row = row
        row.state.posted = posted
        let forecast = try #require(BudgetForecast(row, now: Timestamp.parse(now) ?? 0))
        #expect(forecast.cost == cost)
        #expect(forecast.usedUpAt.map { Timestamp.format($0) } == usedUp)
    }

    @Test func aForecastNeedsATenthOfAPeriodAndSomethingSpent() throws {
        let early = Timestamp.parse("2026-11-21T01:23:59Z") ?? 0
        #expect(BudgetForecast(row, now: early) == nil && BudgetForecast(row, now: .min) == nil)
        var idle = row
        idle.state.posted = 0
        #expect(BudgetForecast(idle, now: row.endsAt - 1) == nil)
        let json = try JSONValue(parsing: BudgetReport([row], forecastAt: row.endsAt - 1).json.bytes)
        #expect(json["budgets"]?.arrayValue?[0]["forecast"] == .string("1.250000014"))
        #expect(json["budgets"]?.arrayValue?[0]["used_up_at"] == .null)
        let table = BudgetReport([row, idle], forecastAt: row.endsAt - 1).table()
        #expect(table.contains("1.250000  not before its end") && table.contains("       –  –"))
    }
}
