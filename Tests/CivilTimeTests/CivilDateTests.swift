import CivilTime
import Testing

@Suite struct CivilDateTests {
    @Test func countsDaysThereAndBackOverEveryYear() throws {
        var days = -719_162
        for year in 1...9999 where year < 10 || year % 97 == 0 || (1890...2110).contains(year) || year == 9999 {
            days = try #require(CivilDate(year: year, month: 1, day: 1)).daysSince1970
            for month in 1...12 {
                let first = try #require(CivilDate(year: year, month: month, day: 1))
                #expect(first.daysSince1970 == days)
                #expect(CivilDate(daysSince1970: days) == first)
                days += first.daysInMonth
                #expect(CivilDate(daysSince1970: days - 1).day == first.daysInMonth)
            }
        }
        #expect(CivilDate(year: 1, month: 1, day: 1)?.daysSince1970 == -719_162)
        #expect(CivilDate(daysSince1970: .max).description == "9999-12-31")
        #expect(CivilDate(daysSince1970: .min).description == "0001-01-01")
    }

    @Test(arguments: [  // Python: date.isocalendar()
        ("2026-11-21", 6, 2026, 47), ("2024-12-30", 1, 2025, 1), ("2021-01-03", 7, 2020, 53),
        ("2027-01-01", 5, 2026, 53),
        ("1970-01-01", 4, 1970, 1), ("2000-02-29", 2, 2000, 9), ("0001-01-01", 1, 1, 1),
    ])
    func knowsWeekdaysAndISOWeeks(date: String, weekday: Int, year: Int, week: Int) throws {
        let date = try #require(CivilDate(date))
        #expect(date.weekday == weekday)
        #expect(date.isoWeek == (year, week))
    }

    @Test(arguments: [
        "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "2026-11-31", "0000-01-01", "2026-11-21 ", "+026-11-21",
        "",
    ])
    func refusesWhatIsNoDay(text: String) {
        #expect(CivilDate(text) == nil)
    }

    @Test func readsMonths() {
        #expect(CivilDate(month: "2026-11")?.description == "2026-11-01")
        #expect(CivilDate(month: "2026-13") == nil)
        #expect(CivilDate(month: "2026-11-01") == nil)
        #expect(CivilDate(month: "2026-11")?.firstOfMonth(adding: 2).description == "2027-01-01")
        #expect(CivilDate(month: "2026-01")?.firstOfMonth(adding: -1).description == "2025-12-01")
    }
}

@Suite struct TimestampTests {
    @Test(arguments: [  // RFC 3339 §5.8, and Python
        ("1985-04-12T23:20:50.52Z", 482_196_050_520), ("1996-12-19T16:39:57-08:00", 851_042_397_000),
        ("1990-12-31T23:59:60Z", 662_688_000_000), ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130),
        ("2026-11-21T05:14:00z", 1_795_238_040_000), ("1969-12-31t23:59:59.999999999Z", -1),
    ])
    func readsRFC3339(text: String, milliseconds: Int64) {
        #expect(Timestamp.parse(text) == milliseconds)
    }

    @Test(arguments: [
        "2026-11-21", "2026-11-21T05:14Z", "2026-11-21T05:14:00", "2026-11-21T24:00:00Z", "2026-11-21T05:60:00Z",
        "2026-11-21T05:14:00.Z", "2026-11-21T05:14:00+1:00", "2026-11-21T05:14:00Z ", "2026-02-30T00:00:00Z",
        "2026-11-21T05:14:00.0123456789Z", "2026-11-21T05:14:00+24:00",
    ])
    func refusesOtherText(text: String) {
        #expect(Timestamp.parse(text) == nil)
    }

    @Test func writesWhatItReads() {
        #expect(Timestamp.format(1_795_238_040_123) == "2026-11-21T05:14:00Z")
        #expect(Timestamp.format(1_795_238_040_123, fraction: true) == "2026-11-21T05:14:00.123Z")
        #expect(Timestamp.format(-1, fraction: true) == "1969-12-31T23:59:59.999Z")
        #expect(Timestamp.format(.max) == "9999-12-31T23:59:59Z")
        #expect(Timestamp.format(.min) == "0001-01-01T00:00:00Z")
        for moment in stride(from: Int64(-9_000_000_000_000), through: 9_000_000_000_000, by: 77_777_777_777) {
            #expect(Timestamp.parse(Timestamp.format(moment, fraction: true)) == moment)
        }
    }

    @Test func readsAndWritesHTTPDates() {
        #expect(HTTPDate.format(784_111_777_000) == "Sun, 06 Nov 1994 08:49:37 GMT")  // RFC 9110 §5.6.7
        #expect(HTTPDate.parse("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777_000)
        for text in [
            "Mon, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "",
        ] {
            #expect(HTTPDate.parse(text) == nil)
        }
    }

    @Test func theClocksRun() {
        #expect(Clock.utcMilliseconds() > 1_700_000_000_000)
        let first = Clock.monotonicNanoseconds()
        #expect(Clock.monotonicNanoseconds() >= first)
    }
}
