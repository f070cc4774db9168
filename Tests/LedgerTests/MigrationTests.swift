import CSQLite
import Crypto
import Foundation
import Inference
import Synchronization
import Testing

@testable import Ledger

@Suite struct MigrationTests {
    private func oldFile(_ version: Int = 1) throws -> Folder {
        let folder = try Folder()
        try sqlite(folder.ledger, OldSchema.file(version: version))
        return folder
    }

    @Test(arguments: 1...4) func anOldFileKeepsAllItsMoneyAndGoesOn(version: Int) async throws {
        let folder = try oldFile(version)
        let ledger = try LedgerWriter.open(folder.ledger)
        #expect(ledger.recovered == 1)  // its open hold, as with any start
        let result = await ledger.admit(
            hold(newID(), 20, lines: [line(300, 20), line(500, 20, application: "team-a", scope: .team)]))
        await ledger.close()

        let reader = try LedgerReader.open(folder.ledger)
        let states = try reader.budgets().map(\.state)
        #expect(result.states.map(\.posted) == [140, 140] && states.map(\.presumed) == [90, 90])
        #expect(try reader.requests(RequestFilter()).map(\.end.status) == [402, 502, 200, 200])
        #expect(try reader.alerts().map(\.tries) == (version == 1 ? [] : [1, 2]))
        #expect(try reader.verify().map(\.description) == [])
    }

    @Test(arguments: 1...4) func aMigratedFileHasTheTablesOfANewOne(version: Int) async throws {
        let folder = try oldFile(version)
        let new = try Folder()
        await (try LedgerWriter.open(folder.ledger)).close()
        await (try LedgerWriter.open(new.ledger)).close()
        let columns = """
            SELECT group_concat(name || type || "notnull" || ifnull(dflt_value, '') || pk) FROM
            (SELECT m.name AS t, c.* FROM sqlite_schema AS m JOIN pragma_table_xinfo(m.name) AS c
             WHERE m.type='table' ORDER BY m.name, c.cid)
            """
        let indices =
            "SELECT group_concat(name || sql) FROM (SELECT * FROM sqlite_schema WHERE type='index' ORDER BY name)"
        let keys =
            """
            SELECT group_concat(t || i || c) FROM (SELECT m.name AS t, i.name AS i, group_concat(c.name) AS c
              FROM sqlite_schema AS m JOIN pragma_index_list(m.name) AS i JOIN pragma_index_info(i.name) AS c
              WHERE m.type='table' GROUP BY m.name, i.name ORDER BY m.name, i.name)
            """
        for query in [columns, indices, keys, "SELECT group_concat(name) FROM meta", "PRAGMA user_version"] {
            #expect(try OtherProgram(folder.ledger).text(query) == OtherProgram(new.ledger).text(query))
        }
    }

    @Test func eachStepIsRecordedAndOneThatCameLaterIsDoneAlone() async throws {
        let folder = try oldFile(4)
        await (try LedgerWriter.open(folder.ledger)).close()
        let steps = "SELECT group_concat(name) FROM (SELECT name FROM meta WHERE name LIKE 'step:%' ORDER BY name)"
        let all = MigrationStep.all.map { "step:" + $0.name }.sorted().joined(separator: ",")
        #expect(try OtherProgram(folder.ledger).text(steps) == all)

        // As a program of the same version without the step would have left it.
        try sqlite(
            folder.ledger,
            "DELETE FROM meta WHERE name='step:alerts_of_each_limit'; UPDATE meta SET value=7 WHERE"
                + " name LIKE 'step:%'")
        let reading = #expect(throws: LedgerError.self) { _ = try LedgerReader.open(folder.ledger) }
        #expect(reading?.kind == .outdated && reading?.message.contains("'alerts_of_each_limit'") == true)
        await (try LedgerWriter.open(folder.ledger)).close()
        #expect(try OtherProgram(folder.ledger).text(steps) == all)
        #expect(
            try OtherProgram(folder.ledger).text("SELECT count(*) FROM meta WHERE name LIKE 'step:%' AND value<>7")
                == "1")
        #expect(try OtherProgram(folder.ledger + ".v5-backup").text("PRAGMA user_version") == "5")
    }

    @Test func theBackupsSizeAndTimeAreToldBeforeAnythingIsChanged() async throws {
        let folder = try oldFile(4)
        let told = Mutex<[MigrationNotice]>([])
        var options = LedgerOptions()
        let path = folder.ledger
        options.onMigration = { notice in
            if case .backingUp = notice {
                #expect(!FileManager.default.fileExists(atPath: path + ".v4-backup"))
                #expect((try? OtherProgram(path).text("PRAGMA user_version")) == "4")
            }
            told.withLock { $0.append(notice) }
        }
        await (try LedgerWriter.open(folder.ledger, options: options)).close()
        await (try LedgerWriter.open(folder.ledger, options: options)).close()  // nothing to do, nothing to tell

        let notices = told.withLock { $0 }
        let size = try #require(
            try FileManager.default.attributesOfItem(atPath: path + ".v4-backup")[.size] as? Int64)
        guard notices.count == 3, case .backingUp(path + ".v4-backup", let bytes, 1) = notices[0],
            case .backedUp(path + ".v4-backup", size, _) = notices[1],
            case .migrated(4, 5, MigrationStep.all.map(\.name), _) = notices[2]
        else {
            Issue.record("\(notices)")
            return
        }
        #expect(bytes >= size)
    }

    @Test(arguments: ["PRAGMA user_version=6", "INSERT INTO meta VALUES('step:of_the_future', 1)"])
    func aFileOfANewerProgramIsRefusedAndItsBackupNamed(change: String) async throws {
        let folder = try oldFile(4)
        await (try LedgerWriter.open(folder.ledger)).close()
        try sqlite(folder.ledger, change)
        for backup in [".v4-backup", ".v5-backup"] {
            if backup == ".v5-backup" {
                try "".write(toFile: folder.ledger + backup, atomically: true, encoding: .utf8)
            }
            let writing = #expect(throws: LedgerError.self) { _ = try LedgerWriter.open(folder.ledger) }
            let reading = #expect(throws: LedgerError.self) { _ = try LedgerReader.open(folder.ledger) }
            #expect(writing?.kind == .schema && writing == reading)
            #expect(writing?.message.contains(folder.ledger + backup) == true)
        }
    }

    @Test func rowsThatNameARebuiltTableStay() throws {
        let folder = try oldFile(4)
        let connection = try Connection(folder.ledger, .readWrite)
        try connection.harden()
        try connection.execute("PRAGMA foreign_keys=OFF; BEGIN")
        try TableRebuild.run(
            .price, in: connection,
            as: """
                (id INTEGER PRIMARY KEY, provider TEXT NOT NULL CHECK(provider<>''), model TEXT NOT NULL,
                valid_from TEXT NOT NULL, currency TEXT NOT NULL, source TEXT NOT NULL, context_window INTEGER,
                max_output_tokens INTEGER, per_call TEXT, more INTEGER NOT NULL DEFAULT 7) STRICT
                """)
        try connection.execute("COMMIT; PRAGMA foreign_keys=ON")

        #expect(try connection.integer("SELECT more FROM identity JOIN price ON price.id=identity.price") == 7)
        #expect(try connection.integer("SELECT count(*) FROM pragma_foreign_key_check") == 0)
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema WHERE name='price_model'") == 1)
        #expect(throws: SQLiteError.self) { try connection.execute("UPDATE price SET provider=''") }
        #expect(throws: SQLiteError.self) { try connection.execute("DELETE FROM price") }
    }

    @Test func aFileOfVersion3LearnsWhoTurnedALabelAndWhatWasSent() async throws {
        let folder = try oldFile(3)
        let ledger = try LedgerWriter.open(folder.ledger)
        var made = hold(newID(), 60, lines: [line(1_000, 60)])
        made.identity.prompt = PromptReference(
            name: "reply", version: "1.0.0", digest: String(repeating: "a", count: 64), label: "production",
            commit: nil)
        made.identity.prompt?.override = "alice: complaints"
        #expect(await ledger.admit(made).isHeld)
        var closing = closing(made.request)
        closing.identity = made.identity
        var end = end(made.request, 45)
        end.sentDigest = SHA256.hash("a body")
        try await ledger.settle(end, closing: closing)
        await ledger.close()

        let reader = try LedgerReader.open(folder.ledger)
        let old = try reader.requests(RequestFilter()).first { $0.end.status == 200 && $0.end.request != made.request }
        let ids = [try #require(old).end.request, made.request]
        let prompts = try ids.map { try reader.request($0)?.end?.identity.prompt }
        #expect(prompts.map { $0?.label } == ["production", "production"])
        #expect(prompts.map { $0?.override } == [nil, "alice: complaints"])
        #expect(try ids.map { try reader.request($0)?.attempts.map(\.sentDigest) } == [[nil], [SHA256.hash("a body")]])
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
        #expect(try OtherProgram(folder.ledger).text("PRAGMA user_version") == "5")
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
