package import Inference

/// Everything that the files of the configuration say, checked as a whole and never changed afterwards.
///
/// It is read from `gateway.yaml` and the files that it names: prices, metrics, experiments. A reload makes another.
package struct Configuration: Sendable {
    /// The path of `gateway.yaml` as it was given.
    package var file: String
    /// SHA-256 over the names and bytes of all files that were read: 64 hexadecimal digits.
    ///
    /// Secrets that `${NAME}` and `${file:…}` bring in are not part of it.
    package var digest: String = ""

    /// The day on which the youngest of these files was last changed: its first second, since 1970, UTC.
    package var changedOn: Int64 = 0

    /// Where applications call. Default: `127.0.0.1:8080`.
    package var listen: [ListenAddress] = [.loopback(port: 8080)]
    package var admin = AdminSettings()
    package var ledger = LedgerSettings()
    package var content = ContentSettings()
    package var prompts = PromptSettings()
    package var limits = LimitSettings()
    package var log = LogSettings()
    package var alerts = AlertSettings()
    package var errors = ErrorSettings()
    package var crossOrigin = CrossOriginSettings()
    /// The number of event loops, 1…256. Nil: one for each core.
    package var threads: Int?

    package var providers: [String: ProviderSettings] = [:]
    package var models: [String: ModelSettings] = [:]
    package var applications: [String: ApplicationSettings] = [:]
    /// The name of the account that every call is charged to. Default: `organisation`.
    package var organisation = "organisation"
    /// The budgets that applications share: of the organisation, teams, models, prompts and variants.
    package var budgets: [BudgetSettings] = []
    /// In the order of the calls. Default: `budget` alone.
    package var plugins: [PluginBinding] = [PluginBinding(name: "budget")]

    package var prices = PriceBook()
    /// The entries of `prices`, in the order of the file.
    package var priceEntries: [PriceEntry] = []
    package var exchangeRates = ExchangeRates()
    package var metrics: [String: MetricSettings] = [:]
    /// In the order of their ids.
    package var experiments: [ExperimentSettings] = []

    /// Where the values stand, by their path, such as `applications.demo.prompts`.
    var places: [String: SourcePlace] = [:]

    /// The name of this generation: the first 12 digits of ``digest``.
    package var generation: String { String(digest.prefix(12)) }
}

extension Configuration {
    /// Returns the price that holds for `target` on `day` (`YYYY-MM-DD`, UTC); nil means unpriced, never free.
    package func price(of target: TargetSettings, on day: String) -> Price? {
        prices(of: target).last { $0.from <= day }
    }

    /// Returns all prices of `target`, by their day, ascending.
    ///
    /// Those of the provider's name count; when there are none, those of its kind. What follows a colon in the name of a
    /// simulated model only changes how it behaves.
    package func prices(of target: TargetSettings) -> [Price] {
        guard let provider = providers[target.provider] else { return [] }
        var model = target.model
        if provider.kind == .simulated, let colon = model.firstIndex(of: ":") { model = String(model[..<colon]) }
        let own = prices.entries(provider: provider.name, model: model)
        return own.isEmpty ? prices.entries(provider: provider.kind.rawValue, model: model) : own
    }
}
