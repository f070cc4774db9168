/// Which providers' calls stand beside a vendor's export.
struct ProviderChoice {
    let providers: [String]
    private(set) var notes: [String] = []

    /// - Parameters:
    ///   - told: what the caller has said.
    ///   - models: the models of the export under the ledger's names; nil when it names none.
    ///   - named: its models as it names them.
    init(_ told: String?, _ book: LedgerBook, models: Set<String>?, named: [String]) throws(ReportError) {
        let all = book.providers
        if let told {
            guard all.isEmpty || all.contains(told) else {
                throw ReportError(
                    "provider",
                    "the ledger has no calls of '\(told)' in these days; it has: \(all.joined(separator: ", "))")
            }
            providers = [told]
            guard let models, !all.isEmpty, book.providers(sharing: models).contains(told) == false else { return }
            throw ProviderChoice.stranger(named, book, [told])
        }
        guard let models else {
            guard all.count <= 1 else {
                throw ReportError(
                    "provider",
                    "the export names no models (OpenAI's: ask for group_by=line_item), so nothing tells whose bill it is; "
                        + "name the provider: \(all.joined(separator: ", "))")
            }
            providers = all
            return
        }
        providers = book.providers(sharing: models)
        if providers.isEmpty, !all.isEmpty { throw ProviderChoice.stranger(named, book, all) }
        if providers.count > 1 {
            notes.append(
                "\(providers.joined(separator: " and ")) share models with the export; --provider compares one alone")
        }
    }

    /// A file and a ledger that have no model in common are of two things, or call one thing by two names.
    private static func stranger(_ named: [String], _ book: LedgerBook, _ providers: [String]) -> ReportError {
        func list(_ names: some Sequence<String>) -> String {
            let names = Set(names).sorted()
            return names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
        }
        return ReportError(
            "FILE",
            "shares no model with the ledger in these days, so nothing can be compared; the export has \(list(named)), the "
                + "ledger has \(list(book.models(of: providers))) of \(list(providers)); use --map EXPORT=LEDGER where "
                + "a model has two names")
    }
}
