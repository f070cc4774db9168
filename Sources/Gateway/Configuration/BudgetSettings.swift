package import CivilTime
package import Inference

/// A limit on what calls cost in each window of the calendar.
package struct BudgetSettings: Sendable, Hashable {
    /// Where it stands in the configuration, such as `applications.bot.budgets[0]`.
    package var path: String
    package var subject: BudgetSubject
    package var window: CalendarWindow
    /// Above zero.
    package var limit: Money
    /// An IANA name. Default: `UTC`.
    package var zone: String = "UTC"
    /// The first day of a week, 1 (Monday)…7 (Sunday). Default: 1.
    package var weekStart: Int = 1
    /// The shares of the limit at which an alert is due, in millionths, ascending. Default: none.
    package var alerts: [Int] = []
    /// Default: `deny`.
    package var onExhausted: Exhaustion = .deny
    /// Default: a call that has no room is refused as it is.
    package var nearLimit = NearLimit()

    package enum Exhaustion: String, Sendable, CaseIterable {
        case deny
        /// The budget never refuses.
        case alertOnly = "alert_only"
    }

    package init(_ subject: BudgetSubject, at path: String, window: CalendarWindow, limit: Money) {
        self.subject = subject
        self.path = path
        self.window = window
        self.limit = limit
    }
}

extension BudgetRule {
    /// The rule as plugins and reports see it.
    package init(_ settings: BudgetSettings, rates: ExchangeRates) {
        self.init(
            settings.subject, window: BudgetWindow(rawValue: settings.window.rawValue) ?? .total, limit: settings.limit,
            zone: settings.zone, weekStart: settings.weekStart, rates: rates.all(to: settings.limit.currency))
        rateDays = rates.days
        alerts = settings.alerts
        enforces = settings.onExhausted == .deny
        nearLimit = settings.nearLimit
    }
}

extension Configuration {
    /// Returns the budgets that calls of `application` may be charged to: its own, in their order, then the shared ones.
    package func budgets(of application: ApplicationSettings) -> [BudgetSettings] {
        application.budgets
            + budgets.filter {
                $0.subject.scope != .team || application.team.flatMap($0.subject.account(of:)) != nil
            }
    }

    /// All budgets: the shared ones, then those of each application, in the order of their names.
    package var allBudgets: [BudgetSettings] {
        budgets + applications.values.sorted { $0.name < $1.name }.flatMap(\.budgets)
    }
}
