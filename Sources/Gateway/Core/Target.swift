package import HTTPClient
package import Inference
package import Providers

/// A provider and one of its models, with all that an attempt needs to know.
///
/// A class, since every attempt hands it on several times and it never changes.
package final class Target: Sendable {
    package let provider: ProviderSettings
    let members: MemberPolicy
    /// The vendor's own model name.
    package let model: String
    package let isFree: Bool
    /// All prices of the model, by their day, ascending.
    let prices: [Price]
    let adapter: OpenAIAdapter
    let endpoint: UpstreamEndpoint
    /// `authorization` and what the configuration adds, ready to be sent.
    let headers: [(name: String, value: String)]
    /// What of ``headers`` nobody may read.
    let credentials: CredentialSearch
    /// Why the provider cannot be called: its credential is missing. Nil when it can.
    let unusable: String?

    init(_ settings: TargetSettings, _ provider: ProviderSettings, prices: [Price]) {
        self.provider = provider
        members = provider.memberPolicy
        model = settings.model
        isFree = settings.isFree
        self.prices = prices
        adapter = OpenAIAdapter(OpenAIQuirks(provider))
        endpoint = UpstreamEndpoint(provider)
        headers = provider.sentHeaders
        credentials = CredentialSearch(headers)
        unusable = provider.unusable
    }

    /// The price that holds on `day` (`YYYY-MM-DD`, UTC); nil means unpriced, never free.
    package func price(on day: String) -> Price? {
        prices.last { $0.from <= day }
    }
}

extension ProviderSettings {
    /// `authorization` and what the configuration adds, ready to be sent.
    package var sentHeaders: [(name: String, value: String)] {
        var sent = headers.map { (name: $0.name, value: $0.value.exposed) }
        if case .bearer(let secret) = credential {
            sent.append((name: "authorization", value: "Bearer \(secret.exposed)"))
        }
        return sent
    }

    /// Why it cannot be called: its credential is missing. Nil when it can.
    package var unusable: String? {
        guard case .missing(let what) = credential else { return nil }
        return "provider '\(name)' has no credential: \(what)"
    }
}

extension ProviderSettings {
    /// Who stands behind it: what the configuration says, else what the base URL's host says.
    package var speaker: Vendor {
        vendor ?? baseURL.map { Vendor.guessed(host: $0.host, port: $0.port.map(Int.init)) } ?? .compatible
    }
}

extension ProviderSettings {
    /// Which members it is sent beyond OpenAI's API.
    package var memberPolicy: MemberPolicy {
        // What answers from inside the gateway obeys no member that it does not know.
        let vendor = usage == .openrouter ? .openrouter : speaker
        return MemberPolicy(
            vendor, allowed: allowedMembers, unknown: unknownMembers ?? (kind == .simulated ? .pass : .refuse))
    }
}

extension OpenAIQuirks {
    /// What is known of the vendor, and what the configuration says of it.
    package init(_ provider: ProviderSettings) {
        self = provider.speaker.quirks
        switch provider.maxTokensMember {
        case .auto: break
        case .maxTokens: (limitMember, renamesLimit) = (.maxTokens, true)
        case .maxCompletionTokens: (limitMember, renamesLimit) = (.maxCompletionTokens, true)
        }
        streamOptions = streamOptions && provider.sendsStreamOptions
        usage = provider.usage ?? usage
        responses = provider.speaksResponses ?? responses
    }
}

extension UpstreamEndpoint {
    package init(_ provider: ProviderSettings) {
        let timeouts = provider.timeouts
        self.init(
            baseURL: provider.baseURL?.description ?? "", allowsPrivate: provider.isPrivate, caFile: provider.caFile,
            proxy: provider.proxy?.description,
            timeouts: UpstreamTimeouts(
                connect: timeouts.connect, firstByte: timeouts.firstByte, idle: timeouts.idle, total: timeouts.total))
    }
}
