/// Where requests go, and what holds for all of them. Comes from the configuration alone.
package struct UpstreamEndpoint: Sendable, Hashable {
    /// For example `https://api.openai.com/v1`. A host that is a literal loopback address may be connected to without
    /// ``allowsPrivate``.
    package var baseURL: String
    /// Whether the host may be on a loopback, link-local or private address.
    package var allowsPrivate: Bool
    /// The certificates to trust in place of the system's: a PEM file.
    package var caFile: String?
    /// For example `http://proxy.example:3128`; nil goes straight. The environment has no say.
    package var proxy: String?
    package var timeouts: UpstreamTimeouts
    /// Connections at once; requests above that wait for one, within their connect time.
    package var maxConnections: Int

    package init(
        baseURL: String, allowsPrivate: Bool = false, caFile: String? = nil, proxy: String? = nil,
        timeouts: UpstreamTimeouts = UpstreamTimeouts(), maxConnections: Int = 4096
    ) {
        self.baseURL = baseURL
        self.allowsPrivate = allowsPrivate
        self.caFile = caFile
        self.proxy = proxy
        self.timeouts = timeouts
        self.maxConnections = maxConnections
    }
}

/// How long the phases of a transfer may take.
package struct UpstreamTimeouts: Sendable, Hashable {
    /// Until the connection stands, TLS included.
    package var connect: Duration
    /// From then until the first line of the answer; sending the request is part of it.
    package var firstByte: Duration
    /// Between two pieces of the answer, while the caller wants more.
    package var idle: Duration
    /// From the start of the request until the end of the answer.
    package var total: Duration

    package init(
        connect: Duration = .seconds(5), firstByte: Duration = .seconds(600), idle: Duration = .seconds(300),
        total: Duration = .seconds(3_600)
    ) {
        self.connect = connect
        self.firstByte = firstByte
        self.idle = idle
        self.total = total
    }
}
