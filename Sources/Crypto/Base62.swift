/// Bytes as letters and digits alone, for keys that a double click selects whole.
package enum Base62 {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// Writes `bytes` as one big-endian number. The length depends on their count alone: 32 bytes take 43 digits.
    ///
    /// The work grows with the square of the count: meant for keys, not for files.
    package static func encode(_ bytes: [UInt8]) -> String {
        // 62^1.3436 > 256: so many digits hold every value.
        let width = (bytes.count * 13_436 + 9_999) / 10_000
        var digits = [UInt8](repeating: 0, count: width)
        for byte in bytes {
            var carry = Int(byte)
            for index in digits.indices.reversed() {
                carry += Int(digits[index]) << 8
                digits[index] = UInt8(carry % 62)
                carry /= 62
            }
        }
        return String(decoding: digits.map { alphabet[Int($0)] }, as: UTF8.self)
    }
}
