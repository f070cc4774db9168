import Glibc
import NetIO
import Synchronization
import Testing

/// Starts a loop, runs `body` on it, and ends the loop.
func onLoop<Result: Sendable>(_ body: @Sendable (Reactor) async throws -> Result) async throws -> Result {
    let loop = try EventLoop()
    let thread = loop.start(name: "test-loop")
    defer {
        loop.stop()
        thread.join()
    }
    return try await loop.run(body)
}

/// Changes on one loop only, without a lock; that the tests compile is half of what they prove.
private final class Tally {
    var values: [Int] = []
}

@Suite struct EventLoopTests {
    @Test func aTaskStaysOnItsLoopAcrossSuspensions() async throws {
        let threads = try await onLoop { reactor in
            var seen: Set<UInt> = [UInt(pthread_self())]
            for _ in 0..<3 {
                await reactor.sleep(for: .milliseconds(1))
                seen.insert(UInt(pthread_self()))
            }
            return seen.count
        }
        #expect(threads == 1)
    }

    @Test func timersFireInTheOrderOfTheirTimeAndCancelledOnesDoNot() async throws {
        let order = try await onLoop { reactor in
            let tally = Tally()
            reactor.schedule(after: .milliseconds(6)) { tally.values.append(3) }
            reactor.schedule(after: .milliseconds(2)) { tally.values.append(1) }
            let cancelled = reactor.schedule(after: .milliseconds(3)) { tally.values.append(9) }
            reactor.schedule(after: .milliseconds(4)) { tally.values.append(2) }
            reactor.cancel(cancelled)
            await reactor.sleep(for: .milliseconds(12))
            return tally.values
        }
        #expect(order == [1, 2, 3])
    }

    @Test func spawnedTasksShareTheLoopsObjectsWithoutLocks() async throws {
        let count = try await onLoop { reactor in
            let tally = Tally()
            for index in 0..<100 {
                reactor.spawn {
                    tally.values.append(index)
                    await reactor.sleep(for: .milliseconds(1))
                    tally.values.append(index)
                }
            }
            while tally.values.count < 200 { await reactor.sleep(for: .milliseconds(1)) }
            return tally.values.count
        }
        #expect(count == 200)
    }

    @Test func spawnedTasksRunOnTheLoopsThreadFromTheirFirstStep() async throws {
        let strays = try await onLoop { reactor in
            let own = UInt(pthread_self())
            let tally = Tally()
            for _ in 0..<100 {
                reactor.spawn {
                    tally.values.append(UInt(pthread_self()) == own ? 0 : 1)
                    await reactor.sleep(for: .milliseconds(1))
                    tally.values.append(UInt(pthread_self()) == own ? 0 : 1)
                }
            }
            while tally.values.count < 200 { await reactor.sleep(for: .milliseconds(1)) }
            return tally.values.reduce(0, +)
        }
        #expect(strays == 0)
    }

    @Test func aContinuationResumedOnAnotherThreadComesBackToTheLoop() async throws {
        let same = try await onLoop { _ in
            let before = UInt(pthread_self())
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                Task.detached { continuation.resume() }
            }
            return before == UInt(pthread_self())
        }
        #expect(same)
    }

    @Test func aThousandTimersCancelledInDisorderLeaveTheRest() async throws {
        let fired = try await onLoop { reactor in
            let tally = Tally()
            let timers = (0..<5000).map { index in
                reactor.schedule(after: .milliseconds(index % 7)) { tally.values.append(index) }
            }
            for (index, timer) in timers.enumerated() where index % 10 != 0 { reactor.cancel(timer) }
            await reactor.sleep(for: .milliseconds(20))
            return tally.values
        }
        #expect(fired.count == 500)
        #expect(fired.allSatisfy { $0 % 10 == 0 })
    }
}
