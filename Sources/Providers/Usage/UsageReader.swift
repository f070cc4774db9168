package import Inference
import JSON

/// What a vendor bills an attempt by, made of its own figures.
package struct BilledUsage: Sendable, Hashable {
    /// Disjoint classes, none negative.
    package var usage: Usage
    /// The service tier that the usage itself names; nil when it stands elsewhere in the answer or nowhere.
    package var tier: String?
    /// Where the call was served, if the vendor reports a place that may have a price of its own.
    package var geo: String?
    /// Names of classes whose figure was larger than the total that it is a part of: they were cut to it.
    package var clamped: [String]
    /// Whether figures contradict each other, and the dearer reading was taken.
    package var isCounted: Bool

    package init(
        usage: Usage, tier: String? = nil, geo: String? = nil, clamped: [String] = [], isCounted: Bool = false
    ) {
        self.usage = usage
        self.tier = tier
        self.geo = geo
        self.clamped = clamped
        self.isCounted = isCounted
    }
}

/// Collects the usage objects of one answer: each overwrites the ones before field by field, none is added.
///
/// A figure that is negative, no whole number or beyond `Int64` counts as not reported.
protocol UsageReader: Sendable {
    mutating func update(_ usage: JSONNode, of document: JSONDocument)
    /// Nil when the vendor did not report what was read.
    var billed: BilledUsage? { get }
}

/// Takes disjoint parts from a total, and never more than it has.
struct UsageParts {
    private(set) var rest: Int64
    private(set) var clamped: [String] = []

    init(of total: Int64) {
        rest = max(0, total)
    }

    mutating func take(_ figure: Int64?, _ name: String) -> Int64 {
        let wanted = figure ?? 0
        let taken = min(wanted, rest)
        if taken < wanted { clamped.append(name) }
        rest -= taken
        return taken
    }
}

extension JSONDocument {
    /// A count: a whole number from zero, also when a vendor writes it as `6.0`.
    func count(_ name: StaticString, of object: JSONNode?) -> Int64? {
        guard let object, let node = member(name, of: object),
            case .count(let count) = ReportedFigure(node, of: self)
        else { return nil }
        return count
    }
}
