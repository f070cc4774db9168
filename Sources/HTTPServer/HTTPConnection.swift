import HTTPTypes
import NetIO

/// One client's connection: its requests, one after the other, and their answers.
///
///     idle ──▶ head ──▶ body ──▶ answering ──▶ flushing ──▶ idle
///                │        │                        └──────▶ lingering ──▶ closed
///                └────────┴── (no request) ──▶ flushing ──▶ lingering
///
/// Reading stops while a request is answered, but for a bounded piece of the next: that is the back-pressure on clients
/// that send ahead. A connection that is idle holds no buffer.
final class HTTPConnection: ReadinessHandler {
    private enum Phase { case idle, head, body, answering, flushing, lingering, closed }

    /// How much of the next requests is taken in while one is answered.
    private static let maxAhead = 16 << 10

    let peer: SocketAddress?
    /// When ``expire(at:)`` is due: nanoseconds of the loop's clock. Looked at by the listener's sweep.
    private(set) var deadline = UInt64.max
    /// Its place among the listener's connections.
    var index = 0

    let listener: HTTPListener
    /// Since when it has been doing what it does between requests: nanoseconds of the loop's clock.
    private var restingSince: UInt64
    private var socket: StreamSocket?
    private var phase = Phase.idle
    private var interest = Readiness.incoming
    private var parser: HTTPRequestParser
    private var output = OutputBuffer()
    private var waiters: [UnsafeContinuation<Void, Never>] = []
    private var exchange: HTTPExchange?
    private var isProcessing = false
    /// The client has closed its sending side.
    private var sawEnd = false
    private var lingeringBytes = 0
    /// Whether the answer was given before the request had come whole.
    private var owesBody = false
    private var lingeringEnd = UInt64.max
    private var bodyBegan: UInt64 = 0
    /// Bytes of the request's body that the listener counts as held.
    private var accountedBody = 0

    // The request at hand.
    /// Its head, while its body is being read.
    private var request: HTTPRequestHead?
    /// What the handler found out about the head.
    private var finding: (any AnyObject & Sendable)?
    /// What the handler adds to every answer to it.
    private var commonFields: HTTPFields?
    private var keepsAlive = true
    private var isHeadRequest = false
    private var minorVersion = 1
    private var streamFraming = AnswerHead.Framing.chunked
    private var isBodilessStream = false

    init(_ socket: StreamSocket, peer: SocketAddress?, listener: HTTPListener) throws(SystemError) {
        self.socket = socket
        self.peer = peer
        self.listener = listener
        parser = HTTPRequestParser(listener.limits)
        restingSince = listener.reactor.now
        deadline = restingSince + listener.spans.idle
        try listener.reactor.register(socket.rawValue, interest, self)
    }

    /// Unsent bytes.
    var bufferedBytes: Int { output.count }

    private var isReading: Bool { phase == .idle || phase == .head || phase == .body }

    // MARK: Readiness

    func ready(_ readiness: Readiness) {
        if !readiness.isDisjoint(with: .failed) { return lose() }
        if readiness.contains(.writable) { flush() }
        guard !readiness.isDisjoint(with: .incoming) else { return }
        switch phase {
        case .idle, .head, .body: receive()
        case .answering, .flushing: receiveAhead(readiness)
        case .lingering: receiveRest()
        case .closed: break
        }
    }

    /// Reads once: the loop comes back if there is more, after the other connections had their turn.
    private func read() -> UnsafeRawBufferPointer? {
        guard let socket else { return nil }
        do {
            switch try socket.read(into: listener.readBuffer) {
            case .wouldBlock: return nil
            case .bytes(let count): return UnsafeRawBufferPointer(rebasing: listener.readBuffer[0..<count])
            }
        } catch {
            lose()
            return nil
        }
    }

    private func receive() {
        guard let bytes = read() else { return }
        sawEnd = bytes.isEmpty
        parser.feed(bytes)
        process()
        // Between requests, or in one that nobody can complete now.
        if sawEnd, isReading { return close() }
        updateInterest()
    }

    /// While a request is answered: notices that the client leaves, and takes in a little of the next request.
    private func receiveAhead(_ readiness: Readiness) {
        if readiness.contains(.peerClosed) {
            sawEnd = true
            exchange?.clientLeft()
            resumeWaiters()
        } else if let bytes = read() {
            parser.feed(bytes)
        }
        updateInterest()
    }

    /// After our last word: lets the client read it before the connection goes. Many read only when they have sent all.
    private func receiveRest() {
        guard let bytes = read() else { return }
        lingeringBytes += bytes.count
        if bytes.isEmpty || lingeringBytes > listener.limits.maxLingering { return close() }
        deadline = min(lingeringEnd, listener.reactor.now + lingerSpan)
    }

    /// A client in the middle of a body has more to say, and may be slow to say it.
    private var lingerSpan: UInt64 { owesBody ? listener.spans.lingerBody : listener.spans.linger }

    private func updateInterest() {
        guard let socket else { return }
        var wanted = output.isEmpty ? Readiness(rawValue: 0) : .writable
        if phase == .answering || phase == .flushing {
            if !sawEnd { wanted.insert(.peerClosed) }
            if !sawEnd, parser.unread < HTTPConnection.maxAhead { wanted.insert(.readable) }
        } else {
            wanted.formUnion(.incoming)
        }
        guard wanted != interest else { return }
        interest = wanted
        do {
            try listener.reactor.modify(socket.rawValue, wanted)
        } catch {
            lose()
        }
    }

    // MARK: Requests

    /// Goes through what was read, up to the next request that needs its handler.
    private func process() {
        guard !isProcessing else { return }
        isProcessing = true
        defer { isProcessing = false }
        while isReading {
            do {
                switch try parser.next() {
                case .needsMore: return try awaitMore()
                case .head(let head): try admit(head)
                case .body(let body): begin(body)
                }
            } catch {
                fail(error)
            }
        }
    }

    private func awaitMore() throws(HTTPFailure) {
        if phase == .body { try account(parser.bodyCount) }
        guard phase == .idle, !parser.isBetweenRequests else { return }
        phase = .head
        restingSince = listener.reactor.now
        deadline = restingSince + listener.spans.head
    }

    private func admit(_ parsed: HTTPParsedHead) throws(HTTPFailure) {
        request = parsed.head
        commonFields = listener.handler.fields(forAnswerTo: parsed.head)
        keepsAlive = parsed.keepsAlive
        isHeadRequest = parsed.head.method == .head
        minorVersion = parsed.head.minorVersion
        var length: Int?
        if case .length(let bytes) = parsed.framing { length = bytes }
        switch listener.handler.accept(parsed.head, contentLength: length, from: peer) {
        case .proceed(let maxBody, let finding):
            self.finding = finding
            try expectBody(parsed, length, maxBody: maxBody ?? listener.limits.maxBody)
        case .refuse(let answer):
            try refuse(answer, bodyLength: length)
        }
    }

    private func expectBody(_ parsed: HTTPParsedHead, _ length: Int?, maxBody: Int) throws(HTTPFailure) {
        parser.maxBody = maxBody
        if let length, length > maxBody { throw HTTPFailure.bodyTooLarge(maxBody) }
        phase = .body
        bodyBegan = listener.reactor.now
        deadline = listener.reactor.now + listener.spans.body
        let isHere = length.map { $0 <= parser.unread } ?? false
        if parsed.expectsContinue, !isHere { transmit { $0.append("HTTP/1.1 100 Continue\r\n\r\n") } }
    }

    private func refuse(_ answer: HTTPAnswer, bodyLength: Int?) throws(HTTPFailure) {
        if let bodyLength, bodyLength <= parser.unread {
            _ = try parser.next()  // the body, which nobody wants
        } else {
            keepsAlive = false
            owesBody = true
        }
        send(answer)
    }

    private func begin(_ body: [UInt8]) {
        guard let head = request else { return }
        request = nil
        do {
            try account(body.count)
        } catch {
            return fail(error)
        }
        phase = .answering
        deadline = .max
        let exchange = HTTPExchange((head, body), finding, on: self, receivedAt: listener.reactor.now)
        finding = nil
        self.exchange = exchange
        if sawEnd { exchange.clientLeft() }
        listener.start(exchange)
    }

    private func account(_ bodyBytes: Int) throws(HTTPFailure) {
        listener.bodyBytes += bodyBytes - accountedBody
        accountedBody = bodyBytes
        if bodyBytes > 0, listener.bodyBytes > listener.limits.maxBodiesTotal {
            throw HTTPFailure(.overloaded, "too many requests are being received; try again")
        }
    }

    /// Answers what is no request, and ends the connection.
    func fail(_ failure: HTTPFailure) {
        keepsAlive = false
        owesBody = true
        send(listener.handler.answer(for: failure))
        updateInterest()
    }

    // MARK: Answers

    /// Sends a whole answer to the request at hand.
    func send(_ answer: HTTPAnswer) {
        guard socket != nil else { return }
        let closes = mustClose
        let head = AnswerHead(
            status: answer.status, fields: answer.fields, common: commonFields, framing: .length(answer.body.count),
            connection: connectionOption(closes))
        let hasBody = !isHeadRequest && !AnswerHead.isBodiless(status: answer.status)
        transmit(hasBody ? answer.body : []) { head.append(to: &$0, date: self.listener.date.current()) }
        answered(closes: closes)
    }

    /// Sends a part of an answer: the head, if it is given, then a chunk, then the end, if it is the last.
    func stream(_ head: (status: Int, fields: HTTPFields)?, _ bytes: [UInt8], isLast: Bool) {
        guard socket != nil else { return }
        if let head { beginStream(status: head.status) }
        let skipsBody = isBodilessStream
        let isChunked = streamFraming == .chunked
        transmit { out in
            if let head {
                AnswerHead(
                    status: head.status, fields: head.fields, common: self.commonFields, framing: self.streamFraming,
                    connection: self.connectionOption(self.mustClose)
                ).append(to: &out, date: self.listener.date.current())
            }
            if skipsBody { return }
            if isChunked, !bytes.isEmpty {
                out.appendHex(bytes.count)
                out.append("\r\n")
            }
            out.append(contentsOf: bytes)
            if isChunked, !bytes.isEmpty { out.append("\r\n") }
            if isChunked, isLast { out.append("0\r\n\r\n") }
        }
        if isLast { answered(closes: mustClose) }
    }

    private func beginStream(status: Int) {
        isBodilessStream = isHeadRequest || AnswerHead.isBodiless(status: status)
        streamFraming = minorVersion == 1 ? .chunked : .untilClose
        if streamFraming == .untilClose { keepsAlive = false }
    }

    /// Breaks off an answer so that the client can tell: without its last chunk or, where only the close would end it,
    /// with a reset. What was written before still arrives, such as the event that says what went wrong.
    func breakOff(hasBegun: Bool) {
        guard hasBegun, streamFraming == .chunked, !isBodilessStream, !sawEnd else { return reset() }
        answered(closes: true)
    }

    private var mustClose: Bool { !keepsAlive || listener.isStopping }

    private func connectionOption(_ closes: Bool) -> StaticString? {
        if closes { return "close" }
        return minorVersion == 0 ? "keep-alive" : nil
    }

    /// The answer has been written, or waits in ``output``.
    private func answered(closes: Bool) {
        exchange = nil
        guard phase != .closed else { return }
        listener.bodyBytes -= accountedBody
        accountedBody = 0
        if closes { keepsAlive = false }
        phase = .flushing
        if output.isEmpty { endOfFlush() }
        updateInterest()
    }

    private func endOfFlush() {
        guard keepsAlive, !listener.isStopping else { return linger() }
        phase = .idle
        isHeadRequest = false
        commonFields = nil
        restingSince = listener.reactor.now
        deadline = restingSince + listener.spans.idle
        // Not from here: a handler may stand below on the stack.
        if parser.unread > 0, !isProcessing { listener.reactor.atEndOfTurn { self.resume() } }
    }

    /// Goes on with requests that came ahead.
    private func resume() {
        process()
        updateInterest()
    }

    // MARK: Writing

    /// Sends what `build` appends, and `body`, in one call; keeps what the socket does not take.
    private func transmit(_ body: [UInt8] = [], _ build: (inout [UInt8]) -> Void) {
        guard let socket else { return }
        if output.isEmpty {
            listener.scratch.removeAll(keepingCapacity: true)
            build(&listener.scratch)
            do {
                try write(listener.scratch, body, to: socket)
            } catch {
                return lose()
            }
            if listener.scratch.capacity > HTTPListener.maxScratch { listener.scratch = [] }
            if !output.isEmpty, !isReading { deadline = listener.reactor.now + listener.spans.writeStall }
        } else {
            build(&output.bytes)
            output.bytes.append(contentsOf: body)
        }
        // Somebody who has closed its side and reads no more is not worth memory.
        if sawEnd, output.count > listener.limits.maxBuffered { return lose() }
        updateInterest()
    }

    private func write(_ first: [UInt8], _ second: [UInt8], to socket: StreamSocket) throws {
        let result = try first.withUnsafeBytes { first in
            guard !second.isEmpty else { return try socket.write(first) }
            return try second.withUnsafeBytes { try socket.write(first, $0) }
        }
        var sent = 0
        if case .bytes(let count) = result { sent = count }
        guard sent < first.count + second.count else { return }
        output.bytes.append(contentsOf: first[min(sent, first.count)...])
        output.bytes.append(contentsOf: second[max(0, sent - first.count)...])
    }

    private func flush() {
        guard let socket, !output.isEmpty else { return updateInterest() }
        do {
            let result = try output.withUnsent { try socket.write($0) }
            guard case .bytes(let count) = result else { return }
            output.consume(count)
        } catch {
            return lose()
        }
        if !isReading { deadline = output.isEmpty ? .max : listener.reactor.now + listener.spans.writeStall }
        if output.count <= listener.limits.maxBuffered / 2 { resumeWaiters() }
        if output.isEmpty, phase == .flushing { endOfFlush() }
        updateInterest()
    }

    func drained() async {
        guard phase == .answering, !sawEnd, output.count > listener.limits.maxBuffered else { return }
        await withUnsafeContinuation { waiters.append($0) }
    }

    private func resumeWaiters() {
        guard !waiters.isEmpty else { return }
        let waiting = waiters
        waiters = []
        for waiter in waiting { waiter.resume() }
    }

    /// Runs `action` in this turn of the loop, when nothing else stands on the stack.
    func later(_ action: @escaping () -> Void) {
        listener.reactor.atEndOfTurn(action)
    }

    // MARK: Giving way

    /// What a connection does that could make room for another, and since when: the least is the first to go.
    struct Rest: Comparable {
        enum Kind: Int { case ended, idle, unheard }

        let kind: Kind
        /// Nanoseconds of the loop's clock.
        let since: UInt64

        static func < (left: Rest, right: Rest) -> Bool {
            (left.kind.rawValue, left.since) < (right.kind.rawValue, right.since)
        }
    }

    /// How long a head may take before its connection counts as one that nobody will miss.
    private static let headGrace: UInt64 = 1_000_000_000

    /// Nil while it is at work.
    func rest(at now: UInt64) -> Rest? {
        switch phase {
        case .lingering: Rest(kind: .ended, since: restingSince)
        case .idle where parser.isBetweenRequests: Rest(kind: .idle, since: restingSince)
        case .head where now >= restingSince + HTTPConnection.headGrace: Rest(kind: .unheard, since: restingSince)
        default: nil
        }
    }

    /// Ends it in favour of another.
    func giveWay() { close() }

    // MARK: Ending

    /// What `deadline` stands for has happened, or a body comes too slowly.
    func expire(at now: UInt64) {
        switch phase {
        case .idle, .lingering: close()
        case .head: fail(HTTPFailure(.tooSlow, "the request's head took too long"))
        case .body: fail(HTTPFailure(.tooSlow, "the request's body took too long"))
        case .answering, .flushing: reset()
        case .closed: break
        }
    }

    func isTooSlow(at now: UInt64) -> Bool {
        guard phase == .body, now > bodyBegan else { return false }
        let elapsed = now - bodyBegan
        guard elapsed >= listener.spans.bodyRateGrace else { return false }
        return Double(parser.bodyCount) < Double(listener.limits.minBodyRate) * Double(elapsed) / 1e9
    }

    /// Ends the connection if it is between requests; a graceful stop.
    func closeIfIdle() {
        if phase == .idle, parser.isBetweenRequests { close() }
    }

    /// Sends the end of our side and waits for the client's, since a close with unread bytes would destroy the answer.
    private func linger() {
        guard let socket, !sawEnd else { return close() }
        phase = .lingering
        socket.shutdownWriting()
        restingSince = listener.reactor.now
        lingeringEnd = restingSince + listener.spans.lingerTotal
        deadline = min(lingeringEnd, restingSince + lingerSpan)
    }

    /// Ends the connection so that the client sees it break.
    func reset() {
        socket?.resetOnClose()
        lose()
    }

    /// The connection is of no more use; whoever answers is told.
    private func lose() {
        let exchange = exchange
        close()
        exchange?.clientLeft()
    }

    private func close() {
        guard let socket else { return }
        listener.reactor.deregister(socket.rawValue)
        self.socket = nil
        phase = .closed
        deadline = .max
        listener.bodyBytes -= accountedBody
        accountedBody = 0
        exchange = nil
        output = OutputBuffer()
        listener.forget(self)
        resumeWaiters()
    }
}
