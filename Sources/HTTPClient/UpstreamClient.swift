import CCurl
package import HTTPTypes
package import NetIO

/// Requests to providers: one libcurl multi handle on one event loop.
///
/// There is one client for each loop; connections are kept and used again within it. Everything happens on the loop's
/// thread, and a transfer's task is woken through the loop, never from inside libcurl.
package final class UpstreamClient {
    private static let poolsKept = 64

    private let multi: CurlMulti
    private let reactor: Reactor
    private let sweeper: DeadlineSweeper
    private var pools: [UpstreamEndpoint: EndpointPool] = [:]
    private var active: [CurlTransfer] = []
    private var isClosed = false
    private var isStartingWaiting = false

    /// What libcurl says of itself and of the libraries that it stands on, such as `libcurl/7.88.1 OpenSSL/3.0.17 …`.
    package static var libraries: String { String(cString: curl_version()) }

    /// Requests that have not ended, the waiting ones among them.
    package var activeTransfers: Int { active.count }

    /// - Parameter maxConnections: to all endpoints together.
    package init(reactor: Reactor, maxConnections: Int = 8192) throws(HTTPClientError) {
        self.reactor = reactor
        multi = try CurlMulti(reactor: reactor, maxConnections: maxConnections)
        sweeper = DeadlineSweeper(reactor: reactor)
        multi.onFinished = { [unowned self] in finished($0, $1) }
        sweeper.sweep = { [weak self] in self?.sweep(at: $0) }
    }

    /// Sends `request`; its answer is read from the transfer, on this loop.
    ///
    /// Returns at once: what goes wrong is thrown by the transfer's ``UpstreamTransfer/head()``.
    ///
    /// - Parameter maxBuffered: above so many unread bytes of the body no more is read from the socket.
    package func start(
        _ request: UpstreamRequest, endpoint: UpstreamEndpoint, maxBuffered: Int = 262_144
    ) -> any UpstreamTransfer {
        let pool = pool(for: endpoint)
        let transfer = CurlTransfer(request, pool: pool, client: self, maxBuffered: maxBuffered)
        transfer.place = active.count
        active.append(transfer)
        if let refusal = refusal(of: request, pool) {
            end(transfer, .failed(.connect(refusal)))
        } else if pool.hasRoom {
            launch(transfer)
            multi.settle()
        } else {
            pool.wait(transfer)
        }
        if transfer.end == nil { expect(transfer) }
        return transfer
    }

    /// Cancels what is under way and closes all connections. Call it before the loop ends.
    package func close() {
        isClosed = true
        while let transfer = active.last { end(transfer, .failed(.cancelled)) }
        pools = [:]
        sweeper.stop()
        multi.close()
    }

    // MARK: Starting

    private func pool(for endpoint: UpstreamEndpoint) -> EndpointPool {
        if let pool = pools[endpoint] { return pool }
        if pools.count >= UpstreamClient.poolsKept { pools = pools.filter { !$0.value.isUnused } }
        let pool = EndpointPool(endpoint, sockets: multi.sockets)
        pools[endpoint] = pool
        return pool
    }

    /// Why nothing may be sent, or nil.
    private func refusal(of request: UpstreamRequest, _ pool: EndpointPool) -> String? {
        if isClosed { return "the gateway is shutting down" }
        guard let origin = pool.origin else { return "base_url is no http or https URL with a host" }
        return origin.contains(request.url) ? nil : "the request's URL is not under \(origin.text)"
    }

    private func launch(_ transfer: CurlTransfer) {
        guard let handle = transfer.pool.take() else {
            return end(transfer, .failed(.connect("libcurl has no handle")))
        }
        transfer.begin(with: handle)
        if let failure = handle.setupFailure {
            end(transfer, .failed(.connect(failure)))
        } else if !multi.add(handle) {
            end(transfer, .failed(.connect("libcurl does not take the transfer")))
        }
    }

    // MARK: Ending

    private func finished(_ handle: EasyHandle, _ code: CURLcode) {
        guard let transfer = handle.transfer else { return multi.remove(handle) }
        end(transfer, transfer.outcome(of: code))
    }

    /// The only way out of ``active``: gives the handle back, tells the reader, lets the next one in.
    private func end(_ transfer: CurlTransfer, _ outcome: CurlTransfer.End) {
        if let handle = transfer.handle {
            if case .failed = outcome { handle.abandonConnection() }
            multi.remove(handle)
            transfer.pool.release(handle)
        } else {
            transfer.pool.stopWaiting(transfer)
        }
        removeFromActive(transfer)
        transfer.finish(outcome)
        startWaiting(of: transfer.pool)
    }

    /// Not nested, however many of those that wait fail at once.
    private func startWaiting(of pool: EndpointPool) {
        guard !isClosed, !isStartingWaiting else { return }
        isStartingWaiting = true
        while let next = pool.nextWaiting() { launch(next) }
        isStartingWaiting = false
    }

    private func removeFromActive(_ transfer: CurlTransfer) {
        let last = active.removeLast()
        guard last !== transfer else { return }
        active[transfer.place] = last
        last.place = transfer.place
    }

    // MARK: What transfers ask for

    /// A moment ago; good enough for times of seconds.
    var now: UInt64 { reactor.now }

    func cancel(_ transfer: CurlTransfer, _ failure: TransferFailure) {
        end(transfer, .failed(failure))
        multi.settle()
    }

    func resume(_ handle: EasyHandle) {
        multi.resume(handle)
    }

    func expect(_ transfer: CurlTransfer) {
        sweeper.expect(transfer.deadline.time)
    }

    // MARK: Time

    /// Ends what has waited too long; returns the next deadline.
    private func sweep(at now: UInt64) -> UInt64? {
        for transfer in active where transfer.deadline.time <= now && transfer.end == nil {
            end(transfer, .failed(.timeout(phase: transfer.deadline.phase)))
        }
        multi.settle()
        return active.lazy.map(\.deadline.time).min()
    }
}

/// libcurl could not be started.
package struct HTTPClientError: Error, Sendable, CustomStringConvertible {
    package let description: String
}
