/// Reads what `git log --raw -z` prints: headers of commits, and the paths that each changed.
struct GitLogReader {
    private(set) var states: [GitState] = []
    private var fields: [ArraySlice<UInt8>]
    private var next = 0

    /// - Parameter folder: what paths begin with; it is taken off.
    init(_ output: [UInt8], folder: String) {
        let prefix = Array((folder.isEmpty ? "" : folder + "/").utf8)
        fields = output.split(separator: 0, omittingEmptySubsequences: false)
        while let field = take() {
            if field.first == 2 {
                readCommit(field.dropFirst())
            } else if field.first == UInt8(ascii: ":") {
                readChange(field, prefix)
            }
        }
    }

    /// The next field, without the line's end that stands between a header and its changes.
    private mutating func take() -> ArraySlice<UInt8>? {
        guard next < fields.count else { return nil }
        defer { next += 1 }
        return fields[next].drop { $0 == 10 }
    }

    private mutating func readCommit(_ id: ArraySlice<UInt8>) {
        guard let author = take(), let date = take() else { return }
        let seconds = Int64(String(decoding: date.prefix { $0 != 10 }, as: UTF8.self)) ?? 0
        let commit = PromptCommit(
            id: String(decoding: id, as: UTF8.self), author: String(decoding: author, as: UTF8.self), date: seconds)
        states.append(GitState(commit: commit, changes: []))
    }

    /// `:OLDMODE NEWMODE OLDBLOB NEWBLOB STATUS`, then the path.
    private mutating func readChange(_ facts: ArraySlice<UInt8>, _ prefix: [UInt8]) {
        guard next < fields.count else { return }
        let path = fields[next]
        next += 1
        let words = facts.split(separator: 32)
        guard words.count == 5, path.starts(with: prefix), let last = states.indices.last else { return }
        let blob = String(decoding: words[3], as: UTF8.self)
        let content: GitChange.Content =
            switch String(decoding: words[1], as: UTF8.self) {
            case "100644", "100755": .file(blob: blob)
            case "120000": .link
            case "160000": .submodule
            default: .nothing
            }
        let name = String(decoding: path.dropFirst(prefix.count), as: UTF8.self)
        states[last].changes.append(GitChange(path: name, content: content))
    }
}
