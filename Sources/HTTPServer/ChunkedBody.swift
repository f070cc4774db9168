/// Takes the chunked coding off a body (RFC 9112 §7.1). Extensions and trailers are bounded, checked and dropped.
struct ChunkedBody {
    private enum Place {
        case size
        /// Holds how many bytes of the chunk are missing.
        case data(Int)
        case carriageReturn
        case lineFeed
        case trailers
    }

    /// Of a chunk's line, and of all extensions together: they have no meaning here, so they need no room.
    private static let maxLine = 4 << 10
    private static let maxExtensions = 16 << 10
    private static let maxTrailerBytes = 8 << 10

    private var place = Place.size
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailers = 0
    private let maxTrailers: Int

    init(maxTrailers: Int) {
        self.maxTrailers = maxTrailers
    }

    /// Moves what is there to the end of `body`. Returns true when the body is complete.
    mutating func read(
        from lines: inout LineReader, into body: inout [UInt8], maxBody: Int
    ) throws(HTTPFailure) -> Bool {
        while true {
            switch place {
            case .size:
                guard try readSize(from: &lines, bodyCount: body.count, maxBody: maxBody) else { return false }
            case .data(let missing):
                let taken = min(missing, lines.unread)
                lines.move(taken, to: &body)
                guard taken == missing else {
                    place = .data(missing - taken)
                    return false
                }
                place = .carriageReturn
            case .carriageReturn:
                guard try expect(13, from: &lines) else { return false }
                place = .lineFeed
            case .lineFeed:
                guard try expect(10, from: &lines) else { return false }
                place = .size
            case .trailers:
                guard let isLast = try readTrailer(from: &lines) else { return false }
                if isLast { return true }
            }
        }
    }

    private func expect(_ byte: UInt8, from lines: inout LineReader) throws(HTTPFailure) -> Bool {
        guard let next = lines.nextByte() else { return false }
        guard next == byte else { throw HTTPFailure(.malformed, "a chunk's data must end in CRLF where its size says") }
        lines.discardRead()
        return true
    }

    private mutating func readSize(
        from lines: inout LineReader, bodyCount: Int, maxBody: Int
    ) throws(HTTPFailure) -> Bool {
        let found = try lines.next(
            limit: ChunkedBody.maxLine,
            HTTPFailure(.malformed, "a chunk's line must not exceed \(ChunkedBody.maxLine) bytes"))
        guard let line = found else { return false }
        let (size, digits) = try lines.withBytes(line) { bytes throws(HTTPFailure) in try ChunkedBody.size(bytes) }
        lines.discardRead()
        extensionBytes += line.count - digits
        guard extensionBytes <= ChunkedBody.maxExtensions else {
            throw HTTPFailure(.malformed, "chunk extensions must not exceed \(ChunkedBody.maxExtensions) bytes in all")
        }
        guard size <= maxBody - bodyCount else { throw HTTPFailure.bodyTooLarge(maxBody) }
        place = size == 0 ? .trailers : .data(size)
        return true
    }

    /// Reads `size` or `size;extension`, and tells how many digits the size has.
    private static func size(_ line: Bytes) throws(HTTPFailure) -> (size: Int, digits: Int) {
        var size = 0
        var digits = 0
        while digits < line.count, let value = ByteClass.hexValue(line[digits]) {
            guard digits < 15 else { throw HTTPFailure(.malformed, "a chunk's size has more than 15 digits") }
            size = size << 4 | value
            digits += 1
        }
        guard digits > 0, digits == line.count || line[digits] == UInt8(ascii: ";") else {
            throw HTTPFailure(.malformed, "a chunk's size must be hexadecimal digits and nothing else")
        }
        for byte in line[digits...] where !ByteClass.isFieldValue(byte) {
            throw HTTPFailure(.malformed, "a chunk extension must not hold control characters, nor a bare CR")
        }
        return (size, digits)
    }

    /// Returns nil when the line is not here yet, true for the empty line that ends the body.
    private mutating func readTrailer(from lines: inout LineReader) throws(HTTPFailure) -> Bool? {
        let found = try lines.next(
            limit: ChunkedBody.maxTrailerBytes - trailerBytes,
            HTTPFailure(.headTooLarge, "trailers must not exceed \(ChunkedBody.maxTrailerBytes) bytes"))
        guard let line = found else { return nil }
        defer { lines.discardRead() }
        if line.isEmpty { return true }
        trailerBytes += line.count + 2
        trailers += 1
        guard trailers <= maxTrailers else {
            throw HTTPFailure(.headTooLarge, "there must not be more than \(maxTrailers) trailers")
        }
        _ = try lines.withBytes(line) { bytes throws(HTTPFailure) in try FieldLine(bytes) }
        return false
    }
}

extension HTTPFailure {
    static func bodyTooLarge(_ limit: Int) -> HTTPFailure {
        HTTPFailure(.bodyTooLarge, "the request's body must not exceed \(limit) bytes")
    }
}
