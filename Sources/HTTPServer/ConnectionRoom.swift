package import NetIO

/// The connections that the listeners of one loop may have together, and which of them goes when one more comes.
///
/// A limit that refused the next one would let whoever opens connections and says nothing keep everybody else out. So the
/// one that needs its place least makes room: one that has ended and waits for its client, else the one that has been
/// idle the longest, else one whose head does not come. One with a request never does.
package final class ConnectionRoom {
    /// How many are found with one look at all of them.
    private static let batch = 256
    /// How long a look that found none holds, in nanoseconds.
    private static let pause: UInt64 = 10_000_000

    package let limit: Int
    /// Connections beyond the limit that wait until their client has read why.
    private let turnedAway: Int
    private let reactor: Reactor
    private(set) var connections: [HTTPConnection] = []
    private var isSweeping = false
    /// Those that go next, the very next last. One that has moved since is passed by.
    private var leaving: [(connection: HTTPConnection, rest: HTTPConnection.Rest)] = []
    private var nextLook: UInt64 = 0

    package init(limit: Int, turnedAway: Int = 32, reactor: Reactor) {
        self.limit = limit
        self.turnedAway = turnedAway
        self.reactor = reactor
    }

    /// Ends a connection if there is no room for another. Returns false when all of them are at work.
    func makeRoom() -> Bool {
        guard connections.count >= limit else { return true }
        if endOne() { return true }
        guard reactor.now >= nextLook else { return false }
        look()
        return endOne()
    }

    /// Whether there is a place for one that is told that there is none.
    var hasRoomForRefusal: Bool { connections.count < limit + turnedAway }

    private func endOne() -> Bool {
        while let next = leaving.popLast() {
            guard next.connection.rest(at: reactor.now) == next.rest else { continue }
            next.connection.giveWay()
            return true
        }
        return false
    }

    private func look() {
        let now = reactor.now
        let resting = connections.compactMap { connection in
            connection.rest(at: now).map { (connection: connection, rest: $0) }
        }
        leaving = Array(resting.sorted { $0.rest < $1.rest }.prefix(ConnectionRoom.batch).reversed())
        if leaving.isEmpty { nextLook = now + ConnectionRoom.pause }
    }

    // MARK: Coming and going

    func add(_ connection: HTTPConnection, sweepingEvery span: UInt64) {
        connection.index = connections.count
        connections.append(connection)
        startSweeping(span)
    }

    func remove(_ connection: HTTPConnection) {
        let index = connection.index
        guard index < connections.count, connections[index] === connection else { return }
        let last = connections.removeLast()
        guard last !== connection else { return }
        last.index = index
        connections[index] = last
    }

    // MARK: Deadlines

    /// One timer looks after all connections: cheaper than one each, and as good as the times need to be.
    private func startSweeping(_ span: UInt64) {
        guard !isSweeping else { return }
        isSweeping = true
        reactor.schedule(after: .nanoseconds(Int64(clamping: span))) { self.sweep(span) }
    }

    private func sweep(_ span: UInt64) {
        isSweeping = false
        let now = reactor.now
        // Those that end leave the array, so look at a copy of what is due.
        let due = connections.filter { $0.deadline <= now || $0.isTooSlow(at: now) }
        for connection in due { connection.expire(at: now) }
        if !connections.isEmpty { startSweeping(span) }
    }
}
