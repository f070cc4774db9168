import Glibc

/// The lock that makes a process the only writer of a ledger: `flock` on `<path>.lock`, held for its lifetime.
struct FileLock: ~Copyable {
    private let descriptor: CInt

    init(for path: String) throws(LedgerError) {
        let name = path + ".lock"
        let opened = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw LedgerError(
                .unavailable, "\(name): \(lastSystemError()); make the folder writable for the gateway's user")
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let owner = FileLock.owner(opened)
            Glibc.close(opened)
            throw LedgerError(
                .locked, "\(path): \(owner) writes this ledger already; stop it, or let it do what you want done")
        }
        descriptor = opened
        let text = "\(getpid())\n"
        if ftruncate(opened, 0) == 0 { _ = write(opened, text, text.utf8.count) }
    }

    deinit {
        // A program that is being started has the descriptor too, until its `exec`: the close alone would not unlock.
        _ = flock(descriptor, LOCK_UN)
        Glibc.close(descriptor)
    }

    /// What the file says about the process that holds it.
    private static func owner(_ descriptor: CInt) -> String {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = read(descriptor, &bytes, bytes.count)
        let digits = bytes.prefix(max(0, count)).prefix { (48...57).contains($0) }
        return digits.isEmpty ? "another process" : "process \(String(decoding: digits, as: UTF8.self))"
    }
}

func lastSystemError() -> String { "\(String(cString: strerror(errno))) (errno \(errno))" }
