/// Everything that a billed call is attributed to. Many requests share one, so the ledger stores each only once.
public struct CallIdentity: Sendable, Hashable {
    public var application: String
    public var team: String?
    /// The id of the key, never the key.
    public var key: String
    /// The name that the application used, such as `chat-default`.
    public var model: String
    public var prompt: PromptReference?
    public var variant: VariantReference?
    /// The configuration under which the request ran.
    public var generation: String
    /// The commit of the configuration's repository, where there is one.
    public var commit: String?

    public init(application: String, team: String?, key: String, model: String, generation: String, commit: String?) {
        self.application = application
        self.team = team
        self.key = key
        self.model = model
        self.generation = generation
        self.commit = commit
    }
}

/// One exact version of a prompt, and where it came from.
public struct PromptReference: Sendable, Hashable {
    public var name: String
    /// `3.1.0`, or nil for a prompt without a version in development.
    public var version: String?
    /// 64 hexadecimal digits.
    public var digest: String
    /// The label that resolved to it, such as `production`; nil when it was asked for by version or digest.
    public var label: String?
    /// The commit that holds its text; `…-dirty` when the work tree differs from it.
    public var commit: String?
    /// Who turned the label to it at run time, and why, as in `alice: complaints`; nil when the label's file says so.
    public var override: String?

    public init(name: String, version: String?, digest: String, label: String?, commit: String?) {
        self.name = name
        self.version = version
        self.digest = digest
        self.label = label
        self.commit = commit
    }
}

/// The arm of an experiment that served a request.
public struct VariantReference: Sendable, Hashable {
    public var experiment: String
    public var phase: Int
    public var variant: String

    public init(experiment: String, phase: Int, variant: String) {
        self.experiment = experiment
        self.phase = phase
        self.variant = variant
    }
}
