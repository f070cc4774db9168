import Inference

/// The prices that calls were billed at, each version stored once with all its rates, so that history can be recomputed.
final class PriceTable {
    private let connection: Connection
    private let candidates: Statement
    private let one: Statement
    private let rates: Statement
    private let insert: Statement
    private let insertRates: Statement
    private var ids: [Price: Int64] = [:]

    private static let classes = BillingClass.all.map(\.name).joined(separator: ", ")

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        let columns = "id, provider, model, valid_from, currency, source, context_window, max_output_tokens, per_call"
        candidates = try connection.prepare(
            "SELECT \(columns) FROM price WHERE provider=? AND model=? AND valid_from=?")
        one = try connection.prepare("SELECT \(columns) FROM price WHERE id=?")
        rates = try connection.prepare(
            """
            SELECT tier, above_input, geo, \(PriceTable.classes) FROM price_rates WHERE price=?
            """)
        insert = try connection.prepare(
            """
            INSERT INTO price(provider, model, valid_from, currency, source, context_window, max_output_tokens, per_call)
            VALUES(?,?,?,?,?,?,?,?)
            """)
        insertRates = try connection.prepare(
            """
            INSERT INTO price_rates(price, tier, above_input, geo, \(PriceTable.classes))
            VALUES(?,?,?,?\(String(repeating: ",?", count: BillingClass.all.count)))
            """)
    }

    /// Returns the number of exactly this price; stores it on first use.
    func id(of price: Price) throws(SQLiteError) -> Int64 {
        if let known = ids[price] { return known }
        let id = if let found = try lookUp(price) { found } else { try store(price) }
        ids[price] = id
        return id
    }

    func price(_ id: Int64) throws(SQLiteError) -> Price? {
        one.bind(1, id)
        defer { one.reset() }
        return try one.step() ? read(one) : nil
    }

    func forget() { ids.removeAll() }

    private func lookUp(_ price: Price) throws(SQLiteError) -> Int64? {
        candidates.bind(1, price.provider)
        candidates.bind(2, price.model)
        candidates.bind(3, price.from)
        defer { candidates.reset() }
        while try candidates.step() {
            if try read(candidates) == price { return candidates.integer(0) }
        }
        return nil
    }

    private func store(_ price: Price) throws(SQLiteError) -> Int64 {
        insert.bind(1, price.provider)
        insert.bind(2, price.model)
        insert.bind(3, price.from)
        insert.bind(4, price.currency.code)
        insert.bind(5, price.source)
        insert.bind(6, price.contextWindow)
        insert.bind(7, price.maxOutputTokens)
        insert.bind(8, UsageExtras.text(price.perCall))
        try insert.run()
        let id = connection.lastRowID
        try store(price.rates, of: id, when: RateConditions())
        for entry in price.conditional { try store(entry.rates, of: id, when: entry.when) }
        return id
    }

    private func store(_ rates: Rates, of price: Int64, when: RateConditions) throws(SQLiteError) {
        insertRates.bind(1, price)
        insertRates.bind(2, when.tier ?? "")
        insertRates.bind(3, when.aboveInput ?? -1)
        insertRates.bind(4, when.geo ?? "")
        for each in BillingClass.all { insertRates.bind(Int32(5 + each.rawValue), rates[each]) }
        try insertRates.run()
    }

    private func read(_ row: Statement) throws(SQLiteError) -> Price? {
        guard let currency = Currency(row.text(4)) else { return nil }
        var price = Price(
            provider: row.text(1), model: row.text(2), from: row.text(3), currency: currency,
            rates: Rates(input: 0, output: 0), source: row.text(5))
        price.contextWindow = row.optionalInteger(6)
        price.maxOutputTokens = row.optionalInteger(7)
        price.perCall = row.optionalText(8).flatMap(UsageExtras.read) ?? [:]
        rates.bind(1, row.integer(0))
        defer { rates.reset() }
        while try rates.step() {
            let (tier, above, geo) = (rates.text(0), rates.integer(1), rates.text(2))
            let conditions = RateConditions(
                tier: tier.isEmpty ? nil : tier, aboveInput: above < 0 ? nil : above, geo: geo.isEmpty ? nil : geo)
            price.set(readRates(), when: conditions)
        }
        return price
    }

    private func readRates() -> Rates {
        var found = Rates(input: 0, output: 0)
        for each in BillingClass.all { found[each] = rates.optionalInteger(Int32(3 + each.rawValue)) }
        return found
    }
}
