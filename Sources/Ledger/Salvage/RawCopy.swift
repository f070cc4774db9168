import Glibc

/// Copies a file's bytes; a stretch that its disk cannot read becomes zeros.
enum RawCopy {
    private static let page = 4_096

    static func write(_ path: String, to target: String) throws(LedgerError) {
        let from = open(path, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw LedgerError(.unavailable, "\(path): \(lastSystemError())") }
        defer { close(from) }
        let to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard to >= 0 else {
            throw LedgerError(.unavailable, "\(target): \(lastSystemError()); make its folder writable")
        }
        defer { close(to) }
        var status = stat()
        guard fstat(from, &status) == 0 else { throw LedgerError(.unavailable, "\(path): \(lastSystemError())") }
        var bytes = [UInt8](repeating: 0, count: 256 * page)
        var offset = 0
        while offset < Int(status.st_size) {
            let count = read(from, at: offset, min(bytes.count, Int(status.st_size) - offset), into: &bytes)
            guard pwrite(to, bytes, count, off_t(offset)) == count else {
                throw LedgerError(
                    .unavailable, "\(target): \(lastSystemError()); a copy needs as much space as \(path)")
            }
            offset += count
        }
    }

    /// Returns how many bytes were read, or made up: at most one page where the disk fails.
    private static func read(_ descriptor: CInt, at offset: Int, _ count: Int, into bytes: inout [UInt8]) -> Int {
        let whole = pread(descriptor, &bytes, count, off_t(offset))
        if whole > 0 { return whole }
        let small = pread(descriptor, &bytes, min(page, count), off_t(offset))
        if small > 0 { return small }
        for index in 0..<min(page, count) { bytes[index] = 0 }
        return min(page, count)
    }
}
