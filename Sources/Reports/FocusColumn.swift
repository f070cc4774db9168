import CivilTime
import Inference
import Ledger

/// A column of FOCUS 1.2 or 1.3, or one of ours, whose name then begins with `x_`.
struct FocusColumn: Sendable {
    let name: String
    private let isFigure: Bool
    /// Nil is null.
    private let value: @Sendable (FocusRow) -> String?

    private init(_ name: String, figure: Bool = false, _ value: @escaping @Sendable (FocusRow) -> String?) {
        self.name = name
        isFigure = figure
        self.value = value
    }

    /// The value as CSV has it; null is nothing.
    func cell(_ row: FocusRow) -> String {
        guard let text = value(row) else { return "" }
        return isFigure ? text : CSV.name(text)
    }

    /// In the order of the specification, which is that of the alphabet; our own come last.
    static let version12 = costs + times + quantities + places + skus + own

    /// The provider is said under the names that replace `ProviderName` and `PublisherName`, which remain until 1.4.
    static let version13 = (version12.dropLast(own.count) + providers).sorted { $0.name < $1.name } + own

    private static let providers = [
        FocusColumn("HostProviderName") { $0.account.provider },
        FocusColumn("ServiceProviderName") { $0.account.provider },
    ]

    private static let costs = [
        FocusColumn("BilledCost", figure: true) { Money.decimal(nano: $0.billed) },
        FocusColumn("BillingAccountId") { $0.account.provider },
        FocusColumn("BillingAccountName") { $0.account.provider },
        FocusColumn("BillingCurrency") { $0.account.currency.code },
        FocusColumn("BillingPeriodEnd") { Timestamp.format($0.billing.to) },
        FocusColumn("BillingPeriodStart") { Timestamp.format($0.billing.from) },
        FocusColumn("ChargeCategory") { $0.metered == nil ? "Adjustment" : "Usage" },
        FocusColumn("ChargeClass") { $0.isCorrection ? "Correction" : nil },
        FocusColumn("ChargeDescription") { $0.description },
        FocusColumn("ChargeFrequency") { $0.metered == nil ? "One-Time" : "Usage-Based" },
    ]

    private static let times = [
        FocusColumn("ChargePeriodEnd") { Timestamp.format($0.charge.to) },
        FocusColumn("ChargePeriodStart") { Timestamp.format($0.charge.from) },
    ]

    private static let quantities = [
        // Nobody commits to anything here; readers compare the status all the same.
        FocusColumn("CommitmentDiscountId") { _ in nil },
        FocusColumn("CommitmentDiscountStatus") { _ in nil },
        FocusColumn("ConsumedQuantity", figure: true) { $0.metered.map { "\($0.meter.quantity).0" } },
        FocusColumn("ConsumedUnit") { $0.metered?.meter.unit.name },
        FocusColumn("ContractedCost", figure: true) { $0.listCost },
        FocusColumn("ContractedUnitPrice", figure: true) { $0.unitPrice },
        FocusColumn("EffectiveCost", figure: true) { Money.decimal(nano: $0.billed) },
        FocusColumn("InvoiceId") { _ in nil },
        FocusColumn("InvoiceIssuerName") { $0.account.provider },
        FocusColumn("ListCost", figure: true) { $0.listCost },
        FocusColumn("ListUnitPrice", figure: true) { $0.unitPrice },
        FocusColumn("PricingCategory") { $0.metered.map { _ in "Standard" } },
        FocusColumn("PricingCurrency") { $0.account.currency.code },
        FocusColumn("PricingCurrencyContractedUnitPrice", figure: true) { $0.unitPrice },
        FocusColumn("PricingCurrencyEffectiveCost", figure: true) { Money.decimal(nano: $0.billed) },
        FocusColumn("PricingCurrencyListUnitPrice", figure: true) { $0.unitPrice },
        FocusColumn("PricingQuantity", figure: true) { row in
            row.metered.map { Figures.decimal(Int128($0.meter.quantity), places: $0.meter.unit.places) }
        },
        FocusColumn("PricingUnit") { $0.metered?.meter.unit.priced },
    ]

    private static let places = [
        FocusColumn("ProviderName") { $0.account.provider },
        FocusColumn("PublisherName") { $0.account.provider },
        FocusColumn("ServiceCategory") { _ in "AI and Machine Learning" },
        FocusColumn("ServiceName") { _ in "Model Inference" },
        FocusColumn("ServiceSubcategory") { _ in "Generative AI" },
    ]

    private static let skus = [
        FocusColumn("SkuId") { $0.sku },
        FocusColumn("SkuMeter") { $0.meter.title },
        FocusColumn("SkuPriceDetails") { $0.metered.map(\.priceDetails) },
        FocusColumn("SkuPriceId") { $0.metered.map(\.priceID) },
        FocusColumn("SubAccountId") { $0.account.application },
        FocusColumn("SubAccountName") { $0.account.application },
        FocusColumn("SubAccountType") { _ in "Application" },
        FocusColumn("Tags") { $0.tags },
    ]

    private static let own = [
        FocusColumn("x_Basis") { $0.basis },
        FocusColumn("x_UpstreamModel") { $0.account.upstreamModel },
    ]
}
