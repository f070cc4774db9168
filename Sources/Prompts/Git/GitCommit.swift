import Glibc

/// Commits of single files, in a user's own name.
package enum GitCommit {
    /// Commits one file as it is on disk, and nothing else that is changed or staged. Returns the commit.
    ///
    /// The user's own git runs, with hooks, signatures and identity: a rule that a repository has for commits holds here
    /// too.
    ///
    /// - Parameters:
    ///   - path: of the file, on disk.
    ///   - folder: any folder of the work tree.
    package static func file(_ path: String, in folder: String, message: String) throws(GitFailure) -> String {
        let whole = realpath(path, nil).map { pointer in
            defer { free(pointer) }
            return String(cString: pointer)
        }
        let git = GitProcess.user(folder)
        _ = try git.run(["add", "--", whole ?? path])
        _ = try git.run(["commit", "--quiet", "--only", "--file=-", "--", whole ?? path], input: Array(message.utf8))
        return try git.line(["rev-parse", "HEAD"])
    }
}
