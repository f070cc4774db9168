package import Providers

/// An upstream: what it speaks, where it is, and how it is treated.
package struct ProviderSettings: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// Whatever speaks OpenAI's API.
        case openai
        /// Answers from inside the gateway; for trying out and for tests.
        case simulated
    }

    package var name: String
    package var kind: Kind
    /// Who stands behind a provider of kind `openai`. Nil: what the base URL's host says.
    package var vendor: Vendor?
    /// Nil for a kind that has no network.
    package var baseURL: BaseURL?
    package var credential: Credential = .none
    /// Sent with each request, in order; names in lower case.
    package var headers: [Header] = []
    /// PEM file of the authorities to trust in place of the system's.
    package var caFile: String?
    /// An `http://host:port` that requests go through. Nil: none, whatever the environment says.
    package var proxy: BaseURL?
    /// Whether a private address, or http to another host than loopback, is meant. Default: false.
    package var isPrivate: Bool = false
    /// Default: `drain`.
    package var onDisconnect: OnDisconnect = .drain
    package var drain = DrainSettings()
    /// Output tokens that the provider may still bill after a stream was left; nil: it goes on billing.
    package var cancelSlack: Int64?
    package var timeouts = TimeoutSettings()
    /// Default: `auto`.
    package var maxTokensMember: MaxTokensMember = .auto
    /// Whether the provider understands `stream_options.include_usage`. Default: true.
    package var sendsStreamOptions: Bool = true
    /// Whose figures its `usage` holds. Nil: what is known of the host.
    package var usage: UsageDialect?
    /// Whether the provider speaks the Responses API. Nil: what is known of the host.
    package var speaksResponses: Bool?
    /// Members of requests that pass whatever they do. Default: none.
    package var allowedMembers: Set<String> = []
    /// What becomes of members that nobody knows, in calls that a hard budget counts. Nil: refused.
    package var unknownMembers: MemberPolicy.Unknown?

    package init(name: String, kind: Kind, baseURL: BaseURL? = nil) {
        self.name = name
        self.kind = kind
        self.baseURL = baseURL
    }
}

extension ProviderSettings {
    package enum Credential: Sendable, Hashable {
        /// The provider takes none.
        case none
        /// Sent as `Authorization: Bearer`.
        case bearer(SecretText)
        /// One was meant, but the environment or file that should hold it does not: requests are answered 503.
        ///
        /// The text says what is missing, such as `environment variable OPENAI_API_KEY is not set`.
        case missing(String)
    }

    package struct Header: Sendable, Hashable {
        package var name: String
        package var value: SecretText
    }

    /// What happens to a stream whose client has left.
    package enum OnDisconnect: String, Sendable, CaseIterable {
        /// Read on to the end, within ``DrainSettings``, so that the usage is known.
        case drain
        /// Cut the upstream at once: for vendors known to stop billing then.
        case abort
    }

    /// The member in which the provider takes the limit of output tokens.
    package enum MaxTokensMember: String, Sendable, CaseIterable {
        /// What the adapter knows of the host.
        case auto
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
    }
}

/// How far a stream is read to its end after its client has left; past any bound it is cut and presumed.
package struct DrainSettings: Sendable, Hashable {
    /// Default: 10 s.
    package var time: Duration = .seconds(10)
    /// Default: 1 MiB.
    package var bytes: Int = 1 << 20
    /// Streams of the provider that are drained at once. Default: 200.
    package var streams: Int = 200
}

/// How long an attempt may take. A timeout that fires is a failure of the attempt.
package struct TimeoutSettings: Sendable, Hashable {
    /// Name resolution, TCP and TLS. Default: 5 s.
    package var connect: Duration = .seconds(5)
    /// From the last byte of the request to the first of the answer. Default: 10 min, as long as official clients wait.
    package var firstByte: Duration = .seconds(600)
    /// Between two pieces of an answer. Default: 5 min: models that think are silent for minutes.
    package var idle: Duration = .seconds(300)
    /// The whole attempt. Default: 60 min.
    package var total: Duration = .seconds(3_600)
}
