import Glibc

/// The bytes of a regular file, and who else may read it.
struct FileContent {
    var bytes: [UInt8]
    /// Whether the file's group or everybody may read it.
    var isExposed: Bool
    /// Seconds since 1970, UTC.
    var changedAt: Int64

    struct Failure: Error, CustomStringConvertible {
        var description: String
        /// Whether there is nothing of that name.
        var isMissing = false
    }

    /// Reads a whole file of at most `limit` bytes; never waits on a pipe or a device.
    static func read(_ path: String, limit: Int) throws(Failure) -> FileContent {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("fstat", path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(description: "\(path) is not a regular file") }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system("read", path) }
            if count == 0 { break }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw Failure(description: "\(path) is longer than \(limit) bytes") }
        }
        return FileContent(
            bytes: bytes, isExposed: status.st_mode & 0o044 != 0, changedAt: Int64(status.st_mtim.tv_sec))
    }

    /// Returns the names in a folder, sorted by their bytes, without those that begin with a dot.
    static func names(in folder: String) throws(Failure) -> [String] {
        guard let directory = opendir(folder) else { throw .system("opendir", folder) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

extension FileContent.Failure {
    fileprivate static func system(_ call: String, _ path: String) -> Self {
        let code = errno
        return Self(
            description: "\(call) \(path): \(String(cString: strerror(code))) (errno \(code))",
            isMissing: code == ENOENT)
    }
}

/// Paths of a configuration are relative to the file that names them.
enum Paths {
    static func resolve(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") || folder == "." ? path : "\(folder)/\(path)"
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }
}
