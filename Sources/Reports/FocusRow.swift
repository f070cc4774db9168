import CivilTime
import Inference
import JSON
import Ledger

/// One row of FOCUS's dataset "Cost and Usage".
struct FocusRow: Sendable {
    /// A quantity at a price; a row without one is an adjustment.
    struct Metered: Sendable {
        let meter: Meter
        let priceID: String
        /// JSON.
        let priceDetails: String
    }

    let account: FocusSum.Account
    /// UTC milliseconds; the end is exclusive.
    let charge: (from: Int64, to: Int64)
    let billing: (from: Int64, to: Int64)
    /// Nano-units.
    let billed: Int64
    let metered: Metered?
    let isCorrection: Bool
    let basis: String
    /// What is metered, as in `input` and `Input Tokens`.
    let meter: (name: String, title: String)
    let description: String

    var sku: String { FocusRow.sku(account, meter.name) }

    static func sku(_ account: FocusSum.Account, _ meter: String) -> String {
        "\(account.provider)/\(account.upstreamModel)/\(meter)"
    }

    /// What is due at the price, in 10⁻¹⁵ of a unit: exact, where `billed` has its share of what was rounded up.
    var listCost: String {
        guard let metered else { return Money.decimal(nano: billed) }
        return Figures.decimal(metered.meter.due, places: 15)
    }

    /// For what ``Meter/Unit/priced`` says; nil where nothing is metered.
    var unitPrice: String? { metered.map { Money.decimal(nano: $0.meter.rate) } }

    /// What the operator attributes charges to; members that have a value.
    var tags: String {
        let tags = [
            ("experiment", account.experiment), ("key", account.key), ("model", account.model),
            ("prompt", account.prompt), ("prompt_version", account.promptVersion), ("team", account.team),
            ("variant", account.variant),
        ]
        return FocusRow.object(tags.compactMap { name, value in value.map { (name, .string($0)) } })
    }

    /// By day, application, target and meter; then by whatever else can differ, so that the order is always the same.
    func precedes(_ other: FocusRow) -> Bool {
        let own = [account.application, account.provider, account.upstreamModel, meter.name, tags, basis]
        let others = [
            other.account.application, other.account.provider, other.account.upstreamModel, other.meter.name,
            other.tags, other.basis,
        ]
        guard charge.from == other.charge.from else { return charge.from < other.charge.from }
        guard own == others else { return own.lexicographicallyPrecedes(others) }
        return (metered?.priceID ?? description) < (other.metered?.priceID ?? other.description)
    }

    static func object(_ members: [(String, JSONValue)]) -> String {
        var body = JSONWriter(capacity: 128)
        body.beginObject()
        for (name, value) in members {
            body.name(name)
            body.value(value)
        }
        body.endObject()
        return String(decoding: body.bytes, as: UTF8.self)
    }
}
