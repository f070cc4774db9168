import CZlib

/// Takes gzip or deflate off a body that comes in pieces.
///
/// Small on purpose: a piece of n bytes becomes at most 1032 × n, which is deflate's own bound, so whoever bounds the pieces
/// bounds what they become.
final class Inflater {
    enum Form: CInt {
        /// RFC 1952; several members may follow each other.
        case gzip = 31
        /// RFC 1950, what HTTP calls deflate.
        case zlib = 15
        /// RFC 1951, what some servers send under that name.
        case raw = -15
    }

    struct Malformed: Error {}

    private let form: Form
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 16_384)
    /// Whether the last member has its end.
    private(set) var isWhole = false

    /// Returns nil when there is no memory for it.
    init?(_ form: Form) {
        self.form = form
        guard llmgw_inflate_begin(stream, form.rawValue) == Z_OK else {
            stream.deallocate()
            buffer.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        buffer.deallocate()
    }

    /// Appends what `bytes` stand for; what follows the end is passed over.
    ///
    /// - Parameter limit: how long `output` may become.
    /// - Returns: false when it would become longer.
    func append(
        _ bytes: UnsafeRawBufferPointer, to output: inout [UInt8], limit: Int
    ) throws(Malformed) -> Bool {
        guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return true }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: base)
        stream.pointee.avail_in = UInt32(clamping: bytes.count)
        repeat {
            if isWhole, !beginsNextMember() { return true }
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(buffer.count)
            let result = inflate(stream, Z_NO_FLUSH)
            guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else { throw Malformed() }
            let made = buffer.count - Int(stream.pointee.avail_out)
            guard made <= limit - output.count else { return false }
            output.append(contentsOf: buffer.prefix(made))
            isWhole = result == Z_STREAM_END
            if result == Z_BUF_ERROR { return true }
        } while stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0
        return true
    }

    private func beginsNextMember() -> Bool {
        guard form == .gzip, stream.pointee.avail_in > 0, stream.pointee.next_in?.pointee == 0x1F,
            inflateReset(stream) == Z_OK
        else { return false }
        isWhole = false
        return true
    }
}
