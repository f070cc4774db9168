import CivilTime
import HTTPServer
import HTTPTypes
import Inference
import JSON
import Ledger
import Prompts

extension RequestHandler {
    /// `GET /v1/budget`: what the application may still spend, on all levels.
    func showBudget(_ exchange: HTTPExchange, _ caller: Caller) async {
        let name = caller.application.name
        let now = Clock.utcMilliseconds()
        do {
            var body = JSONWriter()
            body.beginObject()
            body.member("application", name)
            body.name("budgets")
            body.beginArray()
            for status in try budgets(of: caller, user: exchange.head.fields["x-llmgw-user"], at: now) {
                status.write(to: &body, isOwn: status.rule.subject.isOwn(by: name))
            }
            body.endArray()
            body.endObject()
            respond(exchange, body, caller.generation)
        } catch {
            answer(
                exchange, GatewayError(503, "ledger_unavailable", "the ledger cannot be read: \(error)", retryAfter: 1),
                id: newRequestID(), generation: caller.generation)
        }
    }

    /// The budgets that the caller's requests may be charged to.
    ///
    /// Of budgets that each has of its own: the caller's key, the user that it names, and the models, prompts and
    /// variants that something was charged to.
    private func budgets(of caller: Caller, user: String?, at now: Int64) throws -> [BudgetStatus] {
        let rules = caller.generation.budgets[caller.application.name] ?? []
        let clock = try PeriodClock(zones: rules.map(\.zone))
        let reader = try LedgerReader.open(caller.generation.configuration.ledger.path)
        var statuses: [BudgetStatus] = []
        for rule in rules {
            guard let period = clock.period(of: rule, at: now) else { continue }
            let names = caller.names(in: rule.subject.scope, user: user.map(hashedUser))
            let accounts = rule.subject.account.map { [$0] } ?? names.compactMap(rule.subject.account(of:))
            let isAlwaysShown = rule.subject.account != nil || rule.subject.scope.isTheCallers
            let rows = try reader.budgets(of: accounts, at: now)
            for account in accounts {
                let row = rows.first { $0.account == account && rule.counts(in: $0, period) }
                guard row != nil || isAlwaysShown else { continue }
                statuses.append(BudgetStatus(rule, account, period, row))
            }
        }
        return statuses
    }
}

extension Account.Scope {
    /// Whether a caller has one account of it, and knows which.
    fileprivate var isTheCallers: Bool { self == .key || self == .user }
}

extension Caller {
    /// What of a scope the caller's requests can belong to.
    fileprivate func names(in scope: Account.Scope, user: String?) -> [String] {
        switch scope {
        case .organisation: [generation.configuration.organisation]
        case .team: [application.team].compactMap(\.self)
        case .application: [application.name]
        case .key: [keyName]
        case .user: [user ?? "-"]
        case .model: generation.configuration.models.keys.sorted()
        case .prompt: generation.prompts.entries.map(\.name).filter(application.mayUse(prompt:))
        case .variant:
            generation.configuration.experiments.flatMap { experiment in
                experiment.variants.map { "\(experiment.id)/\($0.name)" }
            }
        }
    }
}

extension BudgetStatus {
    /// One element of `budgets`. Of a budget that several share, only what is left is told, not what others spent.
    fileprivate func write(to body: inout JSONWriter, isOwn: Bool) {
        func money(_ name: StaticString, _ nano: Int64) { body.member(name, Money.decimal(nano: nano)) }
        body.beginObject()
        body.member("scope", account.scope.rawValue)
        body.member("name", account.name)
        body.member("window", rule.window.rawValue)
        body.member("label", period.label)
        body.member("zone", rule.zone)
        body.member("from", Timestamp.format(period.startsAt))
        body.member("to", Timestamp.format(period.endsAt))
        body.member("currency", rule.limit.currency.code)
        money("limit", state.limit)
        if isOwn {
            money("posted", state.posted)
            money("held", state.held)
            money("presumed", state.presumed)
        }
        money("remaining", state.remaining)
        body.member("enforced", rule.enforces)
        body.endObject()
    }
}
