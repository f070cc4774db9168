import Inference
import YAML

enum ApplicationKey: String, ConfigurationKey {
    case team, models, prompts, budgets, store, testers

    static let section = "applications.NAME"
}

enum StoreKey: String, ConfigurationKey {
    case answers

    static let section = "applications.NAME.store"
}

extension ApplicationSettings {
    static func read(_ name: String, _ reader: MappingReader<ApplicationKey>) -> ApplicationSettings {
        var application = ApplicationSettings(name: name)
        reader.string(.team, into: &application.team)
        if let value = reader.optional(.models) {
            application.models = Set(reader.context.strings(value, of: "models").map(\.text))
        }
        if let value = reader.optional(.prompts) {
            application.prompts = reader.context.strings(value, of: "prompts").map { NamePattern($0.text) }
        }
        reader.bool(.testers, into: &application.testers)
        if let value = reader.optional(.budgets) {
            application.budgets = reader.context.elements(value, of: "budgets").compactMap { element in
                MappingReader<BudgetKey>(element, in: reader.context).flatMap { BudgetSettings.read(of: name, $0) }
            }
        }
        if let inner = reader.mapping(.store, StoreKey.self) { inner.bool(.answers, into: &application.storesAnswers) }
        return application
    }
}

extension ReadingContext {
    /// A plain number as nano-units, without floating point; nil without a report when it is none.
    func exactNano(_ value: ConfigurationValue) -> Int64? {
        switch value.node.value {
        case .integer(let number): number < 0 ? nil : Money.nano(decimal: String(number))
        case .decimal(let text): Money.nano(decimal: text)
        case .null, .bool, .string, .sequence, .mapping: nil
        }
    }
}
