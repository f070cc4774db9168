/// The memory of prompts: what each version meant when it was first served, and labels turned at run time.
extension LedgerWriter {
    /// Stores what is new. A version that is known with another text is a `conflict`, and nothing is stored.
    ///
    /// - Parameter at: UTC milliseconds.
    /// - Returns: how many were new.
    @discardableResult
    package func importPromptVersions(_ rows: [PromptVersionRow], at moment: Int64) async throws(LedgerError) -> Int {
        try await perform { writer in
            let known = try PromptVersionRow.all(writer.connection)
            let meanings = Dictionary(
                known.map { ([$0.name, $0.version], $0) }, uniquingKeysWith: { first, _ in first })
            var added = 0
            for row in rows {
                if let before = meanings[[row.name, row.version]] {
                    guard before.digest == row.digest else { throw before.conflict(with: row) }
                } else {
                    try row.insert(writer.connection, at: moment)
                    added += 1
                }
            }
            return added
        }
    }

    /// Turns a label; an earlier turn of it ends.
    package func setPromptOverride(_ row: PromptOverrideRow) async throws(LedgerError) {
        try await perform { writer in
            _ = try PromptOverrideRow.clear(writer.connection, row.name, row.label, by: row.by, at: row.at)
            let insert = try writer.connection.prepare(
                "INSERT INTO prompt_override(name, label, version, digest, by_whom, reason, at) VALUES(?,?,?,?,?,?,?)")
            for (index, text) in [row.name, row.label, row.version, row.digest, row.by, row.reason].enumerated() {
                insert.bind(Int32(index + 1), text)
            }
            insert.bind(7, row.at)
            try insert.run()
        }
    }

    /// Gives a label back to its file. Nobody having turned it is `missing`.
    ///
    /// - Parameter at: UTC milliseconds.
    package func clearPromptOverride(
        name: String, label: String, by: String, at moment: Int64
    ) async throws(LedgerError) {
        try await perform { writer in
            guard try PromptOverrideRow.clear(writer.connection, name, label, by: by, at: moment) else {
                throw LedgerError(.missing, "nobody has turned label '\(label)' of prompt '\(name)'")
            }
        }
    }
}

extension LedgerReader {
    /// Returns what versions meant, by name and in the order of their import.
    package func promptVersions() throws(LedgerError) -> [PromptVersionRow] {
        try read { try PromptVersionRow.all(connection) }
    }

    /// Returns the labels that are turned now, by name and label.
    package func promptOverrides() throws(LedgerError) -> [PromptOverrideRow] {
        try read {
            let select = try connection.prepare(
                """
                SELECT name, label, version, digest, by_whom, reason, at FROM prompt_override
                WHERE cleared_at IS NULL ORDER BY name, label
                """)
            var rows: [PromptOverrideRow] = []
            while try select.step() {
                rows.append(
                    PromptOverrideRow(
                        name: select.text(0), label: select.text(1), version: select.text(2), digest: select.text(3),
                        by: select.text(4), reason: select.text(5), at: select.integer(6)))
            }
            return rows
        }
    }
}

extension PromptOverrideRow {
    /// Returns whether there was one.
    fileprivate static func clear(
        _ connection: Connection, _ name: String, _ label: String, by: String, at moment: Int64
    ) throws(SQLiteError) -> Bool {
        let update = try connection.prepare(
            "UPDATE prompt_override SET cleared_at=?1, cleared_by=?2 WHERE name=?3 AND label=?4 AND cleared_at IS NULL")
        update.bind(1, moment)
        update.bind(2, by)
        update.bind(3, name)
        update.bind(4, label)
        try update.run()
        return connection.changes == 1
    }
}

extension PromptVersionRow {
    fileprivate static func all(_ connection: Connection) throws(SQLiteError) -> [PromptVersionRow] {
        let select = try connection.prepare(
            """
            SELECT name || iif(variant='', '', '.' || variant), version, digest, git_commit, blob, author, created
            FROM prompt_versions ORDER BY name, variant, imported_at, version
            """)
        var rows: [PromptVersionRow] = []
        while try select.step() {
            rows.append(
                PromptVersionRow(
                    name: select.text(0), version: select.text(1), digest: select.text(2),
                    commit: select.optionalText(3), blob: select.optionalText(4), author: select.optionalText(5),
                    created: select.optionalInteger(6)))
        }
        return rows
    }

    fileprivate func insert(_ connection: Connection, at moment: Int64) throws(SQLiteError) {
        let insert = try connection.prepare("INSERT INTO prompt_versions VALUES(?,?,?,?,?,?,?,?,?)")
        let parts = name.split(separator: ".", maxSplits: 1)
        insert.bind(1, digest)
        insert.bind(2, parts.first.map(String.init) ?? name)
        insert.bind(3, parts.count > 1 ? String(parts[1]) : "")
        insert.bind(4, version)
        insert.bind(5, commit)
        insert.bind(6, blob)
        insert.bind(7, author)
        insert.bind(8, created)
        insert.bind(9, moment)
        try insert.run()
    }

    fileprivate func conflict(with other: PromptVersionRow) -> LedgerError {
        func place(_ row: PromptVersionRow) -> String {
            "sha256:\(row.digest.prefix(12))" + (row.commit.map { " of commit \($0.prefix(12))" } ?? "")
        }
        return LedgerError(
            .conflict,
            "prompt '\(name)' \(version) was served as \(place(self)) and would now be \(place(other)): a version never"
                + " changes its text; raise the version")
    }
}
