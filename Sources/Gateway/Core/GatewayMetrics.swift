import HTTPServer
import Inference
import NetIO
import Synchronization
package import Telemetry

/// What `/metrics` shows. The ledger is the truth about money; these are for watching.
package final class GatewayMetrics: Sendable {
    package let registry = Metrics()
    private let requests: MetricFamily<Counter>
    private let durations: MetricFamily<Histogram>
    private let firstBytes: MetricFamily<Histogram>
    private let attempts: MetricFamily<Counter>
    private let tokens: MetricFamily<Counter>
    private let cost: MetricFamily<Counter>
    private let deliveries: MetricFamily<Counter>
    private let pending: MetricFamily<Gauge>
    private let refusals: MetricFamily<Counter>
    private let reloadSuccess: MetricFamily<Gauge>
    private let reloadTime: MetricFamily<Gauge>
    private let promptFailures: MetricFamily<Gauge>
    private let promptSyncs: MetricFamily<Counter>
    /// Finding a metric by its labels costs more than counting: what belongs together is found once.
    private let meters = Mutex<[CallMeter.Key: CallMeter]>([:])

    package init() {
        requests = registry.counter(
            "llmgw_requests_total", help: "Requests for inference, by how they were answered.",
            labels: ["application", "model", "status"])
        durations = registry.histogram(
            "llmgw_request_duration_seconds", help: "From the end of the request to the end of the answer.",
            labels: ["model"])
        firstBytes = registry.histogram(
            "llmgw_first_byte_seconds", help: "From the end of the request to the first byte of a target's answer.",
            labels: ["model"])
        attempts = registry.counter(
            "llmgw_attempts_total", help: "Calls to targets, by what the ledger made of them.",
            labels: ["provider", "model", "basis"])
        tokens = registry.counter(
            "llmgw_tokens_total", help: "Tokens that vendors reported; reasoning is a part of output.",
            labels: ["application", "model", "class"])
        cost = registry.counter(
            "llmgw_cost_total", help: "What attempts cost, presumed amounts included, in units of the currency.",
            labels: ["application", "model", "currency"], decimals: 9)
        deliveries = registry.counter(
            "llmgw_alert_deliveries_total",
            help: "Tries to deliver alerts of budgets to the webhook, by what they came to.",
            labels: ["result"])
        pending = registry.gauge("llmgw_alerts_pending", help: "Alerts that wait for their delivery.")
        refusals = registry.counter(
            "llmgw_refusals_total",
            help: "Requests that were refused before they had a row in the ledger, by port and reason.",
            labels: ["port", "status", "code"])
        reloadSuccess = registry.gauge(
            "llmgw_reload_success",
            help: "Whether the last reload of the configuration, or the start, was taken: 1 or 0.")
        reloadTime = registry.gauge(
            "llmgw_reload_timestamp_seconds",
            help: "When the configuration that serves was read, in seconds since 1970.", decimals: 3)
        promptFailures = registry.gauge(
            "llmgw_prompts_sync_failed", help: "1 while the newest prompts cannot be served; those before are.")
        promptSyncs = registry.counter(
            "llmgw_prompts_syncs_total", help: "Looks at the repository of prompts, by how they ended.",
            labels: ["result"])
    }

    /// - Parameter now: milliseconds since 1970, UTC.
    package func reloaded(at now: Int64) {
        reloadSuccess.with().set(1)
        reloadTime.with().set(now)
    }

    package func reloadRefused() { reloadSuccess.with().set(0) }

    func refused(_ error: GatewayError, on port: RefusalWatch.Port) {
        refusals.with(port.rawValue, String(error.status), error.code).increment()
    }

    /// - Parameter result: `changed`, `unchanged` or `failed`.
    package func promptsSynced(_ result: String) {
        promptSyncs.with(result).increment()
        promptFailures.with().set(result == "failed" ? 1 : 0)
    }

    func settled(_ call: InferenceCall, _ attempt: Attempt, _ settlement: Settlement) {
        attempts.with(attempt.target.provider.name, attempt.target.model, settlement.basis.rawValue).increment()
        let (application, model) = (call.identity.application, call.identity.model)
        if let amount = settlement.cost { meter(call).cost(amount) { cost.with(application, model, $0) } }
        guard settlement.basis == .reported else { return }
        let usage = settlement.usage
        meter(call).input.increment(by: usage.input)
        meter(call).output.increment(by: usage.output)
        for each in BillingClass.all where each != .input && each != .output { count(usage[each], each.name, call) }
        count(usage.reasoning, "reasoning", call)
    }

    func alertsPending(_ count: Int) { pending.with().set(Int64(count)) }

    /// - Parameter result: `delivered`, `failed` or `given_up`.
    func alertEnded(_ result: String) { deliveries.with(result).increment() }

    private func count(_ tokens: Int64, _ name: String, _ call: InferenceCall) {
        guard tokens > 0 else { return }
        self.tokens.with(call.identity.application, call.identity.model, name).increment(by: tokens)
    }

    func finished(_ call: InferenceCall, status: Int) {
        let meter = meter(call)
        if status == 200 {
            meter.succeeded.increment()
        } else {
            requests.with(call.identity.application, call.identity.model, String(status)).increment()
        }
        let start = call.exchange.receivedAt
        meter.duration.observe(microseconds(start, MonotonicClock.nanoseconds))
        if let firstByte = call.firstByteAt { meter.firstByte.observe(microseconds(start, firstByte)) }
    }

    private func microseconds(_ start: UInt64, _ end: UInt64) -> Int64 {
        end > start ? Int64(clamping: (end - start) / 1000) : 0
    }

    private func meter(_ call: InferenceCall) -> CallMeter {
        if let known = call.meter { return known }
        let (application, model) = (call.identity.application, call.identity.model)
        let key = CallMeter.Key(application: application, model: model)
        let found = meters.withLock { $0[key] } ?? makeMeter(key)
        call.meter = found
        return found
    }

    private func makeMeter(_ key: CallMeter.Key) -> CallMeter {
        let (application, model) = (key.application, key.model)
        let made = CallMeter(
            succeeded: requests.with(application, model, "200"), input: tokens.with(application, model, "input"),
            output: tokens.with(application, model, "output"), duration: durations.with(model),
            firstByte: firstBytes.with(model))
        meters.withLock { $0[key] = made }
        return made
    }
}

/// The metrics that every served call of one application and model changes.
final class CallMeter: Sendable {
    struct Key: Hashable {
        let application: String
        let model: String
    }

    let succeeded: Counter
    let input: Counter
    let output: Counter
    let duration: Histogram
    let firstByte: Histogram
    private let costs = Mutex<[Currency: Counter]>([:])

    init(succeeded: Counter, input: Counter, output: Counter, duration: Histogram, firstByte: Histogram) {
        self.succeeded = succeeded
        self.input = input
        self.output = output
        self.duration = duration
        self.firstByte = firstByte
    }

    func cost(_ amount: Money, find: (String) -> Counter) {
        let counter = costs.withLock { costs in
            if let known = costs[amount.currency] { return known }
            let found = find(amount.currency.code)
            costs[amount.currency] = found
            return found
        }
        counter.increment(by: amount.nano)
    }
}
