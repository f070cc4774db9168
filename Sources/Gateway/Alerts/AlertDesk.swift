import CivilTime
import HTTPClient
import HTTPTypes
import Inference
import JSON
package import Ledger
package import NetIO
package import PluginKit

/// Tells the world of alerts that the ledger has written: the log and the plugins once, the webhook until it has them.
///
/// An alert waits in the ledger until it is delivered, so neither a crash nor a dead receiver loses one; a receiver can get
/// one twice, under the same id. Deliveries go one after the other, beside the requests and never in their way. Lives on
/// one loop.
package final class AlertDesk {
    private static let batch = 1_000

    private let gateway: LLMGateway
    private let reactor: Reactor
    private let bell: AlertBell
    private let policy = DeliveryPolicy()
    private var client: UpstreamClient?
    /// Alerts that the log and the plugins know of; and when the webhook is tried next, in ``MonotonicClock`` nanoseconds.
    private var known: [Int64: UInt64] = [:]
    private var timer: TimerID?
    private var isEnded = false

    package init(_ gateway: LLMGateway, bell: AlertBell, reactor: Reactor) {
        self.gateway = gateway
        self.bell = bell
        self.reactor = reactor
    }

    /// Delivers what waits from before, then what comes, until ``end()``.
    package func run() async {
        bell.ring()
        for await _ in bell.rings where !isEnded { await deliver() }
    }

    package func end() {
        isEnded = true
        if let timer { reactor.cancel(timer) }
        client?.close()
        bell.end()
    }

    private func deliver() async {
        guard let rows = try? await gateway.ledger.pendingAlerts(limit: AlertDesk.batch) else {
            return ring(after: .seconds(1))
        }
        known = known.filter { id, _ in rows.contains { $0.id == id } }
        // A dead receiver holds up the messages to it, not what the log and the plugins are told.
        for row in rows where known[row.id] == nil {
            if row.resentAt == nil { announce(BudgetAlert(row)) }
            known[row.id] = 0
        }
        gateway.metrics.alertsPending(known.count)
        for row in rows where !isEnded { await deliver(row) }
        gateway.metrics.alertsPending(known.count)
        if rows.count == AlertDesk.batch { ring(after: .seconds(1)) }
        guard let next = known.values.min() else { return }
        ring(after: .nanoseconds(Int64(clamping: next > reactor.now ? next - reactor.now : 0)))
    }

    private func deliver(_ row: AlertRow) async {
        let alert = BudgetAlert(row)
        guard let webhook = gateway.generations.current.configuration.alerts.webhook else {
            return await mark(row, delivered: true, error: "no webhook is configured")
        }
        guard known[row.id, default: 0] <= MonotonicClock.nanoseconds else { return }
        let result = await send(alert, to: webhook)
        let age = Duration.milliseconds(max(0, Clock.utcMilliseconds() - (row.resentAt ?? row.at)))
        switch policy.verdict(result, tries: row.tries + 1, age: age, jitter: .random(in: 0.5...1)) {
        case .delivered:
            await mark(row, delivered: true, error: nil)
            gateway.metrics.alertEnded("delivered")
        case .givenUp(let reason):
            await mark(row, delivered: true, error: reason)
            gateway.metrics.alertEnded("given_up")
            gateway.log.alertFailed(alert, reason, again: nil)
        case .again(let pause):
            await mark(row, delivered: false, error: result.reason)
            gateway.metrics.alertEnded("failed")
            gateway.log.alertFailed(alert, result.reason, again: pause)
            known[row.id] = MonotonicClock.nanoseconds &+ UInt64(clamping: pause.nanoseconds)
        }
    }

    /// Once in the life of the process for each alert that waits.
    private func announce(_ alert: BudgetAlert) {
        gateway.log.alerted(alert)
        gateway.events.post(alert.basis == .exhausted ? .budgetExhausted(alert) : .budgetAlert(alert))
    }

    private func mark(_ row: AlertRow, delivered: Bool, error: String?) async {
        do throws(LedgerError) {
            try await gateway.ledger.markAlert(row.id, delivered: delivered, at: Clock.utcMilliseconds(), error: error)
            if delivered { known[row.id] = nil }
        } catch {
            // The receiver gets it again, under the same id, when the ledger records again.
            known[row.id] = MonotonicClock.nanoseconds &+ 1_000_000_000
        }
    }

    private func send(_ alert: BudgetAlert, to webhook: WebhookSettings) async -> DeliveryPolicy.Result {
        var body = JSONWriter()
        alert.write(to: &body)
        let signature = WebhookSignature.header(
            of: body.bytes, secret: webhook.secret.exposed, at: Clock.utcMilliseconds() / 1_000)
        let request = UpstreamRequest(
            url: webhook.url.description,
            headers: [
                ("content-type", "application/json"), ("user-agent", "llmgw"), ("x-llmgw-delivery", alert.id),
                ("x-llmgw-signature", signature),
            ], body: body.bytes)
        let limit = webhook.timeout
        let endpoint = UpstreamEndpoint(
            baseURL: webhook.url.description, allowsPrivate: webhook.isPrivate,
            timeouts: UpstreamTimeouts(connect: limit, firstByte: limit, idle: limit, total: limit), maxConnections: 1)
        do {
            let client = try self.client ?? UpstreamClient(reactor: reactor)
            self.client = client
            let transfer = client.start(request, endpoint: endpoint)
            let head = try await transfer.head()
            _ = try? await transfer.whole(limit: 1 << 16)
            return .status(head.status)
        } catch {
            return .failed("\(error)")
        }
    }

    private func ring(after pause: Duration) {
        if let timer { reactor.cancel(timer) }
        timer = reactor.schedule(after: pause) { [bell] in bell.ring() }
    }
}

extension BudgetAlert {
    package init(_ row: AlertRow) {
        self.init(
            id: "alert-\(row.id)", at: row.at, account: row.account, window: row.window, label: row.label,
            zone: row.zone, startsAt: row.startsAt, endsAt: row.endsAt, ppm: row.shownPPM,
            basis: Basis(row.kind), limit: Money(nano: row.limit, row.currency),
            posted: Money(nano: row.posted, row.currency), held: Money(nano: row.held, row.currency),
            needed: row.needed.map { Money(nano: $0, row.currency) })
    }
}

extension BudgetAlert.Basis {
    fileprivate init(_ kind: AlertRow.Kind) {
        switch kind {
        case .held: self = .held
        case .posted: self = .posted
        case .exhausted: self = .exhausted
        }
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
