import Inference

/// Reads identities by their number, each once.
final class IdentityReader {
    private let prices: PriceTable
    private let select: Statement
    private var known: [Int64: IdentityBook.Entry] = [:]

    init(_ connection: Connection, _ prices: PriceTable) throws(SQLiteError) {
        self.prices = prices
        select = try connection.prepare(
            """
            SELECT application, team, key, model, generation, git_commit, prompt, prompt_version, prompt_digest,
              prompt_label, prompt_commit, experiment, phase, variant, provider, upstream_model, price, free, currency,
              prompt_override
            FROM identity WHERE id=?
            """)
    }

    func entry(_ id: Int64) throws(SQLiteError) -> IdentityBook.Entry {
        if let entry = known[id] { return entry }
        select.bind(1, id)
        defer { select.reset() }
        guard try select.step() else { throw .failed("identity \(id) has no row") }
        var call = CallIdentity(
            application: select.text(0), team: select.optionalText(1), key: select.text(2), model: select.text(3),
            generation: select.text(4), commit: select.optionalText(5))
        if let name = select.optionalText(6) {
            call.prompt = PromptReference(
                name: name, version: select.optionalText(7), digest: select.text(8), label: select.optionalText(9),
                commit: select.optionalText(10))
            call.prompt?.override = select.optionalText(19)
        }
        if let experiment = select.optionalText(11) {
            call.variant = VariantReference(
                experiment: experiment, phase: Int(clamping: select.integer(12)), variant: select.text(13))
        }
        var entry = IdentityBook.Entry(
            call: call, provider: select.optionalText(14), upstreamModel: select.optionalText(15),
            isFree: select.integer(17) != 0, currency: select.optionalText(18).flatMap(Currency.init))
        if let price = select.optionalInteger(16) { entry.price = try prices.price(price) }
        if known.count > 50_000 { known.removeAll() }
        known[id] = entry
        return entry
    }
}
