import Glibc
import HTTPTypes
package import NetIO

/// Serves the connections of one listening socket on one loop.
package final class HTTPListener: ReadinessHandler {
    /// What `scratch` may hold on to between two answers.
    static let maxScratch = 256 << 10
    private static let acceptPause = Duration.milliseconds(100)

    let reactor: Reactor
    let handler: any HTTPHandler
    let limits: HTTPServerLimits
    let spans: Spans
    /// Where all connections read to: one that is idle needs no memory of its own.
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    /// Where answers are put together.
    var scratch: [UInt8] = []
    var date = DateField()
    /// Bodies that are held for requests, complete or not.
    var bodyBytes = 0
    private(set) var isStopping = false

    private var socket: ListeningSocket?
    private var spare = SpareDescriptor()
    private let room: ConnectionRoom

    /// Begins to accept. The loop keeps the listener alive until it has stopped and its connections have ended.
    ///
    /// - Parameter room: shared with other listeners of the loop; nil for one of its own, with the limit of `limits`.
    package init(
        _ socket: consuming ListeningSocket, handler: any HTTPHandler, limits: HTTPServerLimits = HTTPServerLimits(),
        room: ConnectionRoom? = nil, reactor: Reactor
    ) throws(SystemError) {
        let raw = socket.rawValue
        self.socket = consume socket
        self.handler = handler
        self.limits = limits
        self.reactor = reactor
        spans = Spans(limits)
        self.room = room ?? ConnectionRoom(limit: limits.maxConnections, reactor: reactor)
        try reactor.register(raw, .readable, self)
    }

    deinit {
        readBuffer.deallocate()
    }

    /// Where it listens, with the port that the system chose; nil after ``stopAccepting()``.
    package var address: SocketAddress? { socket?.address }

    /// Open connections, idle ones included.
    package private(set) var connectionCount = 0

    private var connections: [HTTPConnection] { room.connections.filter { $0.listener === self } }

    /// Requests whose handler is at work.
    package private(set) var activeExchanges = 0

    /// Ends gracefully: takes what already waits to be accepted, closes the socket and idle connections. The others are
    /// closed after their answer, which says so.
    package func stopAccepting() {
        guard let raw = socket?.rawValue, !isStopping else { return }
        for connection in connections { connection.closeIfIdle() }
        acceptWaiting(atMost: room.limit)
        isStopping = true
        reactor.deregister(raw)
        socket = nil
    }

    /// Breaks every connection now; handlers at work are told that their client has gone.
    package func closeAll() {
        stopAccepting()
        for connection in connections { connection.reset() }
    }

    // MARK: Accepting

    package func ready(_ readiness: Readiness) {
        acceptWaiting(atMost: 64)
    }

    private func acceptWaiting(atMost count: Int) {
        for _ in 0..<count {
            do {
                guard let accepted = try socket?.accept() else { return }
                try add(accepted.socket, accepted.peer)
            } catch {
                return runOut(error)
            }
        }
    }

    private func add(_ socket: StreamSocket, _ peer: SocketAddress?) throws(SystemError) {
        let hasRoom = room.makeRoom()
        guard hasRoom || room.hasRoomForRefusal else { return }
        let connection = try HTTPConnection(socket, peer: peer, listener: self)
        room.add(connection, sweepingEvery: spans.sweep)
        connectionCount += 1
        if !hasRoom { connection.fail(HTTPFailure(.overloaded, "too many connections; try again")) }
    }

    /// Out of descriptors or memory: sends the next client away, so that it does not hang, and rests a little, since the
    /// socket would stay ready and the loop would spin.
    private func runOut(_ error: SystemError) {
        guard let raw = socket?.rawValue else { return }
        if error.number == EMFILE || error.number == ENFILE { turnAwayOne() }
        try? reactor.modify(raw, [])
        reactor.schedule(after: HTTPListener.acceptPause) {
            guard let raw = self.socket?.rawValue else { return }
            try? self.reactor.modify(raw, .readable)
        }
    }

    private func turnAwayOne() {
        spare.close()
        if let refused = try? socket?.accept() {
            let answer = handler.answer(for: HTTPFailure(.overloaded, "too many connections; try again"))
            var bytes: [UInt8] = []
            AnswerHead(
                status: answer.status, fields: answer.fields, framing: .length(answer.body.count), connection: "close"
            ).append(to: &bytes, date: date.current())
            bytes.append(contentsOf: answer.body)
            _ = try? bytes.withUnsafeBytes { try refused.socket.write($0) }
            refused.socket.shutdownWriting()
        }
        spare.open()
    }

    // MARK: Connections

    func start(_ exchange: HTTPExchange) {
        activeExchanges += 1
        // Swift 6.3.1 takes a closure that lists `[self]` off the loop, to the global pool: say `self` inside instead.
        reactor.spawn {
            await self.handler.respond(to: exchange)
            exchange.abort()  // for a handler that left its answer unfinished
            self.activeExchanges -= 1
        }
    }

    func forget(_ connection: HTTPConnection) {
        room.remove(connection)
        connectionCount -= 1
    }
}
