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
