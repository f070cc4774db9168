import Glibc

/// A file that occupies space until the disk is full, so that running calls can still be settled then.
struct Reserve {
    private let path: String
    private let wanted: Int
    /// Whether the space is kept aside now.
    private(set) var isHeld = false
    /// What was held last, in bytes.
    private var size = 0

    init(for path: String, bytes: Int) {
        self.path = path + ".reserve"
        wanted = bytes
    }

    /// Keeps the space aside: what was wanted, but no more than a quarter of what is free. Returns false without space.
    ///
    /// Once it was given up it comes back at half its size or more: out of what it gave up itself it would only come back
    /// smaller each time, and the disk would look well in between.
    mutating func hold() -> Bool {
        guard wanted > 0 else {
            isHeld = true
            return true
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        var status = stat()
        let present = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
        let target = min(wanted, max(present, freeBytes(descriptor) / 4))
        guard target >= max(64 << 10, size / 2), posix_fallocate(descriptor, 0, off_t(target)) == 0 else {
            unlink(path)
            return false
        }
        isHeld = true
        size = target
        return true
    }

    /// Gives the space to the ledger's file.
    mutating func release() {
        unlink(path)
        isHeld = false
    }

    private func freeBytes(_ descriptor: CInt) -> Int {
        var status = statvfs()
        guard fstatvfs(descriptor, &status) == 0 else { return 0 }
        return Int(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    }
}
