/// What one endpoint has: its handles at rest, its requests under way, and those that wait for a connection.
final class EndpointPool {
    private static let handlesAtRest = 256

    let endpoint: UpstreamEndpoint
    /// Nil for a base URL that is none.
    let origin: Origin?
    let limits: TransferClock.Limits
    private let sockets: CurlSockets
    private var idle: [EasyHandle] = []
    private var waiting: [CurlTransfer] = []
    private(set) var running = 0

    init(_ endpoint: UpstreamEndpoint, sockets: CurlSockets) {
        self.endpoint = endpoint
        self.sockets = sockets
        origin = Origin(endpoint.baseURL)
        limits = TransferClock.Limits(endpoint.timeouts)
    }

    var isUnused: Bool { running == 0 && waiting.isEmpty }
    var hasRoom: Bool { running < max(1, endpoint.maxConnections) }

    /// A handle for one request; it comes back with ``release(_:)``. Nil when libcurl has no memory.
    func take() -> EasyHandle? {
        guard let origin,
            let handle = idle.popLast() ?? EasyHandle(endpoint: endpoint, origin: origin, sockets: sockets)
        else { return nil }
        running += 1
        return handle
    }

    func release(_ handle: EasyHandle) {
        running -= 1
        handle.recycle()
        if handle.setupFailure == nil, idle.count < EndpointPool.handlesAtRest { idle.append(handle) }
    }

    func wait(_ transfer: CurlTransfer) {
        waiting.append(transfer)
    }

    func stopWaiting(_ transfer: CurlTransfer) {
        waiting.removeAll { $0 === transfer }
    }

    /// The one that has waited longest, if there is room for it now.
    func nextWaiting() -> CurlTransfer? {
        hasRoom && !waiting.isEmpty ? waiting.removeFirst() : nil
    }
}
