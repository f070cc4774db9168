/// Where a version of a prompt came from.
package struct PromptOrigin: Sendable, Hashable {
    /// The first commit of the ref's line that had this text, with all that it includes.
    package var commit: PromptCommit
    /// Of the prompt's file, from the top of the repository.
    package var path: String
    /// The name that git gives to the file's bytes.
    package var blob: String

    package init(commit: PromptCommit, path: String, blob: String) {
        self.commit = commit
        self.path = path
        self.blob = blob
    }
}

/// One version of one prompt that the library knows.
package struct PromptVersionRecord: Sendable, Hashable {
    /// `support-reply`, or `support-reply.terse` for a variant.
    package var name: String
    /// `3.1.0`; nil for a text without a version.
    package var version: String?
    /// 64 hexadecimal digits.
    package var digest: String
    /// Nil outside git.
    package var origin: PromptOrigin?
    /// Whether `name@version` means this text. Another text under the same number is a draft: its digest alone names it.
    package var isReleased: Bool
    /// The labels that stand for it now, sorted.
    package var labels: [String] = []
}

/// What a label was made to stand for, and by which commit.
package struct PromptLabelMove: Sendable, Hashable {
    /// A version, and the beginning of its digest as the label's file has it.
    package struct Target: Sendable, Hashable {
        package var version: String
        package var digest: String
    }

    package var label: String
    package var name: String
    /// Nil when the label did not name the prompt before.
    package var before: Target?
    /// Nil when the label names the prompt no more.
    package var after: Target?
    package var commit: PromptCommit
}

/// A version as an earlier sync found it: the memory that no rewritten history can change.
package struct RegisteredVersion: Sendable, Hashable {
    package var name: String
    package var version: String
    /// 64 hexadecimal digits.
    package var digest: String
    /// The commit in which it was found; nil outside git.
    package var commit: String?

    package init(name: String, version: String, digest: String, commit: String?) {
        self.name = name
        self.version = version
        self.digest = digest
        self.commit = commit
    }
}
