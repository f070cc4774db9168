/// Bytes that wait until the client takes them.
struct OutputBuffer {
    /// Append to it; what is sent already stands before ``sent``.
    var bytes: [UInt8] = []
    private var sent = 0

    var count: Int { bytes.count - sent }
    var isEmpty: Bool { bytes.isEmpty }

    func withUnsent<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
    }

    /// Forgets the first `count` unsent bytes. An empty buffer holds no memory.
    mutating func consume(_ count: Int) {
        sent += count
        if sent == bytes.count {
            bytes = []
            sent = 0
        } else if sent > 64 << 10, sent > bytes.count / 2 {
            bytes.removeSubrange(0..<sent)
            sent = 0
        }
    }
}
