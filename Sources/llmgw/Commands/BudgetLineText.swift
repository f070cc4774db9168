import Inference
import Reports

/// One budget of an application in a line, as `check` shows it.
struct BudgetLineText {
    private let rule: BudgetRule
    private let application: String

    init(_ rule: BudgetRule, of application: String) {
        self.rule = rule
        self.application = application
    }

    /// Such as `5.00 USD each month, days in Europe/Berlin, for model chat-large; from 90 % on chat-small serves`.
    var text: String { ([amount + subject] + terms).joined(separator: "; ") }

    private var amount: String {
        let amount = "\(Figures.price(rule.limit.nano)) \(rule.limit.currency)"
        return rule.window == .total
            ? "\(amount) in all" : "\(amount) each \(rule.window.rawValue), days in \(rule.zone)"
    }

    private var subject: String {
        let scope = rule.subject.scope.rawValue
        guard let pattern = rule.subject.pattern else { return ", for each \(scope)" }
        switch rule.subject.scope {
        case .application: return ""
        case .organisation, .team: return ", of \(scope) \(pattern)"
        case .key, .user, .model, .prompt, .variant:
            let all = rule.subject.application == nil ? " of all applications" : ""
            return ", for \(pattern.isName ? "" : "each ")\(scope) \(pattern)\(all)"
        }
    }

    private var terms: [String] {
        var terms: [String] = []
        if !rule.alerts.isEmpty { terms.append("alerts at \(rule.alerts.map(Self.share).joined(separator: ", "))") }
        if !rule.enforces { terms.append("refuses nothing") }
        if let clip = rule.nearLimit.clip { terms.append("answers are shortened to \(clip) tokens at the least") }
        if let degrade = rule.nearLimit.degrade {
            terms.append("from \(Self.share(degrade.at)) on \(degrade.model) serves")
        }
        return terms
    }

    /// `90 %` or `12.5 %` of a share in millionths.
    private static func share(_ ppm: Int) -> String {
        var text = Money.decimal(nano: Int64(ppm) * 100_000)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text + " %"
    }
}
