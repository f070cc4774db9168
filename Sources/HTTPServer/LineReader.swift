import Glibc

/// Bytes that came in slices, read as lines that end in CRLF, or as runs of a known length.
///
/// Ranges count from the first byte that was read and not yet taken or discarded.
struct LineReader {
    private var bytes: [UInt8] = []
    /// What lies before is discarded, and removed when that is cheap.
    private var start = 0
    /// Where the next line begins.
    private var position = 0
    /// Up to here there is no end of a line.
    private var scanned = 0

    /// Bytes that are not read yet.
    var unread: Int { bytes.count - position }

    /// Bytes that are read and not discarded.
    var readCount: Int { position - start }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        if start == bytes.count {
            reset()
        } else if start > 32 << 10 {
            bytes.removeSubrange(0..<start)
            position -= start
            scanned -= start
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    /// Returns the next line without its CRLF; nil when its end is not here yet.
    ///
    /// - Parameter limit: what the line may measure with its CRLF; beyond it `tooLong` is thrown, whether its end is
    ///   here or not, so that the outcome does not depend on how the bytes were sliced.
    mutating func next(
        limit: Int, _ tooLong: @autoclosure () -> HTTPFailure
    ) throws(HTTPFailure) -> Range<Int>? {
        guard let end = lineFeed() else {
            scanned = bytes.count
            if unread > limit { throw tooLong() }
            return nil
        }
        guard end + 1 - position <= limit else { throw tooLong() }
        guard end > position, bytes[end - 1] == 13 else {
            throw HTTPFailure(.malformed, "lines must end in CRLF, not in a bare LF")
        }
        let line = position - start..<end - 1 - start
        position = end + 1
        scanned = position
        return line
    }

    private func lineFeed() -> Int? {
        bytes.withUnsafeBufferPointer { bytes in
            guard scanned < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + scanned, 10, bytes.count - scanned)
            else { return nil }
            return UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }

    /// Reads the next byte; nil when it is not here yet.
    mutating func nextByte() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { advance(by: 1) }
        return bytes[position]
    }

    /// Reads `count` bytes, which must be there, to the end of `target`, and discards all that is read.
    mutating func move(_ count: Int, to target: inout [UInt8]) {
        if count > 0 { target.append(contentsOf: bytes[position..<position + count]) }
        advance(by: count)
        discardRead()
    }

    /// Returns all that is read and not discarded, and discards it.
    mutating func takeRead() -> [UInt8] {
        defer { discardRead() }
        return Array(bytes[start..<position])
    }

    mutating func discardRead() {
        start = position
    }

    /// Frees the memory: a connection between two requests holds none.
    mutating func releaseIfEmpty() {
        guard start == bytes.count else { return }
        bytes = []
        start = 0
        position = 0
        scanned = 0
    }

    func withBytes<Result>(
        _ range: Range<Int>, _ body: (Bytes) throws(HTTPFailure) -> Result
    ) throws(HTTPFailure) -> Result {
        try bytes.withUnsafeBufferPointer { all throws(HTTPFailure) in
            try body(all.slice(start + range.lowerBound..<start + range.upperBound))
        }
    }

    private mutating func advance(by count: Int) {
        position += count
        scanned = position
    }

    private mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        start = 0
        position = 0
        scanned = 0
    }
}
