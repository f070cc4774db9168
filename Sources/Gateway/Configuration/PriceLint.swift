import CivilTime
import Inference

/// What looks wrong in a price book. Pure: the entries and the day are handed in.
package struct PriceLint {
    /// A price that many times above or below its predecessor is taken for a slip, such as one per token.
    package static let leap: Int64 = 100
    /// After so many days a price is worth another look.
    package static let stale = 180
    /// The vendor whose prices are nobody's: there is no page to compare them with.
    private static let invented = "simulated"

    private let entries: [PriceEntry]
    private let today: String
    private var findings: [Diagnostic] = []

    /// Returns the leaps between entries of the same model: a slip of a factor of a thousand or a million.
    package static func leaps(in entries: [PriceEntry]) -> [Diagnostic] {
        var lint = PriceLint(entries, today: "")
        lint.checkLeaps()
        return lint.findings
    }

    /// Returns the leaps, and all that is allowed but odd.
    ///
    /// - Parameter today: `YYYY-MM-DD`, UTC.
    package static func findings(in entries: [PriceEntry], today: String) -> [Diagnostic] {
        var lint = PriceLint(entries, today: today)
        lint.checkLeaps()
        lint.checkOrder()
        for entry in entries { lint.checkOddities(entry) }
        lint.checkAge()
        return lint.findings
    }

    private init(_ entries: [PriceEntry], today: String) {
        self.entries = entries
        self.today = today
    }

    /// The entries of each model by their day, ascending.
    private var histories: [[PriceEntry]] {
        let byModel = Dictionary(grouping: entries) { "\($0.price.provider)\u{1F}\($0.price.model)" }
        return byModel.sorted { $0.key < $1.key }.map { $0.value.sorted { $0.price.from < $1.price.from } }
    }

    private mutating func add(_ severity: Diagnostic.Severity, _ entry: PriceEntry, _ message: String) {
        findings.append(
            Diagnostic(
                severity: severity, file: entry.place.file, line: entry.place.line, column: entry.place.column,
                message: "\(entry.name): \(message)"))
    }

    private mutating func checkLeaps() {
        for history in histories {
            for (old, new) in zip(history, history.dropFirst()) where !new.isUnusual {
                if let message = PriceLint.leap(from: old.price, to: new.price) {
                    add(.error, new, "\(message); if it is right, add 'unusual: true' to the entry")
                }
            }
        }
    }

    /// Says what leaps from one price to another of the same currency; nil when nothing does.
    static func leap(from old: Price, to new: Price) -> String? {
        guard old.currency == new.currency else { return nil }
        let before = Dictionary(old.amounts.map { ($0.name, $0.nano) }) { first, _ in first }
        for (name, nano) in new.amounts {
            guard let earlier = before[name], earlier > 0, nano > 0 else { continue }
            let (high, low) = (max(earlier, nano), min(earlier, nano))
            guard high / low > leap || (high / low == leap && high % low > 0) else { continue }
            return "\(name) is \(plain(nano)), more than \(leap) times \(nano > earlier ? "above" : "below") the "
                + "\(plain(earlier)) of \(old.from); prices are for a million tokens"
        }
        return nil
    }

    static func plain(_ nano: Int64) -> String {
        var text = Money.decimal(nano: nano)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    private mutating func checkOrder() {
        var latest: [String: PriceEntry] = [:]
        for entry in entries {
            let key = "\(entry.price.provider)\u{1F}\(entry.price.model)"
            if let other = latest[key], other.price.from > entry.price.from {
                add(.warning, entry, "stands below the entry from \(other.price.from); keep the days in order")
            }
            latest[key] = entry
        }
        for history in histories {
            for (old, new) in zip(history, history.dropFirst()) where old.price.currency != new.price.currency {
                add(.warning, new, "is in \(new.price.currency), the entry before it in \(old.price.currency)")
            }
        }
    }

    private mutating func checkOddities(_ entry: PriceEntry) {
        let rates = entry.price.rates
        if entry.hasOutput, rates.output < rates.input, rates.output > 0 {
            add(.warning, entry, "output is cheaper than input; are they the wrong way round?")
        }
        if let cached = rates[.cachedInput], cached > rates.input {
            add(.warning, entry, "cached_input is dearer than input")
        }
        // The cheapest tokens that anybody sells are some thousandths of a dollar a million.
        for (name, nano) in entry.price.amounts where nano > 0 && nano < 500_000 && !name.hasPrefix("per_call") {
            add(.warning, entry, "\(name) is \(PriceLint.plain(nano)) for a million tokens; is it a price per token?")
        }
        if entry.price.from > today {
            add(.note, entry, "is not in force before \(entry.price.from)")
        }
    }

    private mutating func checkAge() {
        guard let now = CivilDate(today) else { return }
        for history in histories {
            guard let entry = history.last(where: { $0.price.from <= today }), let day = CivilDate(entry.price.from),
                entry.price.provider != PriceLint.invented
            else { continue }
            let age = now.daysSince1970 - day.daysSince1970
            if age > PriceLint.stale {
                add(
                    .warning, entry, "is \(age) days old; compare it with the vendor's page and add an entry, or a note"
                )
            }
        }
    }
}
