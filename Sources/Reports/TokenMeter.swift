import Inference

/// A billing class as a meter: its tokens, and what a million of them costs.
struct TokenMeter: Sendable {
    let billingClass: BillingClass

    /// As in ``Charge/unpricedClasses``.
    var name: String { billingClass.name }
    /// For people.
    var title: String { billingClass.title }

    func tokens(_ usage: Usage) -> Int64 { usage[billingClass] }

    func rate(_ rates: Rates) -> Int64 { rates.rate(of: billingClass) }

    static let all = BillingClass.all.map { TokenMeter(billingClass: $0) }
}
