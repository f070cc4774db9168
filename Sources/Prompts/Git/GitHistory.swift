/// What a folder held, from the first commit to the last, on the first-parent line of a ref.
///
/// The states of that line are what the ref once pointed to. Commits of a merged branch are not among them: nobody
/// reviewed them on their own, and the merge says what came of them.
struct GitHistory: Sendable {
    /// From the repository's top.
    var folder: String
    /// The commit that the ref stands for.
    var head: String
    /// The clone begins later than the history: what was before is not known.
    var isShallow: Bool
    /// The commits that changed the folder, the oldest first.
    var states: [GitState]
    /// By the names that git gives to their contents. What is larger than a prompt may be is not here.
    var blobs: [String: [UInt8]]
    /// All commits of the line from the first that has the folder, each with the index of the state that it shows.
    var line: [GitLineEntry]
}

/// A commit of the line, and the index of the state that it shows.
struct GitLineEntry: Sendable {
    var commit: String
    var state: Int
}

/// One commit that changed the folder.
struct GitState: Sendable {
    var commit: PromptCommit
    var changes: [GitChange]
}

/// What a commit did to one path below the folder.
struct GitChange: Sendable {
    enum Content: Sendable, Hashable {
        case file(blob: String)
        case link
        case submodule
        case nothing
    }

    var path: String
    var content: Content
}

/// A commit: its name, who wrote it, and when.
package struct PromptCommit: Sendable, Hashable {
    /// 40 or 64 hexadecimal digits.
    package var id: String
    /// `Ann Author <ann@example.com>`
    package var author: String
    /// When it was written, in seconds since 1970.
    package var date: Int64

    package init(id: String, author: String, date: Int64) {
        self.id = id
        self.author = author
        self.date = date
    }
}
