package import CivilTime
import HTTPServer
package import Inference
package import JSON
package import Ledger

/// A budget of an application in the period that holds a moment, and what became of it so far.
package struct BudgetStatus: Sendable {
    package var rule: BudgetRule
    package var period: CalendarPeriod
    /// All zero, but for the limit, when nothing was charged in the period.
    package var state: PeriodState

    /// Returns the state of each rule at `moment`, in the order of the rules.
    package static func all(
        _ rules: [BudgetRule], rows: [BudgetRow], clock: PeriodClock, at moment: Int64
    ) -> [BudgetStatus] {
        rules.compactMap { rule in
            guard let period = clock.period(of: rule, at: moment) else { return nil }
            let row = rows.first {
                $0.account == rule.account && $0.window == rule.window && $0.startsAt == period.startsAt
                    && $0.zone == rule.zone
            }
            var state =
                row?.state ?? PeriodState(id: 0, limit: rule.limit.nano, posted: 0, held: 0, presumed: 0, overrun: 0)
            state.limit = rule.limit.nano
            return BudgetStatus(rule: rule, period: period, state: state)
        }
    }

    /// One element of `budgets` in `GET /v1/budget`.
    package func write(to body: inout JSONWriter) {
        func money(_ name: StaticString, _ nano: Int64) { body.member(name, Money.decimal(nano: nano)) }
        body.beginObject()
        body.member("window", rule.window.rawValue)
        body.member("label", period.label)
        body.member("zone", rule.zone)
        body.member("from", Timestamp.format(period.startsAt))
        body.member("to", Timestamp.format(period.endsAt))
        body.member("currency", rule.limit.currency.code)
        money("limit", state.limit)
        money("posted", state.posted)
        money("held", state.held)
        money("presumed", state.presumed)
        money("remaining", state.remaining)
        body.endObject()
    }
}

extension RequestHandler {
    /// `GET /v1/budget`: what the application may still spend.
    func showBudget(_ exchange: HTTPExchange, _ caller: Caller) async {
        let configuration = caller.generation.configuration
        let rules = caller.application.budgets.map {
            BudgetRule($0, of: caller.application.name, rates: configuration.exchangeRates)
        }
        do {
            let clock = try PeriodClock(zones: rules.map(\.zone))
            let rows = try LedgerReader.open(configuration.ledger.path).budgets(application: caller.application.name)
            var body = JSONWriter()
            body.beginObject()
            body.member("application", caller.application.name)
            body.name("budgets")
            body.beginArray()
            for status in BudgetStatus.all(rules, rows: rows, clock: clock, at: Clock.utcMilliseconds()) {
                status.write(to: &body)
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
}
