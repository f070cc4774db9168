/// The admin port: API, console and metrics.
package struct AdminSettings: Sendable, Hashable {
    /// Default: `127.0.0.1:8081`.
    package var listen: [ListenAddress] = [.loopback(port: 8081)]
    /// What `Authorization: Bearer` must carry, at least 32 characters. Nil: the port answers on loopback only.
    package var token: SecretText?
    /// Values of `Host` that are answered, without port, beside those of a loopback address.
    package var hosts: [String] = []
}

/// The file that holds all money.
package struct LedgerSettings: Sendable, Hashable {
    package enum Synchronous: String, Sendable, CaseIterable {
        /// A power cut loses nothing that was acknowledged.
        case full
        /// A power cut may lose the last commits; a crash of the process loses nothing.
        case normal
    }

    /// Default: `../var/ledger.db`, beside the configuration's folder.
    package var path: String = "var/ledger.db"
    /// Default: `full`.
    package var synchronous: Synchronous = .full
    /// How long a request waits when only holds of others are in its way. Default: 2 s; 0 s refuses at once.
    package var admissionWait: Duration = .seconds(2)
    package var retention = RetentionSettings()
}

/// How long the ledger keeps rows; what has no time is kept for ever. Sums are always kept.
package struct RetentionSettings: Sendable, Hashable {
    /// Served requests with their attempts.
    package var attempts: Duration?
    /// Requests that reached no target.
    package var refused: Duration?
    /// Judgements.
    package var feedback: Duration?
    /// Idempotency keys.
    package var idempotency: Duration?
}

/// The file in which answers are kept for those applications that want theirs kept.
package struct ContentSettings: Sendable, Hashable {
    /// Default: `../var/content.db`, beside the configuration's folder.
    package var path: String = "var/content.db"
    /// How long an answer is kept. Default: 24 h.
    package var retention: Duration = .seconds(86_400)
    /// A larger answer is not kept. Default: 1 MiB.
    package var maxAnswer: Int = 1 << 20
}

/// Where prompts are.
package struct PromptSettings: Sendable, Hashable {
    /// A folder; nil when the configuration names none: no request can then use a prompt.
    package var path: String?
    /// The same as it is written, for repositories without a work tree: a path below the top.
    package var folder: String = "prompts"
    /// A git repository that has the folder: a folder on disk, or an address that is fetched. Nil: the folder is read as
    /// it lies on the disk.
    package var repository: String?
    /// What of the repository is served: a branch, a tag or a commit. Default: `HEAD`.
    package var ref: String = "HEAD"
    /// How often the ref is looked at. Default: 60 s; 0 s for never.
    package var syncEvery: Duration = .seconds(60)
    /// A file that `llmgw prompts bundle` made, in place of folder and repository.
    package var bundle: String?
    /// What a git server signs its calls of the webhook with; nil when it is not served.
    package var webhookSecret: SecretText?

    /// Whether no request can use a prompt.
    package var isEmpty: Bool { path == nil && bundle == nil }
    /// The key that says where they are read from; nil when none does.
    var namingKey: String? { bundle != nil ? "bundle" : repository != nil ? "repository" : path.map { _ in "path" } }

    /// Whether `@latest` and `@worktree` may be asked for. Default: false.
    package var allowUnreleased: Bool = false
    /// The only hosts that addresses of pictures may name, `*.example.com` for all below one. Default: any public host.
    package var mediaHosts: [String]?
}

/// Bounds that protect the server. Sizes are bytes.
package struct LimitSettings: Sendable, Hashable {
    /// Start line and header fields of a request. Default: 64 KiB.
    package var maxHead: Int = 64 << 10
    /// Header fields of a request. Default: 128.
    package var maxHeaders: Int = 128
    /// Body of a request. Default: 32 MiB.
    package var maxBody: Int = 32 << 20
    /// Open client connections. Default: 20,000.
    package var maxConnections: Int = 20_000
    /// From the first byte of a head to its last. Default: 10 s.
    package var headTimeout: Duration = .seconds(10)
    /// From the end of the head to the end of the body. Default: 60 s.
    package var bodyTimeout: Duration = .seconds(60)
    /// A connection without a request. Default: 620 s, so that it outlives what load balancers keep (60 s to 600 s) and
    /// none of them sends a request into a closing connection.
    package var idleTimeout: Duration = .seconds(620)
    /// How long calls are still taken after SIGTERM, while `/readyz` says 503. Default: 5 s.
    package var shutdownDelay: Duration = .seconds(5)
    /// How long running requests may go on after SIGTERM. Default: 60 s.
    package var shutdownTimeout: Duration = .seconds(60)
    /// Requests in work at once; more are answered 503 `overloaded`. Default: 4,000.
    package var maxInFlight: Int = 4_000
    /// A whole answer of an upstream; a longer one is 502. Default: 32 MiB.
    package var maxAnswer: Int = 32 << 20
    /// What all calls together hold in memory; above it 503 `overloaded`. Default: 1 GiB.
    package var maxBuffered: Int = 1 << 30
    /// How long the beginning of a stream is held back while it says nothing. Default: 5 s; 0 s holds nothing.
    package var holdBeginning: Duration = .seconds(5)
}

/// What is written to standard error.
package struct LogSettings: Sendable, Hashable {
    package enum Level: String, Sendable, CaseIterable { case debug, info, warning, error }
    package enum Format: String, Sendable, CaseIterable { case text, json }

    /// Default: `info`.
    package var level: Level = .info
    /// Default: `text`.
    package var format: Format = .text
}

/// Which pages may call from a browser.
package struct CrossOriginSettings: Sendable, Hashable {
    /// As browsers send them, such as `https://app.example.com`. Default: none.
    package var origins: Set<String> = []
}

/// How refusals look to clients.
package struct ErrorSettings: Sendable, Hashable {
    /// The status of `budget_exceeded`: 402 or 429. Default: 402.
    package var budgetStatus: Int = 402
}
