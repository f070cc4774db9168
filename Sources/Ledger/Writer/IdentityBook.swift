import Inference

/// The identities of calls that the file knows: each is stored once and named by a number.
final class IdentityBook {
    /// What a row of `identity` says.
    struct Entry: Hashable {
        var call: CallIdentity
        var provider: String?
        var upstreamModel: String?
        var price: Price?
        var isFree: Bool
        var currency: Currency?

        /// Few members hash, all compare: generations and digests differ rarely while a gateway runs.
        func hash(into hasher: inout Hasher) {
            hasher.combine(call.application)
            hasher.combine(call.key)
            hasher.combine(call.model)
            hasher.combine(call.variant?.variant)
            hasher.combine(upstreamModel)
        }
    }

    private let connection: Connection
    private let prices: PriceTable
    private let find: Statement
    private let insert: Statement
    private var ids: [Entry: Int64] = [:]

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        prices = try PriceTable(connection)
        find = try connection.prepare(
            """
            SELECT id FROM identity WHERE application=?1 AND team IS ?2 AND key=?3 AND model=?4 AND prompt IS ?5
              AND prompt_version IS ?6 AND prompt_digest IS ?7 AND prompt_label IS ?8 AND prompt_commit IS ?9
              AND experiment IS ?10 AND phase IS ?11 AND variant IS ?12 AND generation=?13 AND git_commit IS ?14
              AND provider IS ?15 AND upstream_model IS ?16 AND price IS ?17 AND free=?18 AND currency IS ?19
              AND prompt_override IS ?20
            """)
        insert = try connection.prepare(
            """
            INSERT INTO identity(application, team, key, model, prompt, prompt_version, prompt_digest, prompt_label,
              prompt_commit, experiment, phase, variant, generation, git_commit, provider, upstream_model, price,
              free, currency, prompt_override) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
            """)
    }

    /// Returns the number of an identity; stores it on first use.
    func id(of entry: Entry) throws(SQLiteError) -> Int64 {
        if let known = ids[entry] { return known }
        let price: Int64? = if let price = entry.price { try prices.id(of: price) } else { nil }
        if ids.count > 50_000 { ids.removeAll() }
        let id = if let found = try lookUp(entry, price) { found } else { try store(entry, price) }
        ids[entry] = id
        return id
    }

    /// Forgets what a rollback undid.
    func forget() {
        ids.removeAll()
        prices.forget()
    }

    private func lookUp(_ entry: Entry, _ price: Int64?) throws(SQLiteError) -> Int64? {
        bind(entry, price, to: find)
        defer { find.reset() }
        return try find.step() ? find.integer(0) : nil
    }

    private func store(_ entry: Entry, _ price: Int64?) throws(SQLiteError) -> Int64 {
        bind(entry, price, to: insert)
        try insert.run()
        return connection.lastRowID
    }

    private func bind(_ entry: Entry, _ price: Int64?, to statement: Statement) {
        statement.bind(1, entry.call.application)
        statement.bind(2, entry.call.team)
        statement.bind(3, entry.call.key)
        statement.bind(4, entry.call.model)
        statement.bind(5, entry.call.prompt?.name)
        statement.bind(6, entry.call.prompt?.version)
        statement.bind(7, entry.call.prompt?.digest)
        statement.bind(8, entry.call.prompt?.label)
        statement.bind(9, entry.call.prompt?.commit)
        statement.bind(10, entry.call.variant?.experiment)
        statement.bind(11, entry.call.variant?.phase)
        statement.bind(12, entry.call.variant?.variant)
        statement.bind(13, entry.call.generation)
        statement.bind(14, entry.call.commit)
        statement.bind(15, entry.provider)
        statement.bind(16, entry.upstreamModel)
        statement.bind(17, price)
        statement.bind(18, entry.isFree)
        statement.bind(19, entry.currency?.code)
        statement.bind(20, entry.call.prompt?.override)
    }
}
