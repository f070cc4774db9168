import Foundation
import Inference
import Synchronization
import Testing

@testable import Ledger

@Suite struct ContentStoreTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private var path: String { "\(folder.path)/content.db" }
    private let now = utcMilliseconds()

    private func answer(_ number: UInt64, at moment: Int64, bytes: Int = 3) -> StoredAnswer {
        StoredAnswer(
            request: RequestID(high: 7, low: number), status: 200, contentType: "text/event-stream", isStream: true,
            fields: ["x-llmgw-cost: 0.000000100 USD"], body: Array(repeating: 65, count: bytes), at: moment)
    }

    private func store(retention: Int64 = 60_000) throws -> ContentStore {
        try ContentStore(path, retention: retention) { Issue.record("\($0)") }
    }

    @Test func whatWasStoredIsFoundAgainAlsoByTheNextProcess() async throws {
        let kept = answer(1, at: now)
        let first = try store()
        #expect(await first.answer(of: kept.request) == nil)
        #expect(!fileExists(path))  // nothing was kept, so nothing was made
        first.store(kept)
        #expect(await first.answer(of: kept.request) == kept)
        await first.close()
        #expect(await first.answer(of: kept.request) == nil)

        let second = try store()
        #expect(await second.answer(of: kept.request) == kept)
        await second.close()
    }

    @Test func whatIsTooOldIsNotFoundAndMakesRoom() async throws {
        let store = try store()
        for number in 1...15 { store.store(answer(UInt64(number), at: now - 120_000)) }
        store.store(answer(31, at: now))
        #expect(await store.answer(of: RequestID(high: 7, low: 1)) == nil)
        #expect(await store.answer(of: RequestID(high: 7, low: 31)) != nil)
        await store.close()
        let connection = try Connection(path, .readOnly)
        #expect(try connection.integer("SELECT count(*) FROM answer") == 1)
    }

    /// What a power loss leaves of a file whose last writes were not on the disk yet.
    enum Loss: String, CaseIterable {
        case empty, zeros, header, unnamed, unnamedWithRows, cut, scrambled
    }

    @Test(arguments: Loss.allCases)
    func aFileCutByAPowerLossIsTakenAsNew(loss: Loss) async throws {
        let before = try store()
        for number in 1...50 { before.store(answer(UInt64(number), at: now, bytes: 2_000)) }
        await before.close()
        let whole = try #require(FileManager.default.contents(atPath: path))
        switch loss {
        case .empty: try Data().write(to: URL(fileURLWithPath: path))
        case .zeros: try Data(count: 8_192).write(to: URL(fileURLWithPath: path))
        case .header: try whole.prefix(60).write(to: URL(fileURLWithPath: path))
        case .unnamed:
            try FileManager.default.removeItem(atPath: path)
            try Connection(path, .create).execute("PRAGMA journal_mode=WAL")
        case .unnamedWithRows: try Connection(path, .readWrite).execute("PRAGMA application_id=0")
        case .cut: try whole.prefix(4_096).write(to: URL(fileURLWithPath: path))
        case .scrambled:
            var bytes = whole
            for index in 100..<bytes.count { bytes[index] = 0xA5 }
            try bytes.write(to: URL(fileURLWithPath: path))
        }

        let after = try store()
        let next = answer(99, at: now)
        after.store(next)
        #expect(await after.answer(of: next.request) == next)
        let isKept = await after.answer(of: RequestID(high: 7, low: 1)) != nil
        #expect(isKept == (loss == .unnamedWithRows))
        await after.close()
        #expect(try Connection(path, .readOnly).integer("PRAGMA application_id") == ContentFile.applicationID)
    }

    @Test func aFileThatIsSomethingElseIsLeftAloneAndReported() async throws {
        try Connection(path, .create).execute("CREATE TABLE mine(a)")
        let failures = Mutex(0)
        let store = try ContentStore(path, retention: 1_000) { _ in failures.withLock { $0 += 1 } }
        store.store(answer(1, at: now))
        #expect(await store.answer(of: RequestID(high: 7, low: 1)) == nil)
        #expect(failures.withLock { $0 } == 1)
        #expect(try Connection(path, .readOnly).integer("SELECT count(*) FROM sqlite_master") == 1)
        await store.close()
    }
}
