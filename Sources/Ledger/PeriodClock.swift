package import CivilTime
package import Inference
import Synchronization

/// Tells which period of the calendar a moment belongs to, for the windows and zones of one set of budgets.
///
/// A period is asked for with every attempt and changes once a day at the most, so the last answer of each window is
/// kept. Safe to use from all threads.
package final class PeriodClock: Sendable {
    private struct Key: Hashable {
        let window: BudgetWindow
        let zone: String
        let weekStart: Int
    }

    private let zones: [String: TimeZoneRules]
    private let latest = Mutex<[Key: CalendarPeriod]>([:])

    /// Reads the rules of the zones. Throws for a name that the system does not know.
    package init(zones names: some Sequence<String>) throws(TimeZoneError) {
        var zones: [String: TimeZoneRules] = [:]
        for name in names where zones[name] == nil { zones[name] = try TimeZoneRules(named: name) }
        self.zones = zones
    }

    /// Returns the period of `rule` that holds `moment` (milliseconds since 1970, UTC); nil for a zone that was not named.
    package func period(of rule: BudgetRule, at moment: Int64) -> CalendarPeriod? {
        let key = Key(window: rule.window, zone: rule.zone, weekStart: rule.weekStart)
        if let known = latest.withLock({ $0[key] }), known.startsAt <= moment, moment < known.endsAt { return known }
        guard let zone = zones[rule.zone], let window = CalendarWindow(rawValue: rule.window.rawValue) else {
            return nil
        }
        let period = CivilTime.period(containing: moment, window: window, zone: zone, weekStart: rule.weekStart)
        latest.withLock { $0[key] = period }
        return period
    }

    /// Returns the line that a hold of `nano` nano-units of the budget's currency takes in the period of `moment`.
    ///
    /// - Parameter account: the one of the rule's accounts that is charged.
    package func line(
        of rule: BudgetRule, _ account: Account, at moment: Int64, holding nano: Int64, fx: FXRate?
    ) -> BudgetLine? {
        period(of: rule, at: moment).map { period in
            BudgetLine(
                account: account, window: rule.window, zone: rule.zone, startsAt: period.startsAt,
                endsAt: period.endsAt, label: period.label, limit: rule.limit, nano: nano, fx: fx,
                enforces: rule.enforces, alerts: rule.alerts)
        }
    }

    /// Returns the latest rate of `rule` from `currency` that is not later than the day of `moment` (UTC) and at most the
    /// rule's ``BudgetRule/rateDays`` older.
    package func rate(from currency: Currency, for rule: BudgetRule, at moment: Int64) -> FXRate? {
        let today = CivilDate(daysSince1970: Int(moment / 86_400_000))
        let oldest = today.adding(days: -max(0, min(rule.rateDays, 36_525))).description
        let latest = today.description
        return rule.rates.last { $0.base == currency && $0.day <= latest && $0.day >= oldest }
    }
}
