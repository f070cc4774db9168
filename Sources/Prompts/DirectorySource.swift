import Glibc

/// A folder of prompts on disk.
package struct DirectorySource: PromptSource {
    private static let maxFileSize = 1024 * 1024
    private static let maxDepth = 16

    private let directory: String

    package init(directory: String) {
        self.directory = directory
    }

    package func files() throws(PromptLoadErrors) -> [PromptSourceFile] {
        guard let root = Self.realPath(directory) else {
            throw PromptLoadErrors(diagnostics: [
                PromptDiagnostic(
                    .error, FaultCode.unreadable.rawValue, "cannot open the folder '\(directory)': \(Self.reason)",
                    file: "prompts/", line: 1, column: 1)
            ])
        }
        var walk = Walk(root: root)
        walk.enter("", depth: 0, isLinked: false)
        guard walk.errors.isEmpty else { throw PromptLoadErrors(diagnostics: walk.errors) }
        return walk.files
    }

    private struct Walk {
        let root: String
        var files: [PromptSourceFile] = []
        var errors: [PromptDiagnostic] = []

        mutating func enter(_ folder: String, depth: Int, isLinked: Bool) {
            guard depth < DirectorySource.maxDepth else {
                return add(.size, "folders are nested deeper than \(DirectorySource.maxDepth)", folder)
            }
            guard let names = DirectorySource.names(in: root + "/" + folder) else {
                return add(.unreadable, "cannot read the folder: \(DirectorySource.reason)", folder)
            }
            for name in names.sorted() where !name.hasPrefix(".") {
                visit(folder.isEmpty ? name : folder + "/" + name, depth: depth, isLinked: isLinked)
            }
        }

        private mutating func visit(_ path: String, depth: Int, isLinked: Bool) {
            let full = root + "/" + path
            var isLinked = isLinked
            var status = stat()
            guard lstat(full, &status) == 0 else {
                return add(.unreadable, "cannot read it: \(DirectorySource.reason)", path)
            }
            if status.st_mode & S_IFMT == S_IFLNK {
                guard let target = DirectorySource.realPath(full), target.hasPrefix(root + "/") else {
                    return add(.link, "the symbolic link leads out of the folder of prompts", path)
                }
                guard stat(full, &status) == 0 else { return }
                isLinked = true
            }
            if status.st_mode & S_IFMT == S_IFDIR {
                enter(path, depth: depth + 1, isLinked: isLinked)
            } else if PromptFileKind(path: path) != nil {
                read(full, path, isLinked: isLinked)
            }
        }

        private mutating func read(_ full: String, _ path: String, isLinked: Bool) {
            guard let bytes = DirectorySource.contents(of: full, limit: DirectorySource.maxFileSize + 1) else {
                return add(.unreadable, "cannot read it: \(DirectorySource.reason)", path)
            }
            guard bytes.count <= DirectorySource.maxFileSize else {
                return add(.size, "the file is larger than \(DirectorySource.maxFileSize) bytes", path)
            }
            files.append(PromptSourceFile(path: path, bytes: bytes, isLinked: isLinked))
        }

        private mutating func add(_ code: FaultCode, _ message: String, _ path: String) {
            errors.append(Fault(code, message, at: .start).diagnostic(in: "prompts/" + path))
        }
    }
}

// MARK: System calls

extension DirectorySource {
    fileprivate static var reason: String { String(cString: strerror(errno)) }

    fileprivate static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    fileprivate static func names(in folder: String) -> [String]? {
        guard let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.append(name)
        }
        return names
    }

    /// Returns at most `limit` bytes.
    fileprivate static func contents(of path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while bytes.count < limit {
            let count = Glibc.read(descriptor, &buffer, min(buffer.count, limit - bytes.count))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        return bytes
    }
}
