import Glibc

/// Small files, read and written at once.
enum WholeFile {
    /// Returns the bytes, at most `limit`; nil when there are more (`EFBIG`) or it cannot be read, and `errno` says why.
    static func read(_ path: String, limit: Int = 16 << 20) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += piece.prefix(count)
            guard bytes.count <= limit else {
                errno = EFBIG
                return nil
            }
        }
    }

    /// Returns all bytes of a file of at most `limit`; says what is wrong with any other, and what helps a longer one.
    static func read(_ path: String, limit: Int, remedy: String) throws(Failure) -> [UInt8] {
        if let bytes = read(path, limit: limit) { return bytes }
        guard errno != EFBIG else { throw .usage("\(path): is longer than \(limit) bytes; \(remedy)") }
        throw .usage("\(path): \(String(cString: strerror(errno)))")
    }

    /// Makes a file that only its owner may read. False when it exists or cannot be made, and `errno` says why.
    static func create(_ path: String, _ bytes: [UInt8]) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
    }

    /// Makes a file that all may read, as others of a repository, and the folders that lead to it.
    static func place(_ bytes: [UInt8], at path: String) throws(Failure) {
        func fault(_ path: String) -> Failure { Failure(.failure, "\(path): \(String(cString: strerror(errno)))") }
        var made = path.hasPrefix("/") ? "/" : ""
        for name in path.split(separator: "/").dropLast() {
            made += "\(name)/"
            guard mkdir(made, 0o755) == 0 || errno == EEXIST else { throw fault(made) }
        }
        guard replace(path, bytes) else { throw fault(path) }
    }

    /// Makes a file, or puts it in the place of one, all at once. False when it cannot, and `errno` says why.
    ///
    /// A file that is there keeps its permissions, and a link its place. What is no file, such as a pipe, is written to:
    /// a device must not be replaced by a file. So is what ``descriptor(of:)`` finds, behind what was written before.
    static func replace(_ path: String, _ bytes: [UInt8]) -> Bool {
        if let open = descriptor(of: path) {
            Output.standard.flush()
            Output.errors.flush()
            return writeAll(bytes, to: open)
        }
        var status = stat()
        guard stat(path, &status) == 0 else { return replace(path, bytes, mode: nil) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return false }
            defer { close(descriptor) }
            return writeAll(bytes, to: descriptor)
        }
        let whole = realpath(path, nil).map { pointer in
            defer { free(pointer) }
            return String(cString: pointer)
        }
        return replace(whole ?? path, bytes, mode: status.st_mode & 0o7777)
    }

    /// The open descriptor that a path means; nil for any other path.
    ///
    /// That is `/dev/stdout`, `/dev/fd/3`, and the very file that standard output or standard error goes to. To open it
    /// anew would begin at its start, and to replace it would leave whoever reads it with a file that has no name.
    static func descriptor(of path: String) -> CInt? {
        for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
            return CInt(path.dropFirst(folder.count))
        }
        // They may lead to a descriptor that is closed, which has no file to compare.
        if path == "/dev/stdout" { return 1 }
        if path == "/dev/stderr" { return 2 }
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return [1, 2].first { descriptor in
            var own = stat()
            return fstat(descriptor, &own) == 0 && own.st_dev == status.st_dev && own.st_ino == status.st_ino
        }
    }

    private static func replace(_ path: String, _ bytes: [UInt8], mode: mode_t?) -> Bool {
        let draft = "\(path).\(getpid()).new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return false }
        let isWritten = writeAll(bytes, to: descriptor) && mode.map { fchmod(descriptor, $0) == 0 } ?? true
        close(descriptor)
        guard isWritten, rename(draft, path) == 0 else {
            let reason = errno
            unlink(draft)
            errno = reason
            return false
        }
        return true
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&entry, 1, -1)
                continue
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
