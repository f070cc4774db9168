import CivilTime
import Inference
import Ledger

/// The ledger's calls of a time, by provider, day, model and currency.
struct LedgerBook {
    private let zone: TimeZoneRules
    private var groups: [String: [Reconciliation.Key: BookedDay]] = [:]
    /// The model that was asked for, by the name that served.
    private var served: [String: String] = [:]
    private var models: [String: Set<String>] = [:]

    init(zone: TimeZoneRules) {
        self.zone = zone
    }

    /// All that the ledger has of a time: its rows, and the sums of rows that are gone.
    init(_ ledger: LedgerReader, from: Int64, to: Int64, zone: TimeZoneRules) throws(LedgerError) {
        self.init(zone: zone)
        var book = self
        try ledger.billedAttempts(from: from, to: to) { book.take($0) }
        try ledger.archivedCharges(from: from, to: to) { book.take($0) }
        self = book
    }

    mutating func take(_ attempt: BilledAttempt) {
        let day = zone.date(atUTC: attempt.admittedAt).description
        let key = Reconciliation.Key(day: day, model: attempt.upstreamModel, currency: attempt.currency ?? .usd)
        groups[attempt.provider, default: [:]][key, default: BookedDay()].add(attempt)
        models[attempt.provider, default: []].insert(attempt.upstreamModel)
        if let name = attempt.servedModel, name != attempt.upstreamModel { served[name] = attempt.upstreamModel }
    }

    mutating func take(_ archived: ArchivedCharges) {
        let day = zone.date(atUTC: archived.startsAt).description
        let key = Reconciliation.Key(day: day, model: archived.upstreamModel, currency: archived.currency ?? .usd)
        groups[archived.provider, default: [:]][key, default: BookedDay()].add(archived)
        models[archived.provider, default: []].insert(archived.upstreamModel)
    }

    /// The providers with calls, by name.
    var providers: [String] { models.keys.sorted() }

    /// The models of some providers, by name.
    func models(of providers: [String]) -> [String] {
        providers.reduce(into: Set<String>()) { $0.formUnion(models[$1] ?? []) }.sorted()
    }

    /// The ledger's name for a vendor's model: the same, or that of the calls that it served, or the only one that is the
    /// same but for case, punctuation, a region before it or a date behind it.
    func model(named name: String) -> String {
        if models.values.contains(where: { $0.contains(name) }) { return name }
        if let model = served[name] { return model }
        let all = models.values.reduce(into: Set<String>()) { $0.formUnion($1) }
        let forms = ModelNameForm.forms(of: name)
        for form in forms {
            let near = all.filter { ModelNameForm.forms(of: $0).first == form }
            if near.count == 1, let model = near.first { return model }
        }
        for form in forms {
            let near = Set(served.filter { ModelNameForm.forms(of: $0.key).contains(form) }.values)
            if near.count == 1, let model = near.first { return model }
        }
        return name
    }

    /// The providers that have calls of one of `names`.
    func providers(sharing names: Set<String>) -> [String] {
        models.filter { !$0.value.isDisjoint(with: names) }.keys.sorted()
    }

    func days(of providers: Set<String>, byModel: Bool) -> [Reconciliation.Key: BookedDay] {
        var days: [Reconciliation.Key: BookedDay] = [:]
        for (provider, group) in groups where providers.contains(provider) {
            for (key, day) in group {
                var key = key
                if !byModel { key.model = nil }
                days[key, default: BookedDay()].add(day)
            }
        }
        return days
    }
}

/// What is left of a model's name when nothing is said of how it is written.
enum ModelNameForm {
    private static let regions: Set<String> = ["us", "eu", "apac", "jp", "au", "global", "gov"]

    /// `us.anthropic.claude-x` is `anthropic-claude-x`; a form without the vendor and one without a date come after it.
    static func forms(of name: String) -> [String] {
        var words = name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        if let first = words.first, regions.contains(first), words.count > 1 { words.removeFirst() }
        var forms = [words.joined(separator: "-")]
        if let first = words.first,
            ["anthropic", "amazon", "meta", "mistral", "google", "openai", "azure"].contains(first)
        {
            forms.append(words.dropFirst().joined(separator: "-"))
        }
        if let last = words.last, last.utf8.count == 4 || last.utf8.count == 8, Int(last) != nil {
            forms.append(words.dropLast().joined(separator: "-"))
        }
        return forms.filter { !$0.isEmpty }
    }
}
