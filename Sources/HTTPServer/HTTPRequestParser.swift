package import HTTPTypes

/// A request's head, with what follows from it.
package struct HTTPParsedHead: Sendable {
    package var head: HTTPRequestHead
    package var framing: HTTPBodyFraming
    /// The client waits for `100 Continue` before it sends the body.
    package var expectsContinue: Bool
    /// The client would send another request on this connection.
    package var keepsAlive: Bool
}

/// Reads requests from bytes that come in any slices: no socket, no clock.
///
/// Strict (RFC 9110, RFC 9112): what two readers could take in two ways is refused, never repaired. After a failure there
/// is nothing more to read, since nobody can tell where the next request would begin.
///
///     head ──▶ (the caller decides) ──▶ body ──▶ head …
package struct HTTPRequestParser {
    /// What the bytes so far amount to.
    package enum Step {
        case needsMore
        case head(HTTPParsedHead)
        /// The request is complete. Comes for requests without a body, too.
        case body([UInt8])
    }

    private enum Place {
        case start
        case fields
        /// Holds how many bytes are missing.
        case length(Int)
        case chunked(ChunkedBody)
        case failed(HTTPFailure)
    }

    package struct Limits: Sendable {
        package var head: Int
        package var requestLine: Int
        package var headers: Int
    }

    private let limits: Limits
    private var lines: LineReader
    private var place = Place.start
    private var sawEmptyLine = false
    private var requestLine: RequestLine?
    private var fields = HTTPFields()
    private var facts = HeadFacts()
    private var body: [UInt8] = []
    /// Largest body of the request at hand. Set it when a head has come.
    package var maxBody: Int

    package init(_ limits: HTTPServerLimits) {
        self.limits = Limits(head: limits.maxHead, requestLine: limits.maxRequestLine, headers: limits.maxHeaders)
        maxBody = limits.maxBody
        lines = LineReader()
    }

    /// Bytes that were fed and belong to no finished request or body part.
    package var unread: Int { lines.unread }

    /// Bytes of the present request's body, so far.
    package var bodyCount: Int { body.count }

    /// True between two requests, when nothing of the next one is here.
    package var isBetweenRequests: Bool {
        if case .start = place { return unread == 0 && !sawEmptyLine }
        return false
    }

    /// Adds bytes; then call ``next()`` until it needs more.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        guard case .length(let missing) = place, unread == 0 else { return lines.append(bytes) }
        // The body of a request goes where it belongs without a detour.
        let taken = min(missing, bytes.count)
        body.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[0..<taken]))
        place = .length(missing - taken)
        if taken < bytes.count { lines.append(UnsafeRawBufferPointer(rebasing: bytes[taken...])) }
    }

    package mutating func next() throws(HTTPFailure) -> Step {
        do throws(HTTPFailure) {
            switch place {
            case .start, .fields: return try readHead()
            case .length(let missing): return readBody(missing)
            case .chunked(var chunks):
                place = .length(0)  // so that there is one owner while it changes
                let isComplete = try chunks.read(from: &lines, into: &body, maxBody: maxBody)
                if isComplete { return takeBody() }
                place = .chunked(chunks)
                return .needsMore
            case .failed(let failure): throw failure
            }
        } catch {
            place = .failed(error)
            throw error
        }
    }

    // MARK: Head

    private mutating func readHead() throws(HTTPFailure) -> Step {
        if case .start = place {
            guard try readRequestLine() else { return .needsMore }
        }
        while let line = try nextFieldLine() {
            if line.isEmpty { return .head(try finishHead()) }
            try readField(line)
        }
        return .needsMore
    }

    private mutating func readRequestLine() throws(HTTPFailure) -> Bool {
        while let line = try lines.next(
            limit: min(limits.requestLine, limits.head),
            HTTPFailure(.targetTooLong, "the request line must not exceed \(limits.requestLine) bytes"))
        {
            if line.isEmpty {
                // RFC 9112 §2.2 asks to bear with one; more are no sign of good faith.
                guard !sawEmptyLine else { throw HTTPFailure(.malformed, "the request begins with empty lines") }
                sawEmptyLine = true
                lines.discardRead()
                continue
            }
            requestLine = try lines.withBytes(line) { bytes throws(HTTPFailure) in try RequestLine(bytes) }
            fields = HTTPFields(parsed: [])
            facts = HeadFacts()
            place = .fields
            return true
        }
        return false
    }

    private mutating func nextFieldLine() throws(HTTPFailure) -> Range<Int>? {
        try lines.next(
            limit: limits.head - lines.readCount,
            HTTPFailure(.headTooLarge, "the request's head must not exceed \(limits.head) bytes"))
    }

    private mutating func readField(_ line: Range<Int>) throws(HTTPFailure) {
        guard fields.count < limits.headers else {
            throw HTTPFailure(.headTooLarge, "the request must not have more than \(limits.headers) fields")
        }
        var facts = self.facts
        let field = try lines.withBytes(line) { bytes throws(HTTPFailure) in
            let field = try FieldLine(bytes)
            let name = bytes.slice(field.name)
            try facts.note(name: name, value: bytes.slice(field.value), at: shifted(field.value, by: line.lowerBound))
            return field
        }
        self.facts = facts
        fields.appendEntry(
            name: shifted(field.name, by: line.lowerBound), value: shifted(field.value, by: line.lowerBound))
    }

    private mutating func finishHead() throws(HTTPFailure) -> HTTPParsedHead {
        guard let line = requestLine else { throw HTTPFailure(.malformed, "the request line is missing") }
        requestLine = nil
        let minorVersion = line.minorVersion
        try lines.withBytes(0..<lines.readCount) { head throws(HTTPFailure) in
            try facts.checkHost(head, authority: line.authority, minorVersion: minorVersion)
        }
        let framing = try facts.framing(minorVersion: minorVersion)
        let expectsContinue = try facts.expectsContinue(minorVersion: minorVersion)
        fields.adopt(lines.takeRead())
        sawEmptyLine = false
        switch framing {
        case .length(let length): place = .length(length)
        case .chunked: place = .chunked(ChunkedBody(maxTrailers: limits.headers))
        }
        let head = HTTPRequestHead(
            method: line.method, path: line.path, query: line.query, fields: fields, minorVersion: minorVersion)
        fields = HTTPFields()
        return HTTPParsedHead(
            head: head, framing: framing, expectsContinue: expectsContinue,
            keepsAlive: facts.keepsAlive(minorVersion: minorVersion))
    }

    // MARK: Body

    private mutating func readBody(_ missing: Int) -> Step {
        let taken = min(missing, unread)
        // As large as it will be, so that it does not move while it grows; a promise of much is not believed at once.
        if taken > 0, body.isEmpty { body.reserveCapacity(min(missing, 64 << 10)) }
        lines.move(taken, to: &body)
        guard taken == missing else {
            place = .length(missing - taken)
            return .needsMore
        }
        return takeBody()
    }

    private mutating func takeBody() -> Step {
        place = .start
        lines.releaseIfEmpty()
        defer { body = [] }
        return .body(body)
    }
}

private func shifted(_ range: Range<Int>, by offset: Int) -> Range<Int> {
    range.lowerBound + offset..<range.upperBound + offset
}
