import CivilTime
import Foundation
import Testing

@Suite struct CalendarPeriodTests {
    /// 2026-11-21T05:14:00Z, a Saturday.
    private let now: Int64 = 1_795_238_040_000

    @Test(arguments: [
        (CalendarWindow.day, "2026-11-21", "2026-11-20T23:00:00Z", "2026-11-21T23:00:00Z"),
        (.week, "2026-W47", "2026-11-15T23:00:00Z", "2026-11-22T23:00:00Z"),
        (.month, "2026-11", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z"),
        (.quarter, "2026-Q4", "2026-09-30T22:00:00Z", "2026-12-31T23:00:00Z"),
        (.year, "2026", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z"),
        (.total, "total", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
    ])
    func followsTheCalendarOfBerlin(window: CalendarWindow, label: String, start: String, end: String) throws {
        let period = period(containing: now, window: window, zone: try TimeZoneRules(named: "Europe/Berlin"))
        #expect(period.label == label)
        #expect(Timestamp.format(period.startsAt) == start)
        #expect(Timestamp.format(period.endsAt) == end)
    }

    @Test func weeksMayBeginOnAnyDay() {
        let starts = (1...7).map { day in
            Timestamp.format(period(containing: now, window: .week, zone: .utc, weekStart: day).startsAt).prefix(10)
        }
        #expect(
            starts == [
                "2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21", "2026-11-15",
            ])
    }

    @Test func apiaWentFromThursdayToSaturday() throws {
        let zone = try TimeZoneRules(named: "Pacific/Apia")
        let thursday = period(containing: 1_325_239_199_999, window: .day, zone: zone)
        let saturday = period(containing: 1_325_239_200_000, window: .day, zone: zone)
        #expect([thursday.label, saturday.label] == ["2011-12-29", "2011-12-31"])
        #expect(thursday.endsAt == saturday.startsAt)
    }

    @Test func aDayWithoutMidnightBeginsAtItsFirstMoment() throws {
        let zone = try TimeZoneRules(named: "Africa/Cairo")  // on 2023-04-28 clocks went from 00:00 to 01:00
        let day = period(containing: 1_682_672_400_000, window: .day, zone: zone)
        #expect(day.label == "2023-04-28")
        #expect(Timestamp.format(day.startsAt) == "2023-04-27T22:00:00Z")
        #expect(day.endsAt - day.startsAt == 23 * 3_600_000)
    }

    @Test func daysTileInEveryZone() throws {
        let list = try String(contentsOfFile: "/usr/share/zoneinfo/tzdata.zi", encoding: .utf8)
        let names = list.split(separator: "\n").filter { $0.hasPrefix("Z ") }.map {
            String($0.split(separator: " ")[1])
        }
        #expect(names.count > 300)
        for name in names {
            try expectTiling(in: try TimeZoneRules(named: name), from: 1_320_000_000_000, count: 70)  // autumn of 2011
            try expectTiling(in: try TimeZoneRules(named: name), from: 1_679_000_000_000, count: 50)  // spring of 2023
        }
        for name in ["America/St_Johns", "America/Havana", "Asia/Gaza", "Africa/Casablanca", "Antarctica/Troll"] {
            try expectTiling(in: try TimeZoneRules(named: name), from: 1_150_000_000_000, count: 1_500)
        }
    }

    private func expectTiling(in zone: TimeZoneRules, from start: Int64, count: Int) throws {
        var day = period(containing: start, window: .day, zone: zone)
        for _ in 0..<count {
            let last = period(containing: day.endsAt - 1, window: .day, zone: zone)
            let next = period(containing: day.endsAt, window: .day, zone: zone)
            let holds =
                last == day && next.startsAt == day.endsAt && next.label > day.label && day.startsAt < day.endsAt
            #expect(holds, "\(zone.name) \(day)")
            day = next
        }
    }

    @Test func longerWindowsTileToo() throws {
        for name in ["Europe/Berlin", "Pacific/Apia", "Asia/Beirut", "UTC"] {
            let zone = try TimeZoneRules(named: name)
            for window in [CalendarWindow.week, .month, .quarter, .year] {
                var labels: Set<String> = []
                var moment: Int64 = 1_262_000_000_000
                for _ in 0..<60 {
                    let part = period(containing: moment, window: window, zone: zone, weekStart: 7)
                    #expect(part.startsAt <= moment && moment < part.endsAt)
                    #expect(labels.insert(part.label).inserted)
                    moment = part.endsAt
                }
            }
        }
    }

    @Test func wildMomentsEndNothing() throws {
        let zone = try TimeZoneRules(named: "America/New_York")
        for window in CalendarWindow.allCases {
            for moment in [Int64.min, .max, 0, -1] {
                let part = period(containing: moment, window: window, zone: zone)
                #expect(part.startsAt < part.endsAt)
                #expect(abs(zone.offset(atUTC: moment)) <= 5 * 3_600)
            }
        }
    }
}
