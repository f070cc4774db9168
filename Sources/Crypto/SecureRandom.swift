import COpenSSL
import Synchronization

/// Random numbers that nobody can guess, from OpenSSL's generator.
///
/// Without entropy there is no key worth having, so a failure of the generator ends the process.
package enum SecureRandom {
    /// Words drawn ahead, since one call of the generator costs as much for 64 words as for one.
    private static let pool = Mutex<[UInt64]>([])

    package static func bytes(_ count: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            fill(UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count))
            initialized = count
        }
    }

    /// 64 random bits; any thread may call.
    package static func uint64() -> UInt64 {
        pool.withLock { pool in
            if let word = pool.popLast() { return word }
            pool = [UInt64](unsafeUninitializedCapacity: 64) { buffer, initialized in
                fill(UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: 64 * 8))
                initialized = 64
            }
            return pool.removeLast()
        }
    }

    private static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        let start = buffer.bindMemory(to: UInt8.self).baseAddress
        var rest = buffer.count
        while rest > 0 {
            // RAND_bytes counts in CInt.
            let part = min(rest, 1 << 20)
            check(RAND_bytes(start?.advanced(by: buffer.count - rest), CInt(part)), "RAND_bytes")
            rest -= part
        }
    }
}
