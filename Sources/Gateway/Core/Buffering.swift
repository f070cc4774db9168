import HTTPTypes
import Inference
import Synchronization

/// What all calls together hold in memory: requests in work, and whole answers until their clients have them.
extension LLMGateway {
    /// Takes room for `count` bytes; false when that would be more than `limit` of all calls together.
    func takeRoom(_ count: Int, of limit: Int) -> Bool {
        guard buffered.add(count, ordering: .relaxed).newValue > limit else { return true }
        buffered.subtract(count, ordering: .relaxed)
        return false
    }

    func giveRoom(_ count: Int) { buffered.subtract(count, ordering: .relaxed) }

    /// Takes room for a request that has come.
    func takeRoom(forRequest count: Int) throws(GatewayError) {
        guard !takeRoom(count, of: generations.current.configuration.limits.maxBuffered) else { return }
        throw GatewayError(
            503, "overloaded", "the gateway holds as much of requests and answers as it takes (limits.max_buffered)",
            retryAfter: 1)
    }
}

/// The room that one whole answer takes while it is read, settled and handed over.
struct AnswerRoom {
    private let gateway: LLMGateway
    private let limits: LimitSettings
    private(set) var count = 0
    /// Whether the answer had to be given up because all calls together held too much.
    private(set) var isMissing = false

    init(_ gateway: LLMGateway, _ limits: LimitSettings) {
        self.gateway = gateway
        self.limits = limits
    }

    /// Reads the whole answer. Throws ``TransferFailure/tooLarge`` for one that is longer than `limits.max_answer`, or for
    /// which there is no room.
    mutating func read(_ transfer: any UpstreamTransfer) async throws(TransferFailure) -> [UInt8] {
        var body: [UInt8] = []
        while let bytes = try await transfer.next() {
            guard count + bytes.count <= limits.maxAnswer else {
                transfer.cancel()
                throw .tooLarge
            }
            guard gateway.takeRoom(bytes.count, of: limits.maxBuffered) else {
                isMissing = true
                transfer.cancel()
                throw .tooLarge
            }
            count += bytes.count
            if body.isEmpty { body = bytes } else { body += bytes }
        }
        return body
    }

    func giveBack() { gateway.giveRoom(count) }
}
