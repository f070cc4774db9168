import HTTPClient
import HTTPTypes
import JSON
import NetIO

/// An application of the demonstration: it calls the gateway as any other would. Lives on the main loop.
final class DemoClient {
    struct Answer {
        /// 0 when there was none.
        let status: Int
        let fields: HTTPFields
        let body: [UInt8]

        var requestID: String? { fields["x-llmgw-request-id"] }
        /// Nano-units, from `x-llmgw-cost`.
        var cost: String? { fields["x-llmgw-cost"] }
        var experiment: String? { fields["x-llmgw-experiment"] }
    }

    struct Call {
        var path = "/v1/chat/completions"
        var key: String
        var user: String?
        var body: JSONValue
    }

    private let client: UpstreamClient
    private let endpoint: UpstreamEndpoint
    private let reactor: Reactor

    init(_ address: SocketAddress, reactor: Reactor) throws {
        client = try UpstreamClient(reactor: reactor)
        endpoint = UpstreamEndpoint(baseURL: "http://\(address)")
        self.reactor = reactor
    }

    func close() { client.close() }

    func send(_ call: Call) async -> Answer {
        var headers = [(name: "authorization", value: "Bearer \(call.key)"), ("content-type", "application/json")]
        if let user = call.user { headers.append(("x-llmgw-user", user)) }
        let request = UpstreamRequest(
            url: endpoint.baseURL + call.path, headers: headers, body: call.body.serialized())
        let transfer = client.start(request, endpoint: endpoint)
        do throws(TransferFailure) {
            let head = try await transfer.head()
            return Answer(status: head.status, fields: head.fields, body: try await transfer.whole(limit: 1 << 20))
        } catch {
            return Answer(status: 0, fields: HTTPFields(), body: Array("\(error)".utf8))
        }
    }

    /// Sends all at once, and returns the answers in the order of the calls.
    func send(atOnce calls: [Call]) async -> [Answer] {
        var answers = [Answer?](repeating: nil, count: calls.count)
        var open = calls.count
        await withUnsafeContinuation { (done: UnsafeContinuation<Void, Never>) in
            for (index, call) in calls.enumerated() {
                reactor.spawn { [self] in
                    answers[index] = await send(call)
                    open -= 1
                    if open == 0 { done.resume() }
                }
            }
        }
        return answers.compactMap(\.self)
    }
}
