import CivilTime
import Reports
import Testing

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

    @Test(arguments: [
        (["day": "2026-11-21", "month": "2026-11"], "choose one of"), (["to": "2026-11-21"], "choose one of"),
        (["day": "yesterday"], "is no day"), (["month": "2026-13"], "is no month"),
        (["from": "2026-11-21", "to": "2026-11-20"], "is before"), (["from": "1900-01-01"], "at most ten years"),
        (["zone": "Europe/Berlim"], "Europe/Berlim"),
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
