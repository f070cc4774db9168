import Inference
import Ledger
import NetIO
import PluginKit
import Providers
import Telemetry

/// What the gateway says in its log. Messages are constant, so that they can be searched for; facts are fields.
///
/// A served request is a row in the ledger, not a line here; lines are for what an operator should look at.
struct GatewayLog: Sendable {
    let log: Log

    init(_ log: Log) {
        self.log = log
    }

    func upstreamFailed(_ call: InferenceCall, _ attempt: Attempt, _ failure: UpstreamFailure) {
        log.write(
            .warning, "upstream failed",
            [
                "request": .string(call.id.description), "attempt": .integer(attempt.number),
                "provider": .string(attempt.target.provider.name), "model": .string(attempt.target.model),
                "reason": .string(failure.logDescription),
            ])
    }

    /// - Parameter count: refusals of the kind since its line before, this one among them.
    func refused(
        _ error: GatewayError, on port: RefusalWatch.Port, path: String?, from peer: SocketAddress?, key: KeyRecord?,
        count: Int
    ) {
        var line = LogLine(level: .warning, message: "requests were refused before they had a row")
        line.fields = [
            ("port", .string(port.rawValue)), ("status", .integer(error.status)), ("code", .string(error.code)),
            ("count", .integer(count)),
        ]
        if let path { line.fields.append(("path", .string(String(path.prefix(128))))) }
        if let peer { line.fields.append(("peer", .string(peer.description))) }
        if let key {
            line.fields.append(("key", .string(key.id)))
            line.fields.append(("application", .string(key.application)))
            line.fields.append(("why", .string(key.revokedAt == nil ? "the key has expired" : "the key is revoked")))
        }
        log.write(line)
    }

    func ledgerFailed(_ call: InferenceCall, _ error: LedgerError) {
        log.write(
            .error, "a settlement could not be recorded; its hold stays open",
            ["request": .string(call.id.description), "reason": .string(error.description)])
    }

    func boundViolated(_ call: InferenceCall, _ attempt: Attempt, _ settlement: Settlement) {
        log.write(
            .error, "ledger.bound_violation: a provider billed more than the bound",
            [
                "request": .string(call.id.description), "provider": .string(attempt.target.provider.name),
                "model": .string(attempt.target.model), "bound": .string(attempt.quote.bound?.description ?? "none"),
                "cost": .string(settlement.cost?.description ?? "none"),
            ])
    }

    func alerted(_ alert: BudgetAlert) {
        guard let needed = alert.needed else {
            return log.write(
                .warning, "budget.alert: a budget has reached a share of its limit",
                [
                    "alert": .string(alert.id), "scope": .string(alert.account.scope.rawValue),
                    "name": .string(alert.account.name), "window": .string(alert.window.rawValue),
                    "label": .string(alert.label), "share": .string(alert.share),
                    "basis": .string(alert.basis.rawValue), "limit": .string(alert.limit.description),
                    "posted": .string(alert.posted.description), "held": .string(alert.held.description),
                ])
        }
        log.write(
            .warning, "budget.exhausted: a budget has no room for a call, and refuses it",
            [
                "alert": .string(alert.id), "scope": .string(alert.account.scope.rawValue),
                "name": .string(alert.account.name), "window": .string(alert.window.rawValue),
                "label": .string(alert.label), "share": .string(alert.share), "limit": .string(alert.limit.description),
                "posted": .string(alert.posted.description), "held": .string(alert.held.description),
                "needed": .string(needed.description),
            ])
    }

    /// - Parameter pause: until the next try; nil: there is none.
    func alertFailed(_ alert: BudgetAlert, _ reason: String, again pause: Duration?) {
        log.write(
            .warning, "an alert was not delivered",
            [
                "alert": .string(alert.id), "reason": .string(reason),
                "again": .string(pause.map { "in \($0.components.seconds) s" } ?? "no"),
            ])
    }
}
