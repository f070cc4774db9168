import CivilTime
import Testing

@testable import Reports

@Suite struct ReportWindowTests {
    /// 2026-11-21T23:30:00Z: in Berlin the next day has begun.
    static let now = Timestamp.parse("2026-11-21T23:30:00Z") ?? 0

    private func span(_ parameters: [String: String]) throws -> String {
        let window = try ReportWindow(parameters, now: Self.now)
        return "\(Timestamp.format(window.from)) \(Timestamp.format(window.to)) \(window.days.count) \(window.label)"
    }

    @Test func todayIsTheDefaultInTheZoneThatIsAskedFor() throws {
        #expect(try span([:]) == "2026-11-21T00:00:00Z 2026-11-22T00:00:00Z 1 2026-11-21")
        #expect(try span(["zone": "Europe/Berlin"]) == "2026-11-21T23:00:00Z 2026-11-22T23:00:00Z 1 2026-11-22")
    }

    @Test func aMonthWithASwitchOfClocksHasAnHourMore() throws {
        let text = try span(["month": "2026-10", "zone": "Europe/Berlin"])
        #expect(text == "2026-09-30T22:00:00Z 2026-10-31T23:00:00Z 31 2026-10")
    }

    @Test func theLastDayIsInclusiveAndTodayUnlessTold() throws {
        #expect(
            try span(["from": "2026-11-01", "to": "2026-11-20"]).hasSuffix(
                "2026-11-21T00:00:00Z 20 2026-11-01 to 2026-11-20"))
        #expect(try span(["from": "2026-11-20"]).hasSuffix(" 2 2026-11-20 to 2026-11-21"))
    }

    @Test func weeksQuartersAndYearsAreWindows() throws {
        #expect(try span(["week": "2026-W47"]) == "2026-11-16T00:00:00Z 2026-11-23T00:00:00Z 7 2026-W47")
        #expect(try span(["week": "2026-W01"]).hasPrefix("2025-12-29T00:00:00Z 2026-01-05T00:00:00Z 7"))
        #expect(try span(["quarter": "2026-Q4"]) == "2026-10-01T00:00:00Z 2027-01-01T00:00:00Z 92 2026-Q4")
        #expect(
            try span(["year": "2026", "zone": "Europe/Berlin"]).hasPrefix("2025-12-31T23:00:00Z 2026-12-31T23:00:00Z"))
    }

    @Test(arguments: [
        (["day": "2026-03-01"], "2026-02-28"), (["week": "2026-W01"], "2025-W52"), (["week": "2027-W01"], "2026-W53"),
        (["month": "2026-01"], "2025-12"), (["quarter": "2026-Q1"], "2025-Q4"), (["year": "2026"], "2025"),
        (["from": "2026-11-01", "to": "2026-11-20"], "2026-10-12 to 2026-10-31"),
    ])
    func theWindowBeforeIsOfTheSameKind(parameters: [String: String], label: String) throws {
        let window = try ReportWindow(parameters, now: Self.now)
        let previous = try window.previous()
        #expect(previous.label == label && previous.to == window.from)
    }

    @Test func theBeginningOfAWindowIsAsLongAsItIsTold() throws {
        let october = try ReportWindow(["month": "2026-10"], now: Self.now)
        let half = october.beginning(20 * 86_400_000 + 1)
        #expect(half.to == october.from + 20 * 86_400_000 + 1 && half.days.count == 21 && !half.isWhole)
        #expect(october.beginning(40 * 86_400_000).to == october.to)
        #expect(october.beginning(-1).to == october.from)
    }

    @Test(arguments: [
        (["day": "2026-11-21", "month": "2026-11"], "choose one of"), (["to": "2026-11-21"], "choose one of"),
        (["day": "yesterday"], "is no day"), (["month": "2026-13"], "is no month"),
        (["from": "2026-11-21", "to": "2026-11-20"], "is before"), (["from": "1900-01-01"], "at most ten years"),
        (["zone": "Europe/Berlim"], "Europe/Berlim"), (["week": "2026-W54"], "is no week such as 2026-W47"),
        (["week": "2025-W53"], "is no week"), (["week": "2026-W00"], "is no week"),
        (["quarter": "2026-Q5"], "is no quarter"),
        (["quarter": "2026-Q0"], "is no quarter"), (["year": "26"], "is no year"), (["year": "0000"], "is no year"),
        (["week": "2026-W47", "year": "2026"], "choose one of"),
    ])
    func whatIsNoWindowIsExplained(parameters: [String: String], part: String) {
        do throws(ReportError) {
            _ = try ReportWindow(parameters, now: Self.now)
            Issue.record("was taken")
        } catch {
            #expect(error.description.contains(part))
        }
    }
}
