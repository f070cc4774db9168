import Glibc
import Synchronization
import Testing
import Threads

@Suite struct ParallelMapTests {
    @Test(arguments: [0, 1, 7, 8, 9, 1_000])
    func theOrderStays(count: Int) {
        let squares = Array(0..<count).parallelMap(piece: 8) { $0 * $0 }
        #expect(squares == (0..<count).map { $0 * $0 })
    }
}

@Suite struct WorkLaneTests {
    private struct Refusal: Error, Equatable {}

    @Test func givesTheResultOrTheErrorOfTheWork() async throws {
        let lane = WorkLane(threads: 1)
        #expect(await lane.run { 7 } == 7)
        await #expect(throws: Refusal()) { try await lane.run { () throws(Refusal) in throw Refusal() } }
    }

    /// How many are at work now, how many were at most, and how many have been.
    private final class Counts: Sendable {
        let now = Atomic<Int>(0)
        let most = Atomic<Int>(0)
        let ended = Atomic<Int>(0)

        func work() {
            most.max(now.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
            usleep(1_000)
            now.subtract(1, ordering: .relaxed)
            ended.add(1, ordering: .relaxed)
        }
    }

    @Test func runsNoMoreThanItsThreadsAtOnce() async {
        let lane = WorkLane(threads: 2)
        let counts = Counts()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { await lane.run { counts.work() } } }
        }
        #expect(counts.ended.load(ordering: .relaxed) == 20)
        #expect(counts.most.load(ordering: .relaxed) <= 2)
    }
}
