import Foundation
import Inference
import Ledger
import Synchronization

/// A folder that goes away with the test.
final class Folder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "ledger-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var ledger: String { path + "/ledger.db" }
}

/// Removes a database and what SQLite laid beside it.
func unlinkAll(_ path: String) {
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
}

/// 2026-11-21T00:00:00Z.
let midnight: Int64 = 1_795_219_200_000
let noon = midnight + 12 * 3_600_000

private let counter = Atomic<UInt64>(0)

func newID(at moment: Int64 = noon) -> RequestID {
    RequestID(milliseconds: moment, random: (0, counter.add(1, ordering: .relaxed).newValue))
}

func identity(_ application: String = "bot", model: String = "chat", key: String = "key_1") -> CallIdentity {
    CallIdentity(application: application, team: "team-a", key: key, model: model, generation: "g1", commit: "c0ffee")
}

func price(_ model: String = "m1", currency: Currency = .usd) -> Price {
    Price(
        provider: "sim", model: model, from: "2026-11-01", currency: currency,
        rates: Rates(input: 1_000_000, output: 2_000_000), source: "test")
}

func line(
    _ limit: Int64, _ nano: Int64, application: String = "bot", scope: Account.Scope = .application,
    fx: FXRate? = nil, currency: Currency = .usd, day: Int64 = 0, ceiling: Int64? = nil, enforces: Bool = true,
    alerts: [Int] = [], generation: UInt64 = 0
) -> BudgetLine {
    BudgetLine(
        account: Account(scope, application), window: .day, zone: "UTC", startsAt: midnight + day * 86_400_000,
        endsAt: midnight + (day + 1) * 86_400_000, label: "2026-11-\(21 + day)", limit: Money(nano: limit, currency),
        nano: nano, fx: fx, ceiling: ceiling, enforces: enforces, alerts: alerts, generation: generation)
}

func hold(
    _ id: RequestID, _ nano: Int64, lines: [BudgetLine], attempt: Int = 1, application: String = "bot",
    at: Int64 = noon, wait: Duration = .zero, price priced: Price? = price(),
    idempotency: IdempotencyKey? = nil
) -> HoldRequest {
    HoldRequest(
        request: id, attempt: attempt, identity: identity(application), provider: "sim", upstreamModel: "m1",
        price: priced,
        quote: Quote(
            provider: "sim", upstreamModel: "m1", attempt: attempt, inputTokensMax: nano, outputTokensMax: 0,
            bound: priced.map { Money(nano: nano, $0.currency) }), lines: lines, at: at, wait: wait,
        idempotency: idempotency)
}

/// The hold of an attempt grows to `nano`.
func larger(
    _ id: RequestID, _ seq: Int, to nano: Int64, lines: [BudgetLine], attempt: Int = 1
) -> HoldExtension {
    HoldExtension(
        request: id, attempt: attempt, seq: seq,
        quote: Quote(
            provider: "sim", upstreamModel: "m1", attempt: attempt, inputTokensMax: nano, outputTokensMax: 0,
            bound: Money(nano: nano, .usd)), lines: lines)
}

func key(_ name: String, body: UInt8 = 1, application: String = "bot") -> IdempotencyKey {
    IdempotencyKey(application: application, key: name, bodyHash: [UInt8](repeating: body, count: 32))
}

/// The usage is what costs as much at ``price(_:currency:)``, where `tokens` does not say otherwise.
func end(
    _ id: RequestID, _ cost: Int64?, attempt: Int = 1, basis: Basis = .reported, tokens: Int64? = nil
) -> AttemptEnd {
    let output = cost.map { min(5, max(0, $0) / 2) } ?? 5
    let usage = Usage(
        input: tokens ?? cost.map { max(0, $0) - 2 * output } ?? 10, output: tokens.map { $0 / 2 } ?? output)
    return AttemptEnd(
        request: id, attempt: attempt,
        settlement: Settlement(basis: basis, usage: usage, cost: cost.map { Money(nano: $0, .usd) }))
}

func closing(
    _ id: RequestID, _ outcome: Outcome = .completed, application: String = "bot", session: String? = nil
) -> RequestEnd {
    var end = RequestEnd(
        request: id, identity: identity(application), endpoint: "/v1/chat/completions", outcome: outcome, status: 200,
        stream: false, startedAt: id.milliseconds, durationMs: 12)
    end.session = session
    return end
}

extension AdmitResult {
    var isHeld: Bool { if case .held = self { true } else { false } }
    var isExhausted: Bool { if case .exhausted = self { true } else { false } }
    var isBusy: Bool { if case .busy = self { true } else { false } }
    var repetition: IdempotencyState? { if case .repeated(let state) = self { state } else { nil } }
    var states: [PeriodState] {
        switch self {
        case .held(let states), .exhausted(_, let states), .busy(_, let states): states
        default: []
        }
    }
    var failure: LedgerError? { if case .unavailable(let error) = self { error } else { nil } }
}

extension ExtendResult {
    var isExtended: Bool { if case .extended = self { true } else { false } }
    var isFinal: Bool { if case .final = self { true } else { false } }
    var failure: LedgerError? { if case .unavailable(let error) = self { error } else { nil } }
    var states: [PeriodState] {
        switch self {
        case .extended(let states), .final(let states): states
        default: []
        }
    }
}
