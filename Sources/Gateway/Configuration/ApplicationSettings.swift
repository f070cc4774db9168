package import CivilTime
package import Inference

/// A caller: what it may use and what it may spend.
package struct ApplicationSettings: Sendable, Hashable {
    package var name: String
    package var team: String?
    /// Names of models that it may use. Default: none.
    package var models: Set<String> = []
    /// Prompts that it may use: names, or patterns in which `*` stands for any text. Default: none.
    package var prompts: [NamePattern] = []
    package var budgets: [BudgetSettings] = []
    /// Whether its answers are kept for repeated requests with the same `Idempotency-Key`. Default: false.
    package var storesAnswers = false

    package init(name: String) {
        self.name = name
    }

    package func mayUse(prompt name: String) -> Bool { prompts.contains { $0.matches(name) } }
}

/// A limit on what an application spends in each window of the calendar.
package struct BudgetSettings: Sendable, Hashable {
    package var window: CalendarWindow
    /// Above zero.
    package var limit: Money
    /// An IANA name. Default: `UTC`.
    package var zone: String = "UTC"
    /// The first day of a week, 1 (Monday)…7 (Sunday). Default: 1.
    package var weekStart: Int = 1

    package init(window: CalendarWindow, limit: Money) {
        self.window = window
        self.limit = limit
    }
}
