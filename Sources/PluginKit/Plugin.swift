public import Inference

/// Something that takes part in requests, at the phases whose protocols it adopts.
///
/// The order of calls is the order of `plugins:` in the configuration; ``AdmitPhase/settle(_:_:_:)`` runs in reverse. A
/// plugin appears once. It is made once for each generation and used by all event loops at the same time, so what it
/// changes it guards itself.
///
///     gate       once a request, before anything is done for it      cheap refusals
///     admit      once an attempt, when its bound is known            what must have room in which budget
///     settle     once for each admit that was granted                what the attempt came to
///     event      when something has happened, beside the requests     who wants to hear of it
///
/// A phase refuses by throwing a `GatewayError`, which the client gets as it is. Any other error answers 503
/// `plugin_failed`: a plugin that fails lets nothing through.
public protocol Plugin: Sendable {
    /// The name in the configuration, such as `rate_limit`.
    static var name: String { get }
}

/// Refuses early: too many calls, a blocked key. Runs on the request's event loop and must not block.
public protocol GatePhase: Plugin {
    func gate(_ call: Call) async throws
}

/// Decides before each attempt, a retry and a fallback included, what the attempt needs to be paid for.
public protocol AdmitPhase: Plugin {
    /// Returns the budget lines that must have room for the attempt's bound.
    ///
    /// The core opens one hold over the lines of all plugins, in one durable transaction, before a byte goes upstream:
    /// either every line has room or nothing is held. When one has none, the core may ask again for what the call can
    /// become. Throws to refuse without asking the ledger.
    func admit(_ call: Call, _ quote: Quote) async throws -> [BudgetDemand]

    /// Returns what the client is told when `line`, which this plugin supplied, had no room.
    ///
    /// - Parameter isBusy: only other calls' holds were in the way, for as long as this one waited.
    func refusal(_ call: Call, line: BudgetLine, state: PeriodState, isBusy: Bool) -> GatewayError

    /// Learns what the attempt came to, exactly once for each granted admit on every path: each that the ledger held. The
    /// ledger has it already, unless it cannot write for the moment.
    func settle(_ call: Call, _ quote: Quote, _ settlement: Settlement) async
}

extension AdmitPhase {
    public func settle(_ call: Call, _ quote: Quote, _ settlement: Settlement) async {}
}

/// Hears of what has happened: budgets that reach a share of their limit, reloads, a ledger that cannot record.
///
/// Called off the requests' way, one event after the other; a plugin that takes long delays further events alone.
public protocol EventPhase: Plugin {
    func event(_ event: GatewayEvent) async
}
