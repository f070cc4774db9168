package import Inference

/// A line of a vendor's export: what it says that a day of a model cost, how many tokens it was, or both.
package struct VendorCharge: Sendable, Hashable {
    /// Units of the currency times 10¹⁸: vendors name tiny amounts, and their sum must not drift.
    package static let places = 18

    /// `YYYY-MM-DD`, as the vendor counts days.
    package var day: String
    /// Nil where the vendor names none.
    package var model: String?
    /// In units of 10⁻¹⁸; nil for a line of tokens alone.
    package var cost: Int128?
    package var currency: Currency
    /// All tokens that were read, from caches too.
    package var input: Int64?
    package var output: Int64?
    /// A charge that is not for tokens, such as searches.
    package var isFee: Bool

    package init(
        day: String, model: String? = nil, cost: Int128? = nil, currency: Currency = .usd, input: Int64? = nil,
        output: Int64? = nil, isFee: Bool = false
    ) {
        self.day = day
        self.model = model
        self.cost = cost
        self.currency = currency
        self.input = input
        self.output = output
        self.isFee = isFee
    }
}
