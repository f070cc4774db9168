import CivilTime
import Gateway
import Inference
import JSON
import Prompts
import Providers
import Reports

/// What each application may use and spend, as the whole of the files comes to: so that a rule that reaches nothing shows.
struct EffectiveRules {
    private struct Rule {
        let application: ApplicationSettings
        /// `chat-default → openai/gpt-6.1-terra, local/llama3.2:3b (free)`
        let models: [(name: String, targets: [String])]
        /// Patterns of models that are used by the vendors' names, and how many each opens.
        let opened: [String]
        let members: [MemberRule]
        let prompts: [String]
        /// Of all levels: its own, then those that it shares.
        let budgets: [BudgetRule]
    }

    /// What becomes of members beyond OpenAI's API at a provider that the application's models have targets at.
    private struct MemberRule {
        let provider: String
        let policy: MemberPolicy
        let unknown: MemberPolicy.Unknown
    }

    private let rules: [Rule]

    init(_ generation: Generation) {
        let configuration = generation.configuration
        let today = CivilDate(daysSince1970: Int(Clock.utcMilliseconds() / 86_400_000)).description
        let names = generation.prompts.entries.map(\.name)
        rules = configuration.applications.values.sorted { $0.name < $1.name }.map { application in
            let models = application.models.sorted().compactMap { configuration.models[$0] }
            return Rule(
                application: application,
                models: models.map { model in
                    (model.name, model.targets.map { EffectiveRules.text($0, configuration, today) })
                },
                opened: application.openedModels.map { pattern in
                    "\(pattern) → \(generation.opened.count(matching: pattern)) with a price"
                },
                members: EffectiveRules.members(application, generation),
                prompts: names.filter { application.mayUse(prompt: $0) },
                budgets: generation.budgets[application.name] ?? [])
        }
    }

    private static func members(_ application: ApplicationSettings, _ generation: Generation) -> [MemberRule] {
        let isBounded = generation.budgets[application.name]?.contains(where: \.enforces) ?? false
        return generation.providers(of: application).map { provider in
            let policy = provider.memberPolicy
            return MemberRule(
                provider: provider.name, policy: policy, unknown: policy.unknown(isBounded: isBounded))
        }
    }

    private static func text(_ rule: MemberRule) -> String {
        let allowed = rule.policy.allowedNames
        let more = allowed.isEmpty ? "" : ", and \(allowed.joined(separator: ", "))"
        let others = rule.unknown == .refuse ? "unknown ones are refused" : "unknown ones pass"
        return "\(rule.provider) takes OpenAI's and those of '\(rule.policy.vendor.rawValue)'\(more); \(others)"
    }

    private static func text(_ target: TargetSettings, _ configuration: Configuration, _ today: String) -> String {
        let name = "\(target.provider)/\(target.model)"
        if target.isFree { return name + " (free)" }
        return configuration.price(of: target, on: today) == nil ? name + " (no price)" : name
    }

    // MARK: Text

    var text: String { rules.map { "\n" + EffectiveRules.text($0) }.joined() }

    private static func text(_ rule: Rule) -> String {
        let application = rule.application
        var lines = [application.name + (application.team.map { " (team \($0))" } ?? "")]
        let models = rule.models.map { "\($0.name) → \($0.targets.joined(separator: ", "))" } + rule.opened
        if models.isEmpty { lines.append("  models    none: every call is refused") }
        for (index, model) in models.enumerated() {
            lines.append("  \(index == 0 ? "models " : "       ")   \(model)")
        }
        for (index, member) in rule.members.enumerated() {
            lines.append("  \(index == 0 ? "members" : "       ")   \(text(member))")
        }
        lines.append("  prompts   \(rule.prompts.isEmpty ? "none" : rule.prompts.joined(separator: ", "))")
        for (index, budget) in rule.budgets.enumerated() {
            let idle = models.isEmpty ? "; nothing can be charged to it" : ""
            let line = BudgetLineText(budget, of: application.name).text
            lines.append("  \(index == 0 ? "budgets" : "       ")   \(line)\(idle)")
        }
        if rule.budgets.isEmpty { lines.append("  budgets   none: metered, without a limit") }
        return lines.map { $0 + "\n" }.joined()
    }

    // MARK: JSON

    /// Writes the elements of an array.
    func write(to body: inout JSONWriter) {
        for rule in rules {
            body.beginObject()
            body.member("application", rule.application.name)
            body.member("team", rule.application.team)
            body.name("models")
            body.beginArray()
            for model in rule.models {
                body.beginObject()
                body.member("model", model.name)
                body.member("targets", .array(model.targets.map { .string($0) }))
                body.endObject()
            }
            body.endArray()
            body.member("opened", .array(rule.application.openedModels.map { .string($0.description) }))
            body.name("members")
            body.beginArray()
            for member in rule.members {
                body.beginObject()
                body.member("provider", member.provider)
                body.member("vendor", member.policy.vendor.rawValue)
                body.member("allowed", .array(member.policy.allowedNames.map { .string($0) }))
                body.member("unknown", member.unknown.rawValue)
                body.endObject()
            }
            body.endArray()
            body.member("prompts", .array(rule.prompts.map { .string($0) }))
            body.name("budgets")
            body.beginArray()
            for budget in rule.budgets { EffectiveRules.write(budget, to: &body) }
            body.endArray()
            body.endObject()
        }
    }

    private static func write(_ budget: BudgetRule, to body: inout JSONWriter) {
        body.beginObject()
        body.member("scope", budget.subject.scope.rawValue)
        body.member("application", budget.subject.application)
        body.member("name", budget.subject.pattern?.description)
        body.member("window", budget.window.rawValue)
        body.member("limit", budget.limit.decimal)
        body.member("currency", budget.limit.currency.code)
        body.member("zone", budget.zone)
        body.member("enforced", budget.enforces)
        body.endObject()
    }
}
