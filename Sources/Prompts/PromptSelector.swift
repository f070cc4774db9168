/// `name@what`, as a client writes it.
struct PromptSelector: Equatable {
    enum Choice: Equatable {
        case label(String)
        case version(String)
        /// 12 to 64 hexadecimal digits.
        case digest(String)
        case commit(String)
        /// `worktree` or `latest`.
        case unreleased(String)
    }

    /// With the variant, as in `support-reply.terse`.
    var name: String
    var choice: Choice

    /// Nil when `text` is no selector.
    init?(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first, !name.isEmpty else { return nil }
        self.name = name
        guard parts.count == 2 else {
            choice = .label("production")
            return
        }
        let word = parts[1]
        if PromptLabel.reserved.contains(word) {
            choice = .unreleased(word)
        } else if PromptVersion.isValid(word) {
            choice = .version(word)
        } else if word.hasPrefix("sha256:") {
            let digest = String(word.dropFirst("sha256:".count)).lowercased()
            guard Self.isDigest(digest) else { return nil }
            choice = .digest(digest)
        } else if word.hasPrefix("git:") {
            choice = .commit(String(word.dropFirst("git:".count)).lowercased())
        } else {
            guard PromptName.isValidPart(word) else { return nil }
            choice = .label(word)
        }
    }

    static func isDigest(_ text: String) -> Bool { isHex(text, 12...64) }

    /// 7 digits at least; 64 where the repository names its objects with SHA-256.
    static func isCommit(_ text: String) -> Bool { isHex(text, 7...64) }

    private static func isHex(_ text: String, _ lengths: ClosedRange<Int>) -> Bool {
        lengths.contains(text.utf8.count)
            && text.utf8.allSatisfy { Ascii.isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
    }
}
