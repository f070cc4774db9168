import Foundation
import Inference
import Ledger
import Testing

@Suite struct RecoveryTests {
    /// Copies the file and its log as a killed process would leave them, and opens the copy.
    private func crashed(_ folder: Folder) throws -> String {
        let copy = folder.path + "/crashed"
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        for name in ["ledger.db", "ledger.db-wal"] {
            try FileManager.default.copyItem(atPath: folder.path + "/" + name, toPath: copy + "/" + name)
        }
        return copy + "/ledger.db"
    }

    @Test func whatACrashLeavesOpenIsChargedAtItsBound() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let (settled, open) = (newID(), newID())
        for id in [settled, open] { _ = await ledger.admit(hold(id, 40, lines: [line(100, 40)])) }
        try await ledger.settle(end(settled, 10), closing: closing(settled))
        let path = try crashed(folder)
        await ledger.close()

        let again = try LedgerWriter.open(path)
        let reader = try LedgerReader.open(path)
        let state = try #require(try reader.budgets().first?.state)
        let attempt = try #require(try reader.request(open)?.attempts.first)
        let findings = try reader.verify()
        let late = try await again.settle(end(open, 5))  // the old process's answer changes nothing
        await again.close()
        let third = try LedgerWriter.open(path)

        #expect(again.recovered == 1 && third.recovered == 0)
        #expect(state.posted == 50 && state.held == 0 && state.presumed == 40)
        #expect(attempt.state == .presumed && attempt.settlement?.cost == Money(nano: 40, .usd))
        #expect(!late.applied)
        #expect(findings.isEmpty)
        await third.close()
    }

    @Test func acknowledgedRowsSurviveACrashAtAnyMoment() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        var acknowledged: [RequestID] = []
        let load = Task {
            var ids: [RequestID] = []
            while !Task.isCancelled {
                let id = newID()
                // The cancellation may come while it waits, and then nothing is held.
                guard await ledger.admit(hold(id, 5, lines: [line(1 << 40, 5)])).isHeld else { break }
                try await ledger.settle(end(id, 3), closing: closing(id))
                ids.append(id)
            }
            return ids
        }
        try await Task.sleep(for: .milliseconds(150))
        load.cancel()
        acknowledged = try await load.value
        let path = try crashed(folder)
        await ledger.close()

        let again = try LedgerWriter.open(path)
        let reader = try LedgerReader.open(path)
        let report = try reader.costs(CostQuery(from: midnight, to: midnight + 86_400_000))
        await again.close()

        #expect(report.total.requests >= Int64(acknowledged.count))
        #expect(try acknowledged.allSatisfy { try reader.request($0)?.end != nil })
        #expect(try reader.verify().isEmpty)
    }

    @Test func aCleanStopLeavesNothingToPresume() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        _ = await ledger.admit(hold(id, 40, lines: [line(100, 40)]))
        try await ledger.settle(end(id, 10))
        await ledger.close()
        let closed = await ledger.admit(hold(newID(), 1, lines: []))

        let again = try LedgerWriter.open(folder.ledger)
        #expect(again.recovered == 0)
        #expect(closed.failure?.kind == .closed)
        await again.close()
    }

    @Test func aLedgerHasOneWriter() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let second = #expect(throws: LedgerError.self) { try LedgerWriter.open(folder.ledger) }
        await ledger.close()
        #expect(second?.kind == .locked)
        #expect(second?.message.contains("process \(getpid())") == true)
        try await LedgerWriter.open(folder.ledger).close()
    }

    @Test func aFileThatIsNoLedgerIsNeverOverwritten() throws {
        let folder = try Folder()
        for damage in [
            Data(),
            Data(
                "not a database, but long enough to have a header of 100 bytes.".utf8
                    + Array(repeating: 32, count: 4_096)),
        ] {
            try damage.write(to: URL(fileURLWithPath: folder.ledger))
            let error = #expect(throws: LedgerError.self) { try LedgerWriter.open(folder.ledger) }
            #expect(error?.kind == .corrupt)
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder.ledger)) == damage)
        }
    }

    @Test func aDamagedPageIsFoundAfterACrash() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        for _ in 0..<300 {
            let id = newID()
            _ = await ledger.admit(hold(id, 40, lines: [line(1 << 40, 40)]))
            try await ledger.settle(end(id, 10), closing: closing(id))
        }
        await ledger.close()
        try sqlite(folder.ledger, "UPDATE epoch SET stopped_at=NULL")  // as a crash leaves it
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.ledger))
        bytes.resetBytes(in: bytes.count - 3 * 4_096..<bytes.count)
        try bytes.write(to: URL(fileURLWithPath: folder.ledger))

        let error = #expect(throws: LedgerError.self) { try LedgerWriter.open(folder.ledger) }
        #expect(error?.kind == .corrupt)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.ledger)) == bytes)
    }

    @Test func aBackupIsALedger() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        _ = await ledger.admit(hold(id, 40, lines: [line(100, 40)]))
        try await ledger.settle(end(id, 10), closing: closing(id))
        let copy = folder.path + "/copy.db"
        try LedgerReader.open(folder.ledger).backup(to: copy)
        let twice = #expect(throws: LedgerError.self) { try LedgerReader.open(folder.ledger).backup(to: copy) }
        await ledger.close()
        let reader = try LedgerReader.open(copy)

        #expect(twice?.kind == .conflict)
        #expect(try reader.verify().isEmpty && reader.request(id)?.end?.request == id)
    }

    @Test func aLostFileWhoseLogIsThereIsNotMadeAnew() throws {
        let folder = try Folder()
        try Data("log".utf8).write(to: URL(fileURLWithPath: folder.ledger + "-wal"))
        let error = #expect(throws: LedgerError.self) { try LedgerWriter.open(folder.ledger) }
        #expect(error?.kind == .corrupt)
    }

    @Test func aNewerSchemaIsRefused() async throws {
        let folder = try Folder()
        try await LedgerWriter.open(folder.ledger).close()
        try sqlite(folder.ledger, "PRAGMA user_version=99")
        let error = #expect(throws: LedgerError.self) { try LedgerWriter.open(folder.ledger) }
        let reading = #expect(throws: LedgerError.self) { try LedgerReader.open(folder.ledger) }
        #expect(error?.kind == .schema && reading?.kind == .schema)
    }

    @Test func aReaderOfNoLedgerSaysHowToMakeOne() throws {
        let error = #expect(throws: LedgerError.self) { try LedgerReader.open("/nowhere/ledger.db") }
        #expect(error?.kind == .missing)
        #expect(error?.message.contains("llmgw serve") == true)
    }

    @Test func fileAndFolderAreForTheirOwnerAlone() async throws {
        let folder = try Folder()
        let path = folder.path + "/var/ledger.db"
        let ledger = try LedgerWriter.open(path)
        _ = await ledger.admit(hold(newID(), 1, lines: []))
        let modes = try ["/var", "/var/ledger.db", "/var/ledger.db-wal", "/var/ledger.db.lock"].map { name in
            try FileManager.default.attributesOfItem(atPath: folder.path + name)[.posixPermissions] as? Int
        }
        await ledger.close()
        #expect(modes == [0o700, 0o600, 0o600, 0o600])
    }
}
