import HTTPClient
import HTTPTypes
import Providers
import Simulation

extension RequestHandler {
    /// Sends an encoded request to a target: over the network, or to the provider inside the process.
    func start(_ encoded: EncodedRequest, _ target: Target) -> any UpstreamTransfer {
        switch target.provider.kind {
        case .simulated:
            let answer = SimulatedProvider().script(method: encoded.method, path: encoded.path, body: encoded.body)
            return SimulatedTransfer(answer, timeouts: target.provider.timeouts, reactor: reactor)
        case .openai:
            let request = UpstreamRequest(
                url: target.endpoint.baseURL + encoded.path, headers: encoded.headers + target.headers,
                body: encoded.body)
            return client.start(request, endpoint: target.endpoint)
        }
    }
}
