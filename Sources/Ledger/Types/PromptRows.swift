/// What a version of a prompt meant when it was first served.
package struct PromptVersionRow: Sendable, Hashable {
    /// With the variant, as in `support-reply.terse`.
    package var name: String
    package var version: String
    /// 64 hexadecimal digits.
    package var digest: String
    /// Where it was found; nil outside git, like what follows.
    package var commit: String?
    /// The name that git gives to the prompt's file.
    package var blob: String?
    package var author: String?
    /// When the commit was written, in UTC milliseconds.
    package var created: Int64?

    package init(
        name: String, version: String, digest: String, commit: String?, blob: String?, author: String?, created: Int64?
    ) {
        self.name = name
        self.version = version
        self.digest = digest
        self.commit = commit
        self.blob = blob
        self.author = author
        self.created = created
    }
}

/// A label that somebody turned to another version at run time.
package struct PromptOverrideRow: Sendable, Hashable {
    package var name: String
    package var label: String
    package var version: String
    /// 64 hexadecimal digits.
    package var digest: String
    package var by: String
    package var reason: String
    /// UTC milliseconds.
    package var at: Int64

    package init(
        name: String, label: String, version: String, digest: String, by: String, reason: String, at: Int64
    ) {
        self.name = name
        self.label = label
        self.version = version
        self.digest = digest
        self.by = by
        self.reason = reason
        self.at = at
    }
}
