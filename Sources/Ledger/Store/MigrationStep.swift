/// One change of the tables, done once to each file, in the order of ``all``.
///
/// A step's name is recorded in `meta` when it is done, so that steps can be added until a version is released, and a
/// program knows the files that a later one has changed. A released step is never edited: the next change is a new one.
struct MigrationStep: Sendable {
    let name: String
    private let body: @Sendable (Connection) throws -> Void

    /// - Parameter name: lower case, words joined by `_`; unique for ever.
    init(_ name: String, _ body: @escaping @Sendable (Connection) throws -> Void) {
        self.name = name
        self.body = body
    }

    init(_ name: String, sql: String) {
        self.init(name) { connection in try connection.execute(sql) }
    }

    /// Changes the file, inside an open transaction, and records that it was done.
    ///
    /// - Parameter at: UTC milliseconds.
    func run(_ connection: Connection, at moment: Int64) throws {
        try body(connection)
        let note = try connection.prepare("INSERT INTO meta(name, value) VALUES(?, ?)")
        note.bind(1, MigrationStep.prefix + name)
        note.bind(2, moment)
        try note.run()
    }

    /// Returns the names of the steps that were done to a file.
    static func done(_ connection: Connection) throws(SQLiteError) -> Set<String> {
        let select = try connection.prepare("SELECT name FROM meta WHERE name>='\(prefix)' AND name<'step;'")
        var names: Set<String> = []
        while try select.step() { names.insert(String(select.text(0).dropFirst(prefix.count))) }
        return names
    }

    /// Returns a step that was done by a newer program, or nil.
    static func unknown(_ connection: Connection) throws(SQLiteError) -> String? {
        try done(connection).subtracting(all.map(\.name)).min()
    }

    /// What stands before a step's name in `meta`.
    static let prefix = "step:"
}
