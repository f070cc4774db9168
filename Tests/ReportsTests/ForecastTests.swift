import CivilTime
import Testing

@testable import Reports

@Suite struct ForecastTests {
    private func window(_ parameters: [String: String]) throws -> ReportWindow {
        try ReportWindow(parameters, now: 0)
    }

    private func moment(_ text: String) -> Int64 { Timestamp.parse(text) ?? 0 }

    private func forecast(_ month: String, at now: String) throws -> Forecast {
        Forecast(try window(["month": month]), now: moment(now))
    }

    @Test func theRateSoFarGoesOnToTheEnd() throws {
        let tenDays = try forecast("2026-11", at: "2026-11-11T00:00:00Z")
        let projection = try #require(tenDays.projection(of: 1_000, days: [Int64](repeating: 100, count: 10)))
        #expect(projection == Projection(cost: 3_000, low: 3_000, high: 3_000))  // equal days leave no doubt
        #expect(tenDays.wholeDays == 10 && tenDays.elapsedPermille == 333)
    }

    @Test func daysThatDifferLeaveARange() throws {
        let days: [Int64] = [80, 120, 90, 110, 100, 100, 70, 130, 60, 140].map { $0 * 1_000_000 }
        let tenDays = try forecast("2026-11", at: "2026-11-11T00:00:00Z")
        let projection = try #require(tenDays.projection(of: days.reduce(0, +), days: days))
        // A day deviates by 25.8; 1.383 · 25.8 · √(20 · 30 / 10) = 276.5
        #expect(projection.cost == 3_000_000_000)
        #expect(abs(projection.high - 3_276_500_000) < 1_000_000)
        #expect(abs(projection.low - 2_723_500_000) < 1_000_000)
    }

    @Test(arguments: [
        ("2026-11-03T12:00:00Z", Forecast.Status.tooEarly),  // two whole days
        ("2026-11-04T00:00:00Z", .projected), ("2026-11-30T23:59:59Z", .projected), ("2026-12-01T00:00:00Z", .over),
        ("2026-10-31T00:00:00Z", .tooEarly),
    ])
    func thereIsAForecastWhenThereIsEnoughToGoBy(now: String, status: Forecast.Status) throws {
        let forecast = try forecast("2026-11", at: now)
        #expect(forecast.status == status)
        #expect((forecast.projection(of: 5, days: []) != nil) == (status == .projected))
    }

    @Test func aYearNeedsATenthOfIt() throws {
        let year = try window(["year": "2026"])
        #expect(Forecast(year, now: moment("2026-02-01T00:00:00Z")).status == .tooEarly)
        #expect(Forecast(year, now: moment("2026-02-07T00:00:00Z")).status == .projected)
    }

    @Test func nothingOverflows() throws {
        let days = [Int64.max, .min, .max, .min, .max, .max, 0, -1, .max, .max]
        let tenDays = try forecast("2026-11", at: "2026-11-11T00:00:00Z")
        let projection = try #require(tenDays.projection(of: .max, days: days))
        #expect(projection == Projection(cost: .max, low: .max, high: .max))
        #expect(tenDays.projection(of: .min, days: days)?.cost == .min)
    }

    @Test func fourWindowsInFiveEndWithinTheRange() throws {
        // Days that vary by themselves: the claim is about them. Any generator will do.
        var state: UInt64 = 2_026
        func day() -> Int64 {
            var sum: Int64 = 0
            for _ in 0..<4 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                sum += Int64(state >> 40)
            }
            return sum
        }
        for (past, moment) in [(3, "2026-11-04T00:00:00Z"), (10, "2026-11-11T00:00:00Z"), (25, "2026-11-26T00:00:00Z")]
        {
            let forecast = try forecast("2026-11", at: moment)
            var inside = 0
            for _ in 0..<2_000 {
                let days = (0..<30).map { _ in day() }
                let projection = try #require(
                    forecast.projection(of: days.prefix(past).reduce(0, +), days: Array(days.prefix(past))))
                if (projection.low...projection.high).contains(days.reduce(0, +)) { inside += 1 }
            }
            #expect((1_540...1_660).contains(inside), "\(past) days: \(inside) of 2,000")
        }
    }
}
