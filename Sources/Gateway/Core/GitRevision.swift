import Glibc

/// The commit that a folder's files come from, asked of the `git` program when a generation is made, never on a request.
struct GitRevision: Sendable, Hashable, CustomStringConvertible {
    let commit: String
    /// The folder's files differ from the commit.
    let isDirty: Bool

    /// The commit's 40 digits, with `-dirty` behind them when the work tree says something else.
    var description: String { isDirty ? commit + "-dirty" : commit }

    /// Returns the revision of the repository around `path`, a file or folder; nil outside git, or without the program.
    static func current(of path: String) -> GitRevision? {
        let folder = isFolder(path) ? path : parent(of: path)
        guard let head = run("rev-parse", "HEAD", in: folder), head.utf8.count == 40 else { return nil }
        let changes = run("status", "--porcelain", "--untracked-files=all", "--", ".", in: folder)
        return GitRevision(commit: head, isDirty: changes != "")
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Runs git without a shell and returns what it prints, without the line's end; nil when it fails.
    ///
    /// The optional locks are off, so that a running gateway never stands in the way of somebody's commit.
    private static func run(_ arguments: String..., in folder: String) -> String? {
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
        let words = ["git", "--no-optional-locks", "-C", folder] + arguments
        var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for word in argv { free(word) } }
        var process = pid_t()
        let status = posix_spawnp(&process, "git", &actions, nil, &argv, environ)
        close(ends[1])
        guard status == 0 else { return nil }
        let output = readAll(ends[0])
        var end: CInt = 0
        guard waitpid(process, &end, 0) == process, end == 0 else { return nil }
        return String(decoding: output.prefix { $0 != 10 }, as: UTF8.self)
    }

    private static func readAll(_ descriptor: CInt) -> [UInt8] {
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return output }
            // What follows the first lines is of no interest, but must be read, or git would wait for ever.
            if output.count < 65_536 { output += buffer[0..<count] }
        }
    }
}
