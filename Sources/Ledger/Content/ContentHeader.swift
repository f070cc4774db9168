import Glibc

/// The first 100 bytes of a database file (sqlite.org/fileformat2.html §1.3), read without SQLite, which refuses what a
/// power loss has cut.
struct ContentHeader {
    private static let magic = Array("SQLite format 3\0".utf8)
    private let bytes: [UInt8]
    /// Whether there is a file that could be read.
    private let exists: Bool

    init(of path: String) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        exists = descriptor >= 0
        var buffer = [UInt8](repeating: 0, count: 100)
        let count = exists ? Glibc.read(descriptor, &buffer, buffer.count) : 0
        if exists { Glibc.close(descriptor) }
        bytes = Array(buffer.prefix(max(0, count)))
    }

    /// Nothing was written to it that is left: no byte, nothing but zeros, or a part of the header.
    var isBlank: Bool {
        guard exists else { return false }
        if bytes.allSatisfy({ $0 == 0 }) { return true }
        return bytes.count < 100 && bytes.starts(with: ContentHeader.magic.prefix(bytes.count))
    }

    /// It begins as a file of kept answers does.
    var isOurs: Bool {
        guard bytes.count == 100, bytes.starts(with: ContentHeader.magic) else { return false }
        return bytes[68..<72].reduce(0) { $0 << 8 | Int64($1) } == ContentFile.applicationID
    }
}
