import Crypto
import Inference
import YAML

extension Configuration {
    /// Reads `gateway.yaml` and every file that it names, and checks them as a whole.
    ///
    /// All mistakes of all files are reported, not the first alone. Nothing outside the process is changed.
    /// - Parameters:
    ///   - path: of `gateway.yaml`.
    ///   - environment: what `${NAME}` may name.
    ///   - today: `YYYY-MM-DD`, UTC: the day on which targets must have prices.
    package static func load(path: String, environment: [String: String], today: String) -> ConfigurationLoad {
        let loader = ConfigurationLoader(path: path, environment: environment, today: today)
        loader.load()
        let findings = loader.findings
        let configuration = findings.hasErrors ? nil : loader.configuration
        return ConfigurationLoad(
            configuration: configuration, diagnostics: findings.inOrder, pricesFile: loader.pricesFile)
    }
}

/// Reads the files of one configuration, one after the other.
final class ConfigurationLoader {
    let findings = DiagnosticCollector()
    var configuration: Configuration
    let today: String
    /// Names that the files declare, also of parts that could not be read: a mistake is reported once.
    var declared = DeclaredNames()
    private let environment: [String: String]
    private var digest = SHA256()
    private(set) var pricesFile: String?

    init(path: String, environment: [String: String], today: String) {
        configuration = Configuration(file: path)
        self.environment = environment
        self.today = today
        configuration.ledger.path = Paths.resolve("../var/ledger.db", in: Paths.folder(of: path))
        configuration.content.path = Paths.resolve("../var/content.db", in: Paths.folder(of: path))
    }

    func load() {
        guard let (root, context) = parse(configuration.file, limit: 1 << 20) else { return }
        guard let reader = MappingReader<ServerKey>(root, in: context) else { return }
        readServer(reader)
        readParts(reader)
        readFiles(reader)
        check()
        configuration.digest = digest.digest.hex
        configuration.places = findings.places
    }

    private func readServer(_ reader: MappingReader<ServerKey>) {
        if let value = reader.scalar(.listen) { configuration.listen = ListenAddress.list(value, in: reader.context) }
        if let inner = reader.mapping(.admin, AdminKey.self) { configuration.admin.read(inner) }
        if let inner = reader.mapping(.ledger, LedgerKey.self) { configuration.ledger.read(inner) }
        if let inner = reader.mapping(.content, ContentKey.self) { configuration.content.read(inner) }
        if let inner = reader.mapping(.prompts, PromptsKey.self) { configuration.prompts.read(inner) }
        if let inner = reader.mapping(.limits, LimitsKey.self) { configuration.limits.read(inner) }
        if let inner = reader.mapping(.log, LogKey.self) { configuration.log.read(inner) }
        if let inner = reader.mapping(.alerts, AlertsKey.self) { configuration.alerts.read(inner) }
        if let inner = reader.mapping(.cors, CORSKey.self) { configuration.crossOrigin.read(inner) }
        if let inner = reader.mapping(.errors, ErrorsKey.self) { configuration.errors.read(inner) }
        if let value = reader.scalar(.threads), let count = reader.context.integer(value, in: 1...256) {
            configuration.threads = Int(count)
        }
        if let value = reader.optional(.plugins) {
            configuration.plugins = PluginBinding.list(value, in: reader.context)
        }
        for address in configuration.listen where configuration.admin.listen.contains(address) && address != .anyPort {
            findings.add(.error, about: "listen", "\(address) is the admin port too; they must differ")
        }
    }

    private func readParts(_ reader: MappingReader<ServerKey>) {
        let context = reader.context
        for (name, value) in reader.named(.providers, what: "provider") {
            declared.providers.insert(name)
            let inner = MappingReader<ProviderKey>(value, in: context)
            configuration.providers[name] = inner.flatMap { ProviderSettings.read(name, $0) }
        }
        for (name, value) in reader.named(.models, what: "model") {
            declared.models.insert(name)
            if name.hasPrefix("prompt:") { context.error(value, "'prompt:' calls a prompt; choose another name") }
            let inner = MappingReader<ModelKey>(value, in: context)
            configuration.models[name] = inner.flatMap { ModelSettings.read(name, $0) }
        }
        for (name, value) in reader.named(.applications, what: "application") {
            let inner = MappingReader<ApplicationKey>(value, in: context)
            configuration.applications[name] = inner.map { opened(ApplicationSettings.read(name, $0)) }
        }
        readSharedBudgets(reader)
    }

    /// Tells configured models from those that a provider has: `PROVIDER/MODEL`, or a pattern of it.
    private func opened(_ application: ApplicationSettings) -> ApplicationSettings {
        var application = application
        let opened = application.models.filter { name in
            !declared.models.contains(name) && (name.contains("*") || declared.provider(before: name) != nil)
        }
        application.models.subtract(opened)
        application.openedModels = opened.sorted().map { NamePattern($0) }
        return application
    }

    private func readSharedBudgets(_ reader: MappingReader<ServerKey>) {
        let context = reader.context
        if let value = reader.scalar(.organisation), let name = context.string(value) {
            configuration.organisation = name
        }
        guard let value = reader.optional(.budgets) else { return }
        configuration.budgets = context.elements(value, of: "budgets").compactMap { element in
            MappingReader<SharedBudgetKey>(element, in: context).flatMap {
                BudgetSettings.read(organisation: configuration.organisation, $0)
            }
        }
    }

    private func readFiles(_ reader: MappingReader<ServerKey>) {
        if let path = reader.scalar(.prices).flatMap(reader.context.path) {
            pricesFile = path
            if let (root, context) = parse(path, limit: 4 << 20, namedBy: reader.place(.prices)) {
                let book = PriceBookFile(root, in: context)
                for leap in PriceLint.leaps(in: book.entries) { findings.add(leap) }
                configuration.priceEntries = book.entries
                configuration.prices = PriceBook(book.entries.map(\.price))
                let rates = book.rateFile.map { readRates($0.path, namedBy: $0.place) } ?? []
                configuration.exchangeRates = ExchangeRates(rates + book.rates, missing: book.missing)
                configuration.exchangeRates.currencies = Set(book.entries.map(\.price.currency))
            }
        }
        if let path = reader.scalar(.metrics).flatMap(reader.context.path) {
            if let (root, context) = parse(path, limit: 1 << 20, namedBy: reader.place(.metrics)) {
                configuration.metrics = MetricSettings.readAll(root, in: context)
            }
        }
        if let path = reader.scalar(.experiments).flatMap(reader.context.path) {
            readExperiments(in: path, namedBy: reader.place(.experiments))
        }
    }

    /// The rates of a central bank's file, which becomes a part of the digest.
    private func readRates(_ path: String, namedBy place: SourcePlace) -> [FXRate] {
        do throws(FileContent.Failure) {
            let content = try FileContent.read(path, limit: 16 << 20)
            note(path, content)
            var file = RateFile.read(content.bytes, path, findings)
            file?.keepRecent(today: today)
            return file?.rates ?? []
        } catch {
            findings.add(.error, place, "fx_file: \(error)")
            return []
        }
    }

    private func note(_ path: String, _ content: FileContent) {
        digest.update(Array("\(Paths.name(of: path))\u{0}\(content.bytes.count)\u{0}".utf8))
        digest.update(content.bytes)
        configuration.changedOn = max(configuration.changedOn, content.changedAt / 86_400 * 86_400)
    }

    private func readExperiments(in folder: String, namedBy place: SourcePlace) {
        do throws(FileContent.Failure) {
            for name in try FileContent.names(in: folder) {
                let path = Paths.resolve(name, in: folder)
                guard name.hasSuffix(".yaml") else {
                    let isText = name.hasSuffix(".md")
                    if !isText {
                        findings.add(.warning, SourcePlace(file: path), "is not read: experiments end in .yaml")
                    }
                    continue
                }
                guard let (root, context) = parse(path, limit: 1 << 20) else { continue }
                guard let experiment = ExperimentSettings.read(root, models: declared.models, in: context) else {
                    continue
                }
                let place = context.place(root.node.position)
                checkOverlap(of: experiment, at: place)
                findings.note("experiments.\(experiment.id)", at: place)
                for key in ["prompt"] + experiment.variants.indices.map({ "variants[\($0)].prompt" }) {
                    guard let own = findings.places[key], own.file == place.file else { continue }
                    findings.note("experiments.\(experiment.id).\(key)", at: own)
                }
                configuration.experiments.append(experiment)
            }
        } catch {
            findings.add(.error, place, "experiments: \(error); name a folder or leave the key out")
        }
        configuration.experiments.sort { $0.id < $1.id }
    }

    /// Reads and parses a file, and makes it a part of the digest.
    private func parse(
        _ path: String, limit: Int, namedBy place: SourcePlace? = nil
    ) -> (ConfigurationValue, ReadingContext)? {
        do throws(FileContent.Failure) {
            let content = try FileContent.read(path, limit: limit)
            note(path, content)
            let context = ReadingContext(
                file: path, isExposed: content.isExposed, environment: environment, findings: findings)
            guard let node = parsed(content.bytes, path) else { return nil }
            return (ConfigurationValue(node: node, path: ""), context)
        } catch {
            let isFirst = error.isMissing && path == configuration.file
            findings.add(
                .error, place ?? SourcePlace(file: path),
                isFirst ? "there is no such file; `llmgw init` writes a small folder that runs" : "\(error)")
            return nil
        }
    }

    private func parsed(_ bytes: [UInt8], _ path: String) -> YAMLNode? {
        do throws(YAMLError) {
            return try YAMLReader.parse(bytes, file: path, limits: .large)
        } catch {
            findings.add(.error, SourcePlace(file: path, error.position), error.message)
            return nil
        }
    }
}

/// What the files name, whether or not it could be read.
struct DeclaredNames {
    var providers: Set<String> = []
    var models: Set<String> = []

    /// The provider of `PROVIDER/MODEL`; names of providers may have slashes too, and the longest counts.
    func provider(before name: String) -> String? {
        providers.filter { name.hasPrefix($0 + "/") }.max { $0.utf8.count < $1.utf8.count }
    }
}

extension ListenAddress {
    fileprivate static var anyPort: ListenAddress { .loopback(port: 0) }
}
