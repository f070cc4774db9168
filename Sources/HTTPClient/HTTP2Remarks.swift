/// What libcurl remarks, in words, of a request over HTTP/2: its result code does not tell whether a goodbye of the peer
/// (GOAWAY) left the request out.
///
/// The words are those of libcurl 7.88 (`Using Stream ID: 3`, `recveived GOAWAY, error=0, last_stream=1`) and of 8
/// (`[HTTP/2] [3] OPENED stream for …`, `received GOAWAY, …`). With other words nothing is known, and the request counts as
/// one that may have been processed.
struct HTTP2Remarks {
    private var stream: Int?
    /// The peer will look at no stream above it.
    private var last: Int?

    /// Whether the peer has said that it did not process the request (RFC 9113 §6.8).
    var isUnprocessed: Bool {
        guard let stream, let last else { return false }
        return stream > last
    }

    mutating func note(_ text: UnsafeRawBufferPointer) {
        guard let first = text.first, [UInt8(ascii: "U"), UInt8(ascii: "r"), UInt8(ascii: "[")].contains(first) else {
            return
        }
        let line = String(decoding: text.prefix(200), as: UTF8.self)
        if line.hasPrefix("Using Stream ID: ") {
            stream = HTTP2Remarks.number(line.dropFirst(17))
        } else if line.hasPrefix("[HTTP/2] ["), line.contains("] OPENED stream") {
            stream = HTTP2Remarks.number(line.dropFirst(10))
        } else if line.hasPrefix("rec"), line.contains(" GOAWAY, error="), let equals = line.lastIndex(of: "=") {
            last = HTTP2Remarks.number(line[line.index(after: equals)...])
        }
    }

    private static func number(_ text: Substring) -> Int? {
        Int(text.prefix { ("0"..."9").contains($0) })
    }
}
