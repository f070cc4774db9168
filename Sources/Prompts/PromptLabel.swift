import YAML

/// What one environment runs: `labels/production.yaml`.
struct PromptLabel: Sendable {
    /// A version and the beginning of its digest: the two must belong together.
    struct Target: Sendable, Equatable {
        var version: String
        /// 12 to 64 hexadecimal digits.
        var digest: String
        var place: Place
    }

    let name: String
    let path: String
    private(set) var targets: [String: Target] = [:]
    private var malformed: [Fault] = []

    init(name: String, path: String, bytes: [UInt8]) throws(Fault) {
        self.name = name
        self.path = path
        guard PromptName.isValidPart(name), !PromptLabel.reserved.contains(name) else {
            throw Fault(
                .fileName, "a label's name has letters, digits, '-' and '_', and is not 'latest' or 'worktree'",
                at: .start)
        }
        try SourceText(bytes).requireText()
        let node: YAMLNode
        do throws(YAMLError) {
            node = try YAMLReader.parse(bytes, file: path, limits: .large)
        } catch {
            throw Fault(error)
        }
        if case .null = node.value { return }
        guard let members = node.mappingMembers else { throw Self.malformed(node) }
        for member in members {
            do throws(Fault) {
                targets[member.name] = try Self.target(member.node)
            } catch {
                malformed.append(error)
            }
        }
    }

    static let reserved: Set<String> = ["latest", "worktree"]

    private static func target(_ node: YAMLNode) throws(Fault) -> Target {
        guard case .string(let text) = node.value else { throw malformed(node) }
        let words = text.split(separator: " ")
        guard words.count == 2, PromptVersion.isValid(String(words[0])), words[1].hasPrefix("sha256:") else {
            throw malformed(node)
        }
        let digest = String(words[1].dropFirst("sha256:".count))
        guard PromptSelector.isDigest(digest) else { throw malformed(node) }
        return Target(version: String(words[0]), digest: digest, place: Place(node.position))
    }

    private static func malformed(_ node: YAMLNode) -> Fault {
        Fault(
            .label, "a label says which version of a prompt is meant: support-reply: \"3.1.0 sha256:e9933fcc6c7a\"",
            at: Place(node.position))
    }

    /// Checks that each version is what it was when it was labelled. A version that is not there is an error where the
    /// whole history is known; elsewhere it is kept, with a warning: asking for it is answered with 404.
    ///
    /// - Parameter place: where the catalog comes from, such as `the folder`.
    func faults(against catalog: PromptCatalog, in place: String, isWhole: Bool) -> [Fault] {
        malformed
            + targets.sorted { $0.key < $1.key }.compactMap { name, target in
                guard let entry = catalog.entries[name] else {
                    let hint = Suggestion.text(for: name, among: catalog.entries.keys)
                    return Fault(.label, "there is no prompt '\(name)'\(hint)", at: target.place)
                }
                guard let digest = entry.released[target.version] else {
                    let versions = catalog.versions(of: name)
                    let found = versions.isEmpty ? "no version" : versions.prefix(5).joined(separator: ", ")
                    return Fault(
                        isWhole ? .label : .labelVersion,
                        "'\(name)' \(target.version) is not in \(place), which has \(found);"
                            + " calls of '\(name)@\(self.name)' are answered 404", at: target.place)
                }
                guard !digest.hasPrefix(target.digest) else { return nil }
                let commit = catalog.origins[digest].map { " (commit \($0.commit.id.prefix(12)))" } ?? ""
                return Fault(
                    .labelDigest,
                    "'\(name)' \(target.version) is now sha256:\(digest.prefix(12))\(commit), not"
                        + " sha256:\(target.digest): a version never changes its text; raise the version, then label that",
                    at: target.place)
            }
    }
}
