package import Inference
import JSON
package import Prompts
package import Providers

/// A call of a prompt as a target gets it, made again without a gateway.
///
/// For whoever holds the digest of what a vendor got, and wants to know whether this was it.
package struct RepeatedCall: Sendable {
    private let request: OpenAIRequest

    /// - Parameter body: as the application sent it; the prompt that it names does not matter.
    package init(_ body: [UInt8], endpoint: OpenAIRequest.Endpoint) throws(GatewayError) {
        request = try RequestHandler.request(RequestHandler.document(body, maxBody: body.count * 16), endpoint)
    }

    /// Returns the body that `provider` gets.
    ///
    /// - Parameters:
    ///   - model: the vendor's own name.
    ///   - limit: the output tokens, when the gateway set them.
    ///   - mediaHosts: the only hosts that addresses of media may name; nil: any public one.
    package func body(
        of prompt: ResolvedPrompt, to provider: ProviderSettings, model: String, limit: Int64?, mediaHosts: [String]?
    ) throws(GatewayError) -> [UInt8] {
        let adapter = OpenAIAdapter(OpenAIQuirks(provider))
        let sent = try adapter.understood(request.rendered(by: prompt, mediaHosts: mediaHosts))
        return adapter.encode(sent, model: model, limit: limit).body
    }
}
