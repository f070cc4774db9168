import Foundation
import Inference
import Testing

@testable import Ledger

@Suite struct SalvageTests {
    private static let page = 4_096

    /// A ledger of 600 settled calls on one period, one that was under way, and its log emptied.
    private func ledger(_ folder: Folder, openHold: Bool = true) async throws {
        var options = LedgerOptions()
        options.synchronous = .normal
        let ledger = try LedgerWriter.open(folder.ledger, options: options)
        for index in 0..<600 {
            let id = newID(at: noon + Int64(index) * 5_000)
            let at = noon + Int64(index) * 5_000
            _ = await ledger.admit(hold(id, 30, lines: [line(1_000_000, 30)], at: at))
            try await ledger.settle(end(id, 10), closing: closing(id))
        }
        if openHold { _ = await ledger.admit(hold(newID(), 70, lines: [line(1_000_000, 70)])) }
        await ledger.close()
    }

    private func change(_ path: String, _ body: (inout [UInt8]) -> Void) throws {
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        body(&bytes)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    /// Salvages, charges what was under way, and returns the rows and findings of the new file.
    private func salvage(_ folder: Folder) async throws -> (report: SalvageReport, attempts: Int, reader: LedgerReader)
    {
        let target = folder.path + "/saved-\(UUID().uuidString).db"
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.ledger))
        let report = try LedgerSalvage.run(folder.ledger, to: target)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.ledger)) == before)  // the original is as it was
        await (try LedgerWriter.open(target)).close()
        let reader = try LedgerReader.open(target)
        var all = RequestFilter()
        all.limit = 1_000
        return (report, try reader.requests(all).count, reader)
    }

    @Test func aWholeFileIsSavedWholeAndWhatWasUnderWayIsPresumed() async throws {
        let folder = try Folder()
        try await ledger(folder)
        let saved = try await salvage(folder)
        #expect(saved.report.notes == [] && saved.report.isWhole && saved.attempts == 600)
        #expect(try saved.reader.budgets().map(\.state.posted) == [6_070])
        #expect(try saved.reader.budgets().map(\.state.presumed) == [70])
        #expect(try saved.reader.verify().map(\.description) == [])
    }

    @Test func aTornPageCostsItsOwnRowsAndNoMoneyOfTheBudget() async throws {
        let folder = try Folder()
        try await ledger(folder, openHold: false)
        let query = CostQuery(from: midnight, to: midnight + 86_400_000)
        let costs = try LedgerReader.open(folder.ledger).costs(query)
        let leaves = try pages(of: "attempt", folder)
        try change(folder.ledger) { bytes in
            for page in [leaves[5], leaves[6], leaves[leaves.count - 4]] {
                let start = (page - 1) * SalvageTests.page
                bytes.replaceSubrange(
                    start..<start + SalvageTests.page, with: repeatElement(0xA5, count: SalvageTests.page))
            }
        }
        let saved = try await salvage(folder)
        let attempt = try #require(saved.report.tables.first { $0.name == "attempt" })
        #expect((2...3).contains(attempt.gaps))
        #expect((450..<600).contains(attempt.rows))
        #expect(try saved.reader.budgets().map(\.state.posted) == [6_000])  // as much as was spent
        #expect(try saved.reader.costs(query) == costs)
        #expect(try saved.reader.verify().map(\.description) == [])
    }

    @Test func aLostHeaderOrFirstPageIsMadeAnew() async throws {
        for count in [16, 100, SalvageTests.page] {
            let folder = try Folder()
            try await ledger(folder)
            try change(folder.ledger) { $0.replaceSubrange(0..<count, with: repeatElement(0, count: count)) }
            #expect(throws: LedgerError.self) { _ = try LedgerWriter.open(folder.ledger) }
            let saved = try await salvage(folder)
            #expect(saved.attempts == 600)
            #expect(saved.report.notes.count == 1)
            #expect(try saved.reader.verify().map(\.description) == [])
        }
    }

    @Test func aFileCutShortKeepsItsFirstRows() async throws {
        let folder = try Folder()
        try await ledger(folder, openHold: false)
        try change(folder.ledger) { $0.removeLast(8 * SalvageTests.page) }
        let saved = try await salvage(folder)
        #expect(saved.attempts > 100)
        #expect(!saved.report.isWhole)
        #expect(try saved.reader.budgets().map(\.state.posted) == [6_000])
        #expect(try saved.reader.verify().map(\.description) == [])
    }

    @Test func whatIsNoLedgerIsRefusedAndNothingIsOverwritten() async throws {
        let folder = try Folder()
        try Data("no ledger, but long enough to be a page".utf8).write(to: URL(fileURLWithPath: folder.ledger))
        let target = folder.path + "/saved.db"
        let error = #expect(throws: LedgerError.self) { _ = try LedgerSalvage.run(folder.ledger, to: target) }
        #expect(error?.kind == .corrupt && !FileManager.default.fileExists(atPath: target))
        let exists = #expect(throws: LedgerError.self) { _ = try LedgerSalvage.run(folder.ledger, to: folder.ledger) }
        #expect(exists?.kind == .conflict)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                "ledger.db", "ledger.db.lock",
            ])
    }

    @Test func aRunningGatewayIsNotWorkedAgainst() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let error = #expect(throws: LedgerError.self) {
            _ = try LedgerSalvage.run(folder.ledger, to: folder.path + "/saved.db")
        }
        await ledger.close()
        #expect(error?.kind == .locked)
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func damageAnywhereEndsInBooksThatBalanceOrARefusal(seed: UInt64) async throws {
        let folder = try Folder()
        try await ledger(folder)
        var random = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15)
        try change(folder.ledger) { bytes in
            for _ in 0..<3 {
                let start = Int.random(in: 0..<bytes.count - 64, using: &random)
                for index in start..<start + 64 { bytes[index] = UInt8.random(in: 0...255, using: &random) }
            }
        }
        guard let saved = try? await salvage(folder) else { return }
        let findings = try saved.reader.verify().filter { !$0.place.hasPrefix("audit") }
        #expect(findings.map(\.description) == [])
    }

    /// The leaf pages of a table, in order.
    private func pages(of table: String, _ folder: Folder) throws -> [Int] {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.ledger)))
        let root = try #require(
            Int(try OtherProgram(folder.ledger).text("SELECT rootpage FROM sqlite_schema WHERE name='\(table)'") ?? ""))
        func number(_ at: Int, _ size: Int) -> Int { (0..<size).reduce(0) { $0 << 8 | Int(bytes[at + $1]) } }
        func leaves(_ page: Int) -> [Int] {
            let start = (page - 1) * SalvageTests.page
            guard bytes[start] == 2 else { return [page] }  // an interior page of an index tree
            let cells = (0..<number(start + 3, 2)).map { number(start + number(start + 12 + 2 * $0, 2), 4) }
            return (cells + [number(start + 8, 4)]).flatMap(leaves)
        }
        return leaves(root)
    }
}
