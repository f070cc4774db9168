/// What is asked of a repository by those who work in it.
extension GitRepository {
    /// The history of the folder up to the commit that is checked out; nil before the first commit that has the folder.
    func historyOfWorktree() throws(GitFailure) -> GitHistory? {
        guard let head = try? head(of: "HEAD"), holdsFolder(at: head) else { return nil }
        return try history(at: head)
    }

    /// Whether the folder is there at a commit.
    func holdsFolder(at commit: String) -> Bool {
        folder.isEmpty || (try? git.line(["cat-file", "-t", "\(commit):\(folder)"])) == "tree"
    }

    /// The commit where the work tree's line left that of `ref`; the ref's own commit where git knows none.
    func mergeBase(with ref: String) throws(GitFailure) -> String {
        let other = try commit(ref)
        let base = (try? git.line(["merge-base", "HEAD", other])) ?? ""
        return base.isEmpty ? other : base
    }

    /// The commit that a user's word stands for.
    func commit(_ ref: String) throws(GitFailure) -> String {
        guard let commit = commit(named: ref) else {
            throw GitFailure(
                "\(git.folder): there is no commit '\(ref)'; name a branch, a tag or a commit, and fetch it first")
        }
        return commit
    }
}
