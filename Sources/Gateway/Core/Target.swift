package import HTTPClient
package import Inference
import Providers

/// A provider and one of its models, with all that an attempt needs to know.
///
/// A class, since every attempt hands it on several times and it never changes.
package final class Target: Sendable {
    package let provider: ProviderSettings
    /// The vendor's own model name.
    package let model: String
    package let isFree: Bool
    /// All prices of the model, by their day, ascending.
    let prices: [Price]
    let adapter: OpenAIAdapter
    let endpoint: UpstreamEndpoint
    /// `authorization` and what the configuration adds, ready to be sent.
    let headers: [(name: String, value: String)]
    /// Why the provider cannot be called: its credential is missing. Nil when it can.
    let unusable: String?

    init(_ settings: TargetSettings, _ provider: ProviderSettings, prices: [Price]) {
        self.provider = provider
        model = settings.model
        isFree = settings.isFree
        self.prices = prices
        adapter = OpenAIAdapter(OpenAIQuirks(provider))
        endpoint = UpstreamEndpoint(provider)
        headers = provider.sentHeaders
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

extension OpenAIQuirks {
    init(_ provider: ProviderSettings) {
        let known = OpenAIQuirks.known(
            host: provider.baseURL?.host ?? "", port: provider.baseURL?.port.map(Int.init))
        switch provider.maxTokensMember {
        case .auto: self.init(limitMember: known.limitMember, renamesLimit: known.renamesLimit)
        case .maxTokens: self.init(limitMember: .maxTokens, renamesLimit: true)
        case .maxCompletionTokens: self.init(limitMember: .maxCompletionTokens, renamesLimit: true)
        }
        streamOptions = known.streamOptions && provider.sendsStreamOptions
        usage = provider.usage ?? known.usage
        responses = provider.speaksResponses ?? known.responses
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
