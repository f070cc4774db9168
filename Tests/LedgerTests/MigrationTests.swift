import CSQLite
import Crypto
import Foundation
import Inference
import Ledger
import Testing

@Suite struct MigrationTests {
    private func oldFile() throws -> Folder {
        let folder = try Folder()
        try sqlite(folder.ledger, "PRAGMA journal_mode=WAL;" + SchemaVersion1.statements + SchemaVersion1.rows)
        return folder
    }

    @Test func aFileOfVersion1KeepsAllItsMoneyAndGoesOn() async throws {
        let folder = try oldFile()
        let ledger = try LedgerWriter.open(folder.ledger)
        #expect(ledger.recovered == 1)  // its open hold, as with any start
        let result = await ledger.admit(
            hold(newID(), 20, lines: [line(300, 20), line(500, 20, application: "team-a", scope: .team)]))
        await ledger.close()

        let reader = try LedgerReader.open(folder.ledger)
        let states = try reader.budgets().map(\.state)
        #expect(result.states.map(\.posted) == [140, 140] && states.map(\.presumed) == [90, 90])
        #expect(try reader.requests(RequestFilter()).map(\.end.status) == [402, 502, 200, 200])
        let found = try reader.verify().map(\.description)
        #expect(found == [])
    }

    /// What version 4 added, taken away again.
    private static let toVersion3 = """
        ALTER TABLE identity DROP COLUMN prompt_override; ALTER TABLE attempt DROP COLUMN request_sha256;
        PRAGMA user_version=3
        """

    @Test(arguments: [1, 3])
    func aMigratedFileHasTheTablesOfANewOne(version: Int) async throws {
        let folder = version == 1 ? try oldFile() : try Folder()
        let new = try Folder()
        await (try LedgerWriter.open(folder.ledger)).close()
        await (try LedgerWriter.open(new.ledger)).close()
        if version == 3 {
            try sqlite(folder.ledger, Self.toVersion3)
            await (try LedgerWriter.open(folder.ledger)).close()
        }
        let columns = """
            SELECT group_concat(name || type || "notnull" || ifnull(dflt_value, '') || pk) FROM
            (SELECT m.name AS t, c.* FROM sqlite_schema AS m JOIN pragma_table_xinfo(m.name) AS c
             WHERE m.type='table' ORDER BY m.name, c.cid)
            """
        let indices =
            "SELECT group_concat(name || sql) FROM (SELECT * FROM sqlite_schema WHERE type='index' ORDER BY name)"
        for query in [columns, indices] {
            #expect(try OtherProgram(folder.ledger).text(query) == OtherProgram(new.ledger).text(query))
        }
    }

    @Test func aFileOfVersion3KeepsAllAndLearnsWhoTurnedALabelAndWhatWasSent() async throws {
        let folder = try Folder()
        func settled(_ ledger: LedgerWriter, override: String?) async throws -> RequestID {
            var made = hold(newID(), 60, lines: [line(1_000, 60)])
            made.identity.prompt = PromptReference(
                name: "reply", version: "1.0.0", digest: String(repeating: "a", count: 64), label: "production",
                commit: nil)
            made.identity.prompt?.override = override
            #expect(await ledger.admit(made).isHeld)
            var closing = closing(made.request)
            closing.identity = made.identity
            var end = end(made.request, 45)
            end.sentDigest = SHA256.hash("a body")
            try await ledger.settle(end, closing: closing)
            return made.request
        }
        var ledger = try LedgerWriter.open(folder.ledger)
        let old = try await settled(ledger, override: nil)
        await ledger.close()
        try sqlite(folder.ledger, Self.toVersion3)
        #expect(throws: LedgerError.self) { _ = try LedgerReader.open(folder.ledger) }
        ledger = try LedgerWriter.open(folder.ledger)
        let new = try await settled(ledger, override: "alice: complaints")
        await ledger.close()

        let reader = try LedgerReader.open(folder.ledger)
        let prompts = try [old, new].map { try reader.request($0)?.end?.identity.prompt }
        #expect(prompts.map { $0?.label } == ["production", "production"])
        #expect(prompts.map { $0?.override } == [nil, "alice: complaints"])
        let sent = try [old, new].map { try reader.request($0)?.attempts.map(\.sentDigest) }
        #expect(sent == [[nil], [SHA256.hash("a body")]])
        #expect(try reader.budgets().map(\.state.posted) == [90])
        #expect(try OtherProgram(folder.ledger + ".v3-backup").text("PRAGMA user_version") == "3")
        #expect(try reader.verify().map(\.description) == [])
    }

    @Test func theBackupIsTheFileOfVersion1ForTheOwnerAlone() async throws {
        let folder = try oldFile()
        await (try LedgerWriter.open(folder.ledger)).close()
        let backup = folder.ledger + ".v1-backup"
        let mode = try FileManager.default.attributesOfItem(atPath: backup)[.posixPermissions] as? Int

        #expect(mode == 0o600)
        #expect(try OtherProgram(backup).text("PRAGMA user_version") == "1")
        #expect(try OtherProgram(backup).text("SELECT count(*) FROM hold") == "1")
        #expect(try OtherProgram(folder.ledger).text("PRAGMA user_version") == "4")
        #expect(!FileManager.default.fileExists(atPath: backup + ".new"))
    }

    @Test func aReaderSaysWhoBringsTheFileUpToDate() throws {
        let folder = try oldFile()
        let error = #expect(throws: LedgerError.self) { _ = try LedgerReader.open(folder.ledger) }
        #expect(error?.kind == .outdated && error?.message.contains("llmgw serve") == true)
    }

    @Test func aMigrationThatFailsLeavesVersion1AsItWas() throws {
        let folder = try oldFile()
        try sqlite(folder.ledger, "CREATE TABLE alert(other INTEGER)")  // the last statements will fail
        #expect(throws: LedgerError.self) { _ = try LedgerWriter.open(folder.ledger) }

        let file = try OtherProgram(folder.ledger)
        #expect(try file.text("PRAGMA user_version") == "1")
        #expect(try file.text("SELECT count(*) FROM pragma_table_info('hold') WHERE name='seq'") == "0")
        #expect(try file.text("SELECT sum(posted_nano) FROM period") == "220")
        try file.execute("DROP TABLE alert")
        let ledger = try LedgerWriter.open(folder.ledger)
        #expect(ledger.health == .healthy)
    }

    @Test func withoutABackupNothingIsMigrated() throws {
        let folder = try oldFile()
        try FileManager.default.createDirectory(
            atPath: folder.ledger + ".v1-backup", withIntermediateDirectories: false)  // no file can take its place
        let error = #expect(throws: LedgerError.self) { _ = try LedgerWriter.open(folder.ledger) }

        #expect(error?.kind == .unavailable)
        #expect(try OtherProgram(folder.ledger).text("PRAGMA user_version") == "1")
    }
}
