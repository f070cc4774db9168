package import Prompts

/// What differs between two libraries, as `prompts sync` says it.
package struct PromptChanges: Sendable, CustomStringConvertible {
    /// A label that stands for another version than before.
    package struct Move: Sendable, Hashable {
        package var label: String
        package var name: String
        /// A version; nil where the label does not name the prompt.
        package var before: String?
        package var after: String?
    }

    /// Versions that were not known before.
    package var versions: [PromptVersionRecord] = []
    package var moves: [Move] = []

    package init() {}

    package init(from old: PromptLibrary, to new: PromptLibrary) {
        for name in new.names {
            let known = Set(old.versions(of: name).map(\.digest))
            versions += new.versions(of: name).filter { !known.contains($0.digest) }.reversed()
        }
        for name in Set(old.names).union(new.names).sorted() {
            let before = Dictionary(uniqueKeysWithValues: old.labels(of: name).map { ($0.label, $0.target.version) })
            let after = Dictionary(uniqueKeysWithValues: new.labels(of: name).map { ($0.label, $0.target.version) })
            for label in Set(before.keys).union(after.keys).sorted() where before[label] != after[label] {
                moves.append(Move(label: label, name: name, before: before[label], after: after[label]))
            }
        }
    }

    /// In one line, for the log; the first few of each.
    package var description: String {
        let shownVersions = versions.prefix(20).map { "+\($0.name) \($0.version ?? "without version")" }
        let shownMoves = moves.prefix(20).map { "\($0.name)@\($0.label) \($0.before ?? "none")→\($0.after ?? "none")" }
        let rest = versions.count + moves.count - shownVersions.count - shownMoves.count
        return (shownVersions + shownMoves + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: ", ")
    }
}
