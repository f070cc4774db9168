import Glibc

/// The commit that a folder's files come from, asked of the `git` program when a generation is made, never on a request.
package struct GitRevision: Sendable, Hashable, CustomStringConvertible {
    let commit: String
    /// The folder's files differ from the commit.
    let isDirty: Bool

    /// The commit's 40 digits, with `-dirty` behind them when the work tree says something else.
    package var description: String { isDirty ? commit + "-dirty" : commit }

    /// Returns the revision of the repository around `path`, a file or folder; nil outside git, or without the program.
    static func current(of path: String) -> GitRevision? {
        let folder = isFolder(path) ? path : parent(of: path)
        guard let head = run("rev-parse", "HEAD", in: folder), head.utf8.count == 40 else { return nil }
        let changes = run("status", "--porcelain", "--untracked-files=all", "--", ".", in: folder)
        return GitRevision(commit: head, isDirty: changes != "")
    }

    /// Returns the bytes of the file `path` as a commit, branch or tag has them, at most 4 MiB; nil when it has none.
    package static func content(of path: String, at reference: String) -> [UInt8]? {
        guard !reference.isEmpty, !reference.hasPrefix("-"), !reference.utf8.contains(0) else { return nil }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return output(of: ["show", "\(reference):./\(name)"], in: parent(of: path), limit: 4 << 20)
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Runs git and returns the first line that it prints; nil when it fails.
    private static func run(_ arguments: String..., in folder: String) -> String? {
        output(of: arguments, in: folder, limit: 65_536).map {
            String(decoding: $0.prefix { $0 != 10 }, as: UTF8.self)
        }
    }

    /// Runs git without a shell and returns what it prints, of a long text the beginning; nil when it fails.
    ///
    /// The optional locks are off, so that a running gateway never stands in the way of somebody's commit; so is the file
    /// monitor, which is a program that the repository's configuration names.
    private static func output(of arguments: [String], in folder: String, limit: Int) -> [UInt8]? {
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let words = ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-C", folder] + arguments
        var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for word in argv { free(word) } }
        var process = pid_t()
        let status = posix_spawnp(&process, "git", &actions, nil, &argv, environ)
        close(ends[1])
        guard status == 0 else { return nil }
        let output = readAll(ends[0], limit: limit)
        var end: CInt = 0
        guard waitpid(process, &end, 0) == process, end == 0 else { return nil }
        return output
    }

    private static func readAll(_ descriptor: CInt, limit: Int) -> [UInt8] {
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return output }
            // What follows is of no interest, but must be read, or git would wait for ever.
            if output.count < limit { output += buffer[0..<count] }
        }
    }
}
