import Crypto

/// The hash that gives each unit its place, the same in every process and for ever.
package enum Assignment {
    /// What is drawn: the same unit's draws for different purposes are independent.
    package enum Purpose: String, Sendable {
        case holdout, namespace, variant
    }

    /// Returns the place of `unit` in [0, 1).
    ///
    /// The first 53 bits of SHA-256 over the parts with a zero byte between them: a double holds them exactly,
    /// and no two ways of cutting the same text into parts meet.
    package static func u(_ purpose: Purpose, salt: String, unit: String) -> Double {
        var text = Array("llmgw.assign.v1".utf8)
        for part in [purpose.rawValue, salt, unit] {
            text.append(0)
            text.append(contentsOf: part.utf8)
        }
        let head = SHA256.hash(text).bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Double(head >> 11) / 0x1p53
    }
}
