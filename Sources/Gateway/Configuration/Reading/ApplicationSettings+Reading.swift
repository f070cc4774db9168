import CivilTime
import Inference
import YAML

enum ApplicationKey: String, ConfigurationKey {
    case team, models, prompts, budgets, store

    static let section = "applications.NAME"
}

enum StoreKey: String, ConfigurationKey {
    case answers

    static let section = "applications.NAME.store"
}

enum BudgetKey: String, ConfigurationKey {
    case window, limit, zone, alerts
    case weekStart = "week_start"

    static let section = "applications.NAME.budgets[]"
    static let unbuilt: Set<BudgetKey> = [.alerts]
}

extension ApplicationSettings {
    static func read(_ name: String, _ reader: MappingReader<ApplicationKey>) -> ApplicationSettings {
        var application = ApplicationSettings(name: name)
        reader.string(.team, into: &application.team)
        if let value = reader.optional(.models) {
            application.models = Set(reader.context.strings(value, of: "models").map(\.text))
        }
        if let value = reader.optional(.prompts) {
            application.prompts = reader.context.strings(value, of: "prompts").map { NamePattern($0.text) }
        }
        if let value = reader.optional(.budgets) {
            application.budgets = reader.context.elements(value, of: "budgets").compactMap { element in
                MappingReader<BudgetKey>(element, in: reader.context).flatMap(BudgetSettings.read)
            }
        }
        if let inner = reader.mapping(.store, StoreKey.self) { inner.bool(.answers, into: &application.storesAnswers) }
        return application
    }
}

extension BudgetSettings {
    static func read(_ reader: MappingReader<BudgetKey>) -> BudgetSettings? {
        let context = reader.context
        let window = reader.required(.window, example: "window: day").flatMap { value in
            context.choice(
                value, of: CalendarWindow.self,
                aliases: [
                    "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year",
                ])
        }
        let limit = reader.required(.limit, example: "limit: 50.00 USD").flatMap(context.money)
        guard let window, let limit else { return nil }
        var budget = BudgetSettings(window: window, limit: limit)
        if let value = reader.scalar(.zone), let zone = context.zone(value) { budget.zone = zone }
        budget.readWeekStart(reader)
        return budget
    }

    private mutating func readWeekStart(_ reader: MappingReader<BudgetKey>) {
        guard let value = reader.scalar(.weekStart) else { return }
        if window != .week {
            reader.context.error(value, "has no effect on the window '\(window.rawValue)'; leave it out")
        }
        if let day = reader.context.choice(value, of: Weekday.self) { weekStart = day.number }
    }
}

/// The days of a week, as the configuration names them.
private enum Weekday: String, CaseIterable {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday

    /// 1 (Monday)…7 (Sunday).
    var number: Int { (Weekday.allCases.firstIndex(of: self) ?? 0) + 1 }
}

extension ReadingContext {
    /// An amount above zero with its currency, such as `50.00 USD`.
    func money(_ value: ConfigurationValue) -> Money? {
        guard case .string = value.node.value else {
            error(value, "is \(value.node.value.kind); an amount has a currency, such as 50.00 USD")
            return nil
        }
        guard let text = text(value) else { return nil }
        let words = text.value.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, let nano = Money.nano(decimal: words[0]), let currency = Currency(String(words[1]))
        else {
            error(
                value,
                "must be an amount and a currency, such as 50.00 USD: at most nine places, no sign, no separators")
            return nil
        }
        guard nano > 0 else {
            error(value, "must be above zero")
            return nil
        }
        return Money(nano: nano, currency)
    }

    /// A plain number as nano-units, without floating point; nil without a report when it is none.
    func exactNano(_ value: ConfigurationValue) -> Int64? {
        switch value.node.value {
        case .integer(let number): number < 0 ? nil : Money.nano(decimal: String(number))
        case .decimal(let text): Money.nano(decimal: text)
        case .null, .bool, .string, .sequence, .mapping: nil
        }
    }
}
