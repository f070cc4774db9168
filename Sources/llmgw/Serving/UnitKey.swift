import Crypto
import Glibc

/// The key with which users' ids are hashed: made once for each ledger, and kept beside it.
enum UnitKey {
    /// The key of a ledger that has one; nil where no gateway has made it yet.
    static func existing(beside ledger: String) throws(Failure) -> [UInt8]? {
        WholeFile.read(ledger + ".unit-key") == nil ? nil : try load(beside: ledger)
    }

    static func load(beside ledger: String) throws(Failure) -> [UInt8] {
        let path = ledger + ".unit-key"
        if let bytes = WholeFile.read(path) {
            guard let key = Hex.decode(String(decoding: bytes, as: UTF8.self).prefix(64)), key.count == 32 else {
                throw Failure(
                    .failure,
                    "\(path): is damaged, 64 hexadecimal digits are expected; restore it from a backup, "
                        + "or remove it: running experiments then draw their users anew")
            }
            return key
        }
        let key = SecureRandom.bytes(32)
        guard errno == ENOENT, WholeFile.create(path, Array((Hex.encode(key) + "\n").utf8)) else {
            throw Failure(.failure, "\(path): cannot be read or made: \(String(cString: strerror(errno)))")
        }
        return key
    }
}
