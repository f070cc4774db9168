import Glibc

/// Reads the time zone files of the system: TZif, version 2 and later (RFC 9636).
struct ZoneFile {
    private static let largest = 1 << 20

    static func rules(named name: String, directory: String) throws(TimeZoneError) -> TimeZoneRules {
        guard isName(name) else { throw .invalidName(name) }
        let path = "\(directory)/\(name)"
        guard let bytes = read(path) else {
            guard access("\(directory)/Europe", F_OK) == 0 || access("\(directory)/UTC", F_OK) == 0 else {
                throw .databaseMissing(directory: directory)
            }
            throw .unknown(name)
        }
        do {
            var reader = ZoneFileReader(bytes)
            return try reader.rules(named: name)
        } catch {
            throw .damaged(path: path, reason: error.reason)
        }
    }

    /// Words of letters, digits, `_`, `+` and `-` with `/` between them: no way out of the directory.
    private static func isName(_ name: String) -> Bool {
        let words = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return name.utf8.count <= 100
            && words.allSatisfy { word in
                !word.isEmpty
                    && word.allSatisfy { byte in
                        (48...57).contains(byte) || (65...90).contains(byte & 0xDF) || Array("_+-".utf8).contains(byte)
                    }
            }
    }

    private static func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8_192)
        while bytes.count <= largest {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
        return nil
    }
}
