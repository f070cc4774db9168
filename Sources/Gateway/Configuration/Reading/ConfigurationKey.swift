/// The keys of one mapping of the configuration; nothing else may stand there.
protocol ConfigurationKey: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// How documentation names the mapping, such as `providers.NAME.timeouts`.
    static var section: String { get }
    /// Keys that are reserved for features which this version does not have.
    static var unbuilt: Set<Self> { get }
}

extension ConfigurationKey {
    static var unbuilt: Set<Self> { [] }
}

/// Every mapping that a configuration file can hold.
enum ConfigurationSections {
    static let all: [any ConfigurationKey.Type] = [
        ServerKey.self, AdminKey.self, LedgerKey.self, RetentionKey.self, ContentKey.self, PromptsKey.self,
        LimitsKey.self, LogKey.self,
        CORSKey.self, ErrorsKey.self, AlertsKey.self, WebhookKey.self,
        ProviderKey.self, DrainKey.self, TimeoutsKey.self, ModelKey.self, SlicesKey.self, CancelKey.self,
        TargetKey.self, RetriesKey.self,
        ApplicationKey.self, StoreKey.self, BudgetKey.self, SharedBudgetKey.self, DegradeKey.self, PriceBookKey.self,
        PricedKey<PriceKey>.self, PricedKey<LongContextKey>.self, PricedKey<TierKey>.self,
        PricedKey<RateKey>.self, WhenKey.self,
        ExchangeRateKey.self, MetricKey.self, ExperimentKey.self, VariantKey.self,
    ]
}
