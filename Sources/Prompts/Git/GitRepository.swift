import Glibc
import Threads

/// A folder of prompts in a repository on this machine: bare or with a work tree, shallow or whole.
struct GitRepository: Sendable {
    private static let maxFileSize = 1024 * 1024

    let git: GitProcess
    /// The top of the work tree; nil in a bare repository.
    let top: String?
    /// Below the top, without `/` at its ends; empty for the top itself.
    let folder: String

    init(_ source: GitSource) throws(GitFailure) {
        let found = GitProcess.local(source.repository)
        let isBare = try found.line(["rev-parse", "--is-bare-repository"]) == "true"
        let top = try found.line(["rev-parse", isBare ? "--absolute-git-dir" : "--show-toplevel"])
        git = .local(top)
        self.top = isBare ? nil : top
        folder = GitRepository.below(isBare ? nil : top, isBare ? source.bareFolder : source.folder)
    }

    private static func below(_ top: String?, _ folder: String) -> String {
        if let top {
            let path = realPath(folder) ?? folder  // a sparse work tree need not have it
            if path == top { return "" }
            if path.hasPrefix(top + "/") { return String(path.dropFirst(top.count + 1)) }
        }
        return folder.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The commit that `ref` stands for now.
    func head(of ref: String) throws(GitFailure) -> String {
        guard let commit = commit(named: ref) else {
            throw GitFailure(
                "\(git.folder): prompts.ref: there is no commit '\(ref)'; name a branch, a tag or a commit")
        }
        return commit
    }

    /// The commit that a word stands for; nil when it names none.
    ///
    /// A branch comes before a tag of the same name, unlike in git, so that nobody who may only tag moves what is served.
    func commit(named word: String) -> String? {
        let isCommit = (word.utf8.count == 40 || word.utf8.count == 64) && word.allSatisfy(\.isHexDigit)
        let isWhole = isCommit || word == "HEAD" || word.hasPrefix("refs/")
        for prefix in isWhole ? [""] : ["refs/heads/", "refs/remotes/", "refs/tags/", ""] {
            let name = prefix + word + "^{commit}"
            if let commit = try? git.line(["rev-parse", "--verify", "--end-of-options", name]) { return commit }
        }
        return nil
    }

    /// All that the folder ever held, up to the commit `head`.
    ///
    /// - Parameter known: the history as it was read before; what it has is not read again.
    func history(at head: String, after known: GitHistory? = nil) throws(GitFailure) -> GitHistory {
        try requireFolder(at: head)
        let isShallow = try git.line(["rev-parse", "--is-shallow-repository"]) == "true"
        let commits = try git.run(["rev-list", "--first-parent", "--reverse", head]).split(separator: 10).map {
            String(decoding: $0, as: UTF8.self)
        }
        var history = GitHistory(folder: folder, head: head, isShallow: isShallow, states: [], blobs: [:], line: [])
        // A commit's name stands for all that is before it, but in a shallow clone.
        if let known, known.folder == folder, !known.isShallow, !isShallow, commits.contains(known.head) {
            (history.states, history.blobs) = (known.states, known.blobs)
        }
        let start = commits.firstIndex(of: history.states.isEmpty ? "" : known?.head ?? "")
        let states = try self.states(of: commits, from: start)
        history.states += states
        history.blobs.merge(try blobs(of: states, known: history.blobs)) { first, _ in first }
        history.line = GitRepository.line(commits, history.states)
        return history
    }

    /// So many are worth a process of their own: of commits in the log, of contents.
    private static let share = 1_000

    /// The states after the commit at `start` of the line, the oldest first; all of them when there is none.
    private func states(of commits: [String], from start: Int?) throws(GitFailure) -> [GitState] {
        var from = start
        var ranges: [String] = []
        // Later commits can be dearer, for the folder grows; so each processor has two turns.
        let share = max(GitRepository.share, commits.count / (2 * Processors.count) + 1)
        while (from ?? -1) < commits.count - 1 {
            let to = min((from ?? -1) + share, commits.count - 1)
            ranges.append((from.map { commits[$0] + ".." } ?? "") + commits[to])
            from = to
        }
        let paths = folder.isEmpty ? [] : [folder]
        let logs = ranges.parallelMap(piece: 1) { range in
            Result { () throws(GitFailure) in
                GitLogReader(
                    try git.run(
                        [
                            "log", "--first-parent", "--diff-merges=first-parent", "--reverse", "--raw", "-z",
                            "--no-abbrev", "--no-renames", "--no-color", "--ignore-submodules=none",
                            "--format=%x02%H%x00%an <%ae>%x00%at", range, "--",
                        ] + paths), folder: folder
                ).states
            }
        }
        var states: [GitState] = []
        for log in logs { states += try log.get() }
        return states
    }

    private static func line(_ commits: [String], _ states: [GitState]) -> [GitLineEntry] {
        var index: [String: Int] = [:]
        for (number, state) in states.enumerated() { index[state.commit.id] = number }
        var shown = -1
        var entries: [GitLineEntry] = []
        for commit in commits {
            shown = index[commit] ?? shown
            if shown >= 0 { entries.append(GitLineEntry(commit: commit, state: shown)) }
        }
        return entries
    }

    // MARK: The folder

    private func requireFolder(at head: String) throws(GitFailure) {
        guard !folder.isEmpty, (try? git.line(["cat-file", "-t", "\(head):\(folder)"])) != "tree" else { return }
        var prefix = ""
        for part in folder.split(separator: "/") {
            prefix += (prefix.isEmpty ? "" : "/") + part
            let entry = try git.line(["ls-tree", head, "--", prefix])
            guard !entry.hasPrefix("160000 ") else {
                throw GitFailure(
                    "\(git.folder): '\(prefix)' is a submodule, whose files are in another repository; set"
                        + " prompts.repository to the submodule's folder")
            }
            if entry.isEmpty { break }
        }
        throw GitFailure("\(git.folder): commit \(head.prefix(12)) has no folder '\(folder)'; correct prompts.path")
    }

    // MARK: Contents

    /// The contents of all prompt files of some states, each once, but for those that are known.
    private func blobs(
        of states: [GitState], known: [String: [UInt8]]
    ) throws(GitFailure) -> [String: [UInt8]] {
        // In the order of the history: texts that were made of each other are stored as differences, and read together.
        var names: [String] = []
        var wanted: Set<String> = []
        for state in states {
            for change in state.changes {
                if case .file(let blob) = change.content, known[blob] == nil, PromptFileKind(path: change.path) != nil,
                    wanted.insert(blob).inserted
                {
                    names.append(blob)
                }
            }
        }
        let share = max(GitRepository.share, names.count / (2 * Processors.count) + 1)
        let pieces = stride(from: 0, to: names.count, by: share).map { start in
            Array(names[start..<min(start + share, names.count)])
        }
        let read = pieces.parallelMap(piece: 1) { names in
            Result { () throws(GitFailure) in try contents(of: names) }
        }
        var found: [String: [UInt8]] = [:]
        for piece in read { found.merge(try piece.get()) { first, _ in first } }
        return found
    }

    /// What is larger than a prompt may be is left out.
    private func contents(of names: [String]) throws(GitFailure) -> [String: [UInt8]] {
        let sizes: [UInt8]
        do throws(GitFailure) {
            sizes = try git.run(
                ["cat-file", "--batch-check=%(objectname) %(objectsize)"], input: GitRepository.lines(names))
        } catch {
            // Some versions of git end where others print that an object is missing.
            guard error.description.contains("promisor") else { throw error }
            throw lacksObjects("contents were left out when it was cloned")
        }
        var small: [String] = []
        for line in sizes.split(separator: 10) {
            let words = line.split(separator: 32).map { String(decoding: $0, as: UTF8.self) }
            // A version that is there for others and not here must not pass for one that never was.
            guard words.count == 2, let size = Int(words[1]) else {
                throw lacksObjects("'\(words.joined(separator: " "))'")
            }
            if size <= GitRepository.maxFileSize { small.append(words[0]) }
        }
        guard !small.isEmpty else { return [:] }
        return try contents(try git.run(["cat-file", "--batch"], input: GitRepository.lines(small)))
    }

    private func lacksObjects(_ what: String) -> GitFailure {
        GitFailure(
            "\(git.folder): git cat-file: \(what); the repository lacks objects: run `git fsck`, and clone without"
                + " --filter")
    }

    private static func lines(_ names: [String]) -> [UInt8] {
        var lines: [UInt8] = []
        for name in names {
            lines += name.utf8
            lines.append(10)
        }
        return lines
    }

    /// `NAME blob SIZE`, a line's end, the bytes, a line's end; and so on.
    private func contents(_ output: [UInt8]) throws(GitFailure) -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        var rest = output[...]
        while !rest.isEmpty {
            let head = rest.prefix { $0 != 10 }
            let words = head.split(separator: 32)
            let start = head.endIndex + 1
            guard words.count == 3, let size = Int(String(decoding: words[2], as: UTF8.self)), size >= 0,
                size <= GitRepository.maxFileSize, start + size < rest.endIndex
            else {
                throw lacksObjects("'\(String(decoding: head.prefix(80), as: UTF8.self))'")
            }
            found[String(decoding: words[0], as: UTF8.self)] = Array(rest[start..<start + size])
            rest = rest[(start + size + 1)...]
        }
        return found
    }
}
