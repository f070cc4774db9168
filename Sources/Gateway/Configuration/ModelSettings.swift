/// A name that applications use, and what stands behind it.
package struct ModelSettings: Sendable, Hashable {
    package var name: String
    /// In order of preference; the next is tried when one fails. Never empty.
    package var targets: [TargetSettings]
    /// Sent when the client gives no limit. Nil: the price book's limit, else 4,096.
    package var maxOutputTokens: Int64?
    /// The most calls of the vendor's tools, sent where the client gives no limit. Nil: such a call is not bounded.
    package var maxToolCalls: Int64?
    /// Whether larger limits of the client are lowered to ``maxOutputTokens`` and ``maxToolCalls``. Default: false.
    package var caps: Bool = false
    /// The most input tokens that the targets take. Nil: the price book's.
    package var contextWindow: Int64?
    package var retries = RetrySettings()
    /// How streams are held piece by piece; nil: whole.
    package var slices: SliceSettings?

    package init(name: String, targets: [TargetSettings]) {
        self.name = name
        self.targets = targets
    }
}

/// A provider and one of its models.
package struct TargetSettings: Sendable, Hashable {
    /// The provider's name in the configuration.
    package var provider: String
    /// The vendor's own model name.
    package var model: String
    /// Whether calls are known to cost nothing: zero in place of a price. Default: false.
    package var isFree: Bool = false

    package init(provider: String, model: String, isFree: Bool = false) {
        self.provider = provider
        self.model = model
        self.isFree = isFree
    }
}

/// How often a request is tried.
package struct RetrySettings: Sendable, Hashable {
    /// Further attempts on a target before the next one is taken, 0…5. Default: 0.
    package var sameTarget: Int = 0
    /// All attempts of a request, 1…10. Default: 3.
    package var attempts: Int = 3
}

/// How far ahead a stream is held, in output tokens. For providers with ``ProviderSettings/cancelSlack`` alone.
package struct SliceSettings: Sendable, Hashable {
    /// The first hold, above ``ahead``. Default: 512.
    package var first: Int64 = 512
    /// With so many tokens left the hold is made larger. Default: 128.
    package var ahead: Int64 = 128
}
