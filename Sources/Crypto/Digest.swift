/// A SHA-256 digest: 32 bytes, stored inline.
///
/// Compare digests of secrets with `constantTimeEquals`; `==` and hashing are for everything else.
package struct Digest: Sendable {
    package static let byteCount = 32

    private var storage: InlineArray<32, UInt8>

    /// Returns nil unless there are exactly 32 bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        storage = InlineArray(repeating: 0)
        for (index, byte) in bytes.enumerated() { storage[index] = byte }
    }

    /// Returns nil unless `hex` is 64 hexadecimal digits, of either case.
    package init?(hex: some StringProtocol) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes: bytes)
    }

    /// Lets `fill` write all 32 bytes.
    init(filledBy fill: (UnsafeMutablePointer<UInt8>?) -> Void) {
        storage = InlineArray(repeating: 0)
        var span = storage.mutableSpan
        span.withUnsafeMutableBufferPointer { fill($0.baseAddress) }
    }

    /// Lends the 32 bytes without a copy on the heap.
    package func withSpan<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(storage.span)
    }

    package var bytes: [UInt8] { storage.span.withUnsafeBytes { Array($0) } }

    /// 64 lower-case hexadecimal digits.
    package var hex: String { Hex.encode(bytes) }
}

extension Digest: Hashable {
    package static func == (left: Digest, right: Digest) -> Bool {
        left.storage.span.withUnsafeBytes { left in right.storage.span.withUnsafeBytes { left.elementsEqual($0) } }
    }

    package func hash(into hasher: inout Hasher) {
        storage.span.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension Digest: CustomStringConvertible {
    package var description: String { hex }
}
