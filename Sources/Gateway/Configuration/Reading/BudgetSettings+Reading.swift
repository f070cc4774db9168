import CivilTime
import Inference
import YAML

/// The keys that every budget has.
protocol BudgetTermKey: ConfigurationKey {
    static var window: Self { get }
    static var limit: Self { get }
    static var zone: Self { get }
    static var weekStart: Self { get }
    static var alerts: Self { get }
    static var onExhausted: Self { get }
    static var clip: Self { get }
    static var clipStructured: Self { get }
    static var degrade: Self { get }
}

enum BudgetKey: String, BudgetTermKey {
    case window, limit, zone, each, key, model, prompt, variant, alerts, clip, degrade
    case weekStart = "week_start"
    case onExhausted = "on_exhausted"
    case clipStructured = "clip_structured"

    static let section = "applications.NAME.budgets[]"
}

enum SharedBudgetKey: String, BudgetTermKey {
    case organisation, team, model, prompt, variant, window, limit, zone, alerts, clip, degrade
    case weekStart = "week_start"
    case onExhausted = "on_exhausted"
    case clipStructured = "clip_structured"

    static let section = "budgets[]"
}

enum DegradeKey: String, ConfigurationKey {
    case at, to

    static let section = "budgets[].degrade"
}

extension BudgetSettings {
    /// A budget of an application, or of a part of its calls.
    static func read(of application: String, _ reader: MappingReader<BudgetKey>) -> BudgetSettings? {
        let parts: [(key: BudgetKey, scope: Account.Scope)] = [
            (.key, .key), (.model, .model), (.prompt, .prompt), (.variant, .variant),
        ]
        var subjects: [BudgetSubject] = []
        if let value = reader.scalar(.each), let part = reader.context.choice(value, of: Part.self) {
            subjects.append(BudgetSubject(part.scope, nil, of: application))
        }
        for part in parts {
            guard let value = reader.scalar(part.key), let name = reader.context.string(value) else { continue }
            let pattern = part.scope == .prompt ? NamePattern(name) : NamePattern(exactly: name)
            subjects.append(BudgetSubject(part.scope, pattern, of: application))
        }
        if subjects.count > 1 {
            reader.context.error(reader.value, "names two parts of the application's calls; make it two budgets")
        }
        return read(
            reader, subjects.first ?? BudgetSubject(.application, NamePattern(exactly: application)))
    }

    /// A budget of several applications together.
    static func read(organisation: String, _ reader: MappingReader<SharedBudgetKey>) -> BudgetSettings? {
        let context = reader.context
        var subjects: [BudgetSubject] = []
        if let value = reader.scalar(.organisation), let flag = context.bool(value) {
            if flag {
                subjects.append(BudgetSubject(.organisation, NamePattern(exactly: organisation)))
            } else {
                context.error(value, "must be true, or the key is left out")
            }
        }
        let others: [(key: SharedBudgetKey, scope: Account.Scope)] = [
            (.team, .team), (.model, .model), (.prompt, .prompt), (.variant, .variant),
        ]
        for other in others {
            guard let value = reader.scalar(other.key), let name = context.string(value) else { continue }
            let pattern = other.scope == .prompt ? NamePattern(name) : NamePattern(exactly: name)
            subjects.append(BudgetSubject(other.scope, pattern))
        }
        if subjects.count != 1 {
            context.error(
                reader.value,
                "must name one of organisation, team, model, prompt, variant; the budget of an application stands in "
                    + "applications.NAME.budgets")
        }
        return subjects.first.flatMap { read(reader, $0) }
    }

    private static func read<Key: BudgetTermKey>(
        _ reader: MappingReader<Key>, _ subject: BudgetSubject
    ) -> BudgetSettings? {
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
        var budget = BudgetSettings(subject, at: reader.value.path, window: window, limit: limit)
        if let value = reader.scalar(.zone), let zone = context.zone(value) { budget.zone = zone }
        budget.readWeekStart(reader)
        budget.readAlerts(reader)
        reader.choice(.onExhausted, into: &budget.onExhausted)
        budget.readNearLimit(reader)
        return budget
    }

    private mutating func readWeekStart<Key: BudgetTermKey>(_ reader: MappingReader<Key>) {
        guard let value = reader.scalar(.weekStart) else { return }
        if window != .week {
            reader.context.error(value, "has no effect on the window '\(window.rawValue)'; leave it out")
        }
        if let day = reader.context.choice(value, of: Weekday.self) { weekStart = day.number }
    }

    private mutating func readAlerts<Key: BudgetTermKey>(_ reader: MappingReader<Key>) {
        guard let value = reader.scalar(.alerts) else { return }
        let shares = reader.context.elements(value, of: "shares").compactMap {
            reader.context.share($0, upTo: BudgetSettings.highestAlert)
        }
        if Set(shares).count < shares.count { reader.context.error(value, "names a share twice; once is enough") }
        alerts = Set(shares).sorted()
    }

    private mutating func readNearLimit<Key: BudgetTermKey>(_ reader: MappingReader<Key>) {
        reader.integer(.clip, 1...ModelSettings.mostTokens, into: &nearLimit.clip)
        reader.bool(.clipStructured, into: &nearLimit.clipsStructured)
        if nearLimit.clipsStructured, nearLimit.clip == nil, let value = reader.optional(.clipStructured) {
            reader.context.error(value, "has no effect without 'clip', the fewest tokens that are of use")
        }
        if let inner = reader.mapping(.degrade, DegradeKey.self) { nearLimit.degrade = .read(inner) }
        guard onExhausted == .alertOnly else { return }
        for key in [Key.clip, .degrade] {
            if let value = reader.optional(key) {
                reader.context.error(value, "has no effect on a budget that only alerts; leave it out")
            }
        }
    }

    /// Ten times the limit: a budget that only alerts may be exceeded.
    private static let highestAlert = 10_000_000
}

extension NearLimit.Degradation {
    fileprivate static func read(_ reader: MappingReader<DegradeKey>) -> NearLimit.Degradation? {
        let share = reader.required(.at, example: "at: 0.9").flatMap { reader.context.share($0, upTo: 1_000_000) }
        let model = reader.required(.to, example: "to: chat-small").flatMap(reader.context.string)
        guard let share, let model else { return nil }
        return NearLimit.Degradation(at: share, to: model)
    }
}

/// What of an application's calls can have budgets of its own, each.
private enum Part: String, CaseIterable {
    case user, key, model, prompt, variant

    var scope: Account.Scope {
        switch self {
        case .user: .user
        case .key: .key
        case .model: .model
        case .prompt: .prompt
        case .variant: .variant
        }
    }
}

/// The days of a week, as the configuration names them.
private enum Weekday: String, CaseIterable {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday

    /// 1 (Monday)…7 (Sunday).
    var number: Int { (Weekday.allCases.firstIndex(of: self) ?? 0) + 1 }
}

extension ReadingContext {
    /// A share such as 0.8, in millionths: above zero, without floating point.
    fileprivate func share(_ value: ConfigurationValue, upTo most: Int) -> Int? {
        guard let nano = exactNano(value), nano > 0, nano.isMultiple(of: 1000), nano / 1000 <= Int64(most) else {
            error(
                value, "must be above 0 and at most \(most / 1_000_000), such as 0.8, with at most six places")
            return nil
        }
        return Int(nano / 1000)
    }

    /// An amount above zero with its currency, such as `50.00 USD`.
    fileprivate func money(_ value: ConfigurationValue) -> Money? {
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
}
