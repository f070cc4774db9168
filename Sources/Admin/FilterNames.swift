package import Gateway
package import Ledger
package import Reports

/// The names that a filter can mean: those of the configuration, and those of calls in the ledger.
///
/// A name that neither has is a mistake, not an empty answer.
package struct FilterNames {
    private let configuration: Configuration?
    private let reader: LedgerReader?

    /// - Parameters:
    ///   - configuration: nil where a ledger is looked at by itself.
    ///   - reader: nil while there is no ledger.
    package init(_ configuration: Configuration?, _ reader: LedgerReader?) {
        self.configuration = configuration
        self.reader = reader
    }

    /// Throws when a filter of the question names what does not exist.
    package func check(_ request: CostRequest) throws {
        try check(request.application, .application, parameter: "app")
        try check(request.team, .team, parameter: "team")
        try check(request.model, .model, parameter: "model")
        try check(request.provider, .provider, parameter: "provider")
    }

    /// Throws when `name` is none of a kind: application, team, model, provider or experiment.
    package func check(_ name: String?, _ key: CostKey, parameter: String) throws {
        guard let name else { return }
        let known = try names(of: key)
        guard !known.isEmpty, !known.contains(name) else { return }
        let near = Suggestion.nearest(to: name, among: known).map { "; did you mean '\($0)'?" }
        let all = known.prefix(12).joined(separator: ", ") + (known.count > 12 ? ", …" : "")
        throw ReportError(parameter, "there is no \(key.rawValue) '\(name)'\(near ?? "; there are: \(all)")")
    }

    private func names(of key: CostKey) throws -> [String] {
        var names = Set(try reader?.names(of: key) ?? [])
        // A model has the vendor's name, too.
        if key == .model { names.formUnion(try reader?.names(of: .upstreamModel) ?? []) }
        if let configuration {
            switch key {
            case .application: names.formUnion(configuration.applications.keys)
            case .team: names.formUnion(configuration.applications.values.compactMap(\.team))
            case .model: names.formUnion(configuration.models.keys)
            case .provider: names.formUnion(configuration.providers.keys)
            case .experiment: names.formUnion(configuration.experiments.map(\.id))
            default: break
            }
        }
        return names.sorted()
    }
}
