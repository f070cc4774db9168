import Glibc

/// A bare copy of a repository on another machine, brought up to date before it is read. Blocks; not for an event loop.
package struct GitMirror: Sendable, Hashable {
    private static let head = "refs/llmgw/head"

    private let url: String
    /// Of the copy.
    package let path: String

    /// - Parameter url: `https://…`, `ssh://…` or `file://…`.
    package init(of url: String, at path: String) {
        self.url = url
        self.path = path
    }

    /// Whether `repository` is on another machine, as far as its spelling says.
    package static func isRemote(_ repository: String) -> Bool {
        ["https://", "ssh://", "file://"].contains { repository.hasPrefix($0) }
    }

    /// Whether it was ever fetched.
    package var exists: Bool { access(path + "/HEAD", F_OK) == 0 }

    /// The ref of the copy that stands for a ref of the original.
    package func ref(_ ref: String) -> String { ref == "HEAD" ? GitMirror.head : ref }

    /// Takes all branches and tags of the original as they are now; what is gone there goes here too.
    package func fetch() throws(GitFailure) {
        if !exists {
            // The ledger's folder, which may not be there yet, is its owner's alone.
            if let slash = path.lastIndex(of: "/") { mkdir(String(path[..<slash]), 0o700) }
            _ = try GitProcess.local(".").run(["init", "--quiet", "--bare", "--", path])
        }
        _ = try GitProcess.remote(path).run([
            "fetch", "--quiet", "--prune", "--no-tags", "--no-auto-gc", "--no-recurse-submodules", "--end-of-options",
            url,
            "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*", "+HEAD:" + GitMirror.head,
        ])
    }
}
