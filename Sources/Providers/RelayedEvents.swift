import HTTPTypes

/// The events of a vendor's stream on their way to the client; knows which of their bytes are left out.
struct RelayedEvents: Sendable {
    private var parser: ServerSentEventParser
    /// The last event was left out; of a CRLF that ended it the LF may still come, and looks like an empty line.
    private var leftOut = false

    /// - Parameter limit: the longest event, in bytes.
    init(limit: Int) {
        parser = ServerSentEventParser(limit: limit)
    }

    /// In which the places of events lie, until the next ``append(_:)``.
    var buffer: [UInt8] { parser.buffer }
    /// Whether nothing was received after the last complete event.
    var isBetweenEvents: Bool { parser.isBetweenEvents }

    mutating func append(_ bytes: [UInt8]) { parser.append(bytes) }

    /// Completes the event that the end of the stream left without its blank line; true when there was one with data.
    ///
    /// Half an event stays what it is: its data is then no JSON, and no `[DONE]`.
    mutating func complete() -> Bool {
        guard !isBetweenEvents, let last = parser.buffer.last else { return false }
        let newlines = last == UInt8(ascii: "\n") ? "\n" : "\n\n"
        parser.append(Array(newlines.utf8))
        return true
    }

    /// Returns the next event that is not empty: clients parse every event's data, and fail on none.
    mutating func next() throws(StreamFailure) -> ServerSentEvent? {
        while let event = try read() {
            let followsLeftOut = leftOut
            leftOut = false
            switch event.data {
            case .absent where followsLeftOut && parser.buffer[event.range].allSatisfy({ $0 == 10 || $0 == 13 }):
                leftOut = true
            case .place(let place) where place.isEmpty: leftOut = true
            default: return event
            }
        }
        return nil
    }

    /// The bytes of an event that may go to the client: all but comments in the gateway's name, which are its own to make.
    mutating func bytes(of event: ServerSentEvent) -> ArraySlice<UInt8> {
        let bytes = parser.buffer[event.range]
        guard event.hasComment else { return bytes }
        var kept: [UInt8] = []
        var rest = bytes
        while let end = rest.firstIndex(where: { $0 == 10 || $0 == 13 }) {
            let isCRLF = rest[end] == 13 && rest[end...].dropFirst().first == 10
            let next = end + (isCRLF ? 2 : 1)
            if !RelayedEvents.isForged(rest[..<end]) { kept += rest[..<next] }
            rest = rest[next...]
        }
        leftOut = kept.allSatisfy { $0 == 10 || $0 == 13 }
        return leftOut ? [] : kept[...]
    }

    private static func isForged(_ line: ArraySlice<UInt8>) -> Bool {
        let line = line.starts(with: [0xEF, 0xBB, 0xBF]) ? line.dropFirst(3) : line
        guard line.first == UInt8(ascii: ":") else { return false }
        let words = line.dropFirst().drop { $0 == 0x20 || $0 == 0x09 }.prefix(5)
        return words.elementsEqual("llmgw".utf8) { $0 | 0x20 == $1 }
    }

    /// Notes that the event which came last is not passed on.
    mutating func leaveOut() { leftOut = true }

    private mutating func read() throws(StreamFailure) -> ServerSentEvent? {
        do {
            return try parser.next()
        } catch {
            throw StreamFailure(kind: .eventTooLong, reason: "\(error) (limits.max_answer)")
        }
    }
}
