import Glibc

private let lf = UInt8(ascii: "\n")
private let cr = UInt8(ascii: "\r")

/// Splits a `text/event-stream` into events, however its bytes were cut (WHATWG HTML, 9.2.6).
///
///     parser.append(bytes)
///     while let event = try parser.next() { … parser.buffer[event.range] … }
///
/// Lines end with LF, CR or CRLF. Places in ``buffer`` are valid until the next `append`.
package struct ServerSentEventParser: Sendable {
    /// Bytes of the events that the last ``append(_:)`` completed, and of the one that is not complete yet.
    package private(set) var buffer: [UInt8] = []

    private let limit: Int
    private var start = 0  // of the event in progress
    private var line = 0  // start of its line in progress
    private var scanned = 0  // no line ends between `line` and here
    private var withoutLF = 0  // no LF stands between `scanned` and here
    private var endedWithCR = false  // a LF that comes next belongs to the line before
    private var isFirstLine = true
    private var name: Range<Int>?
    private var data = ServerSentEvent.Content.absent
    private var hasComment = false

    /// - Parameter limit: the longest event, in bytes.
    package init(limit: Int = 1 << 20) {
        self.limit = limit
    }

    /// Whether nothing was received after the last complete event.
    package var isBetweenEvents: Bool { start == buffer.count }

    package mutating func append(_ bytes: [UInt8]) {
        if start == buffer.count {
            buffer = bytes
            (start, line, scanned, withoutLF) = (0, 0, 0, 0)
        } else {
            if start > 0 { dropConsumed() }
            buffer.append(contentsOf: bytes)
        }
    }

    /// Returns the next complete event, or nil when more bytes are needed.
    package mutating func next() throws(ServerSentEventTooLong) -> ServerSentEvent? {
        if skipsRestOfCRLF(), line == start + 1 { return completed() }  // bytes of an event that was given already
        while let content = nextLine() {
            guard content.isEmpty else {
                readField(content)
                continue
            }
            let event = completed()
            guard event.range.count <= limit else { throw ServerSentEventTooLong(limit: limit) }
            return event
        }
        guard buffer.count - start <= limit else { throw ServerSentEventTooLong(limit: limit) }
        return nil
    }

    private mutating func completed() -> ServerSentEvent {
        defer { (start, name, data, hasComment) = (line, nil, .absent, false) }
        return ServerSentEvent(range: start..<line, name: name, data: data, hasComment: hasComment)
    }

    private mutating func dropConsumed() {
        buffer.removeFirst(start)
        name = name.map { $0.lowerBound - start..<$0.upperBound - start }
        if case .place(let range) = data { data = .place(range.lowerBound - start..<range.upperBound - start) }
        line -= start
        scanned -= start
        withoutLF -= start
        start = 0
    }
}

// MARK: Lines

extension ServerSentEventParser {
    /// Returns the place of the next line without its end, and moves `line` behind that end.
    private mutating func nextLine() -> Range<Int>? {
        let begin = line
        guard let end = lineEnd() else {
            scanned = buffer.count
            return nil
        }
        line = end + 1
        if buffer[end] == cr {
            if line == buffer.count {
                endedWithCR = true
            } else if buffer[line] == lf {
                line += 1
            }
        }
        scanned = line
        guard isFirstLine else { return begin..<end }
        isFirstLine = false
        let hasMark = buffer[begin..<end].starts(with: [0xEF, 0xBB, 0xBF])  // a byte order mark is no content
        return begin + (hasMark ? 3 : 0)..<end
    }

    /// Moves over a LF whose CR ended the bytes before; returns whether there was one.
    private mutating func skipsRestOfCRLF() -> Bool {
        guard endedWithCR, line < buffer.count else { return false }
        endedWithCR = false
        guard buffer[line] == lf else { return false }
        line += 1
        scanned = line
        return true
    }

    /// Returns the place of the first LF or CR. `memchr` is several times faster than a loop over bytes.
    private mutating func lineEnd() -> Int? {
        let (from, known) = (scanned, max(scanned, withoutLF))
        let (end, feed) = buffer.withUnsafeBufferPointer { bytes -> (Int?, Int) in
            guard let base = bytes.baseAddress, from < bytes.count else { return (nil, from) }
            let feed = ServerSentEventParser.place(of: lf, in: base, known, bytes.count)
            let end = ServerSentEventParser.place(of: cr, in: base, from, feed ?? bytes.count) ?? feed
            return (end, feed ?? bytes.count)
        }
        withoutLF = feed
        return end
    }

    private static func place(of byte: UInt8, in base: UnsafePointer<UInt8>, _ from: Int, _ to: Int) -> Int? {
        memchr(base + from, CInt(byte), to - from).map { UnsafeRawPointer(base).distance(to: UnsafeRawPointer($0)) }
    }
}

// MARK: Fields

extension ServerSentEventParser {
    private mutating func readField(_ line: Range<Int>) {
        if let value = value(of: "data", in: line) {
            addData(value)
        } else if let value = value(of: "event", in: line) {
            name = value
        } else if buffer[line.lowerBound] == UInt8(ascii: ":") {
            hasComment = true
        }  // `id` and `retry` mean nothing to a relay
    }

    /// Returns the place of a field's value when the line is that field.
    private func value(of field: StaticString, in line: Range<Int>) -> Range<Int>? {
        buffer.withUnsafeBufferPointer { bytes in
            let length = field.utf8CodeUnitCount
            guard line.count >= length, let base = bytes.baseAddress,
                memcmp(base + line.lowerBound, field.utf8Start, length) == 0
            else { return nil }
            var begin = line.lowerBound + length
            guard begin < line.upperBound else { return begin..<begin }  // a field without a colon is empty
            guard bytes[begin] == UInt8(ascii: ":") else { return nil }
            begin += 1
            if begin < line.upperBound, bytes[begin] == UInt8(ascii: " ") { begin += 1 }
            return begin..<line.upperBound
        }
    }

    private mutating func addData(_ value: Range<Int>) {
        switch data {
        case .absent:
            data = .place(value)
        case .place(let first):
            data = .joined(buffer[first] + [lf] + buffer[value])
        case .joined(var bytes):
            data = .absent  // so that `bytes` is the only reference and grows in place
            bytes.append(lf)
            bytes.append(contentsOf: buffer[value])
            data = .joined(bytes)
        }
    }
}
