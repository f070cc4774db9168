/// How sure the ledger is of a charge.
public enum Basis: String, Sendable, Hashable {
    /// The vendor reported the usage.
    case reported
    /// The gateway counted what it saw.
    case counted
    /// The end is unknown; charged at the bound.
    case presumed
    /// Provably nothing was billed.
    case notBilled = "not_billed"
}

/// The states of a hold. `held` and `final` are open; the others are ends.
public enum HoldState: String, Sendable, Hashable {
    case held, final, posted, voided, presumed
}

/// How a request ended, seen from the client.
public enum Outcome: String, Sendable, Hashable {
    /// The whole answer went out.
    case completed
    /// The upstream broke off; the client saw an error in place of an end.
    case truncated
    /// The client left before the end.
    case cancelled
    /// No target gave an answer.
    case failed
    /// Nothing was sent to a target.
    case refused
}

/// The most that one attempt can cost, made before it is sent.
public struct Quote: Sendable, Hashable {
    public var provider: String
    /// The vendor's own model name.
    public var upstreamModel: String
    /// Counts from 1.
    public var attempt: Int
    public var inputTokensMax: Int64
    public var outputTokensMax: Int64
    /// The bound in the price's currency; nil when the target has no price, zero when it is declared free.
    public var bound: Money?

    public init(
        provider: String, upstreamModel: String, attempt: Int, inputTokensMax: Int64, outputTokensMax: Int64,
        bound: Money?
    ) {
        self.provider = provider
        self.upstreamModel = upstreamModel
        self.attempt = attempt
        self.inputTokensMax = inputTokensMax
        self.outputTokensMax = outputTokensMax
        self.bound = bound
    }
}

/// The truth about one attempt, or the best bound of it.
public struct Settlement: Sendable, Hashable {
    public var basis: Basis
    public var usage: Usage
    /// Nil when the target has no price: finance sees it as unpriced, never as zero.
    public var cost: Money?
    /// Billing classes that had no price of their own, and what else finance should look at.
    public var unpricedClasses: [String]
    /// The service tier that served, as the vendor names it; its price was billed where the book has one.
    public var tier: String?
    /// Where the call was served, where the vendor reports a place that may have a price of its own.
    public var geo: String?

    public init(
        basis: Basis, usage: Usage, cost: Money?, unpricedClasses: [String] = [], tier: String? = nil,
        geo: String? = nil
    ) {
        self.basis = basis
        self.usage = usage
        self.cost = cost
        self.unpricedClasses = unpricedClasses
        self.tier = tier
        self.geo = geo
    }
}
