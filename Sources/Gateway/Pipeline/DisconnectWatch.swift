import HTTPServer
import HTTPTypes
import Inference
import NetIO
import Synchronization

/// Decides what becomes of an upstream call whose client has left.
///
/// The vendor goes on billing, so by default the answer is read to its end for the sake of its usage: for a bounded time,
/// a bounded number of bytes, and a bounded number of calls at once. Past a bound, and where the vendor is known to stop
/// when it is left (`on_disconnect: abort`), the transfer is cancelled.
final class DisconnectWatch {
    private let transfer: any UpstreamTransfer
    private let provider: ProviderSettings
    private let handler: RequestHandler
    private let exchange: HTTPExchange
    private var timer: TimerID?
    private var isDraining = false
    private var bytes = 0

    init(
        _ exchange: HTTPExchange, _ provider: ProviderSettings, _ transfer: any UpstreamTransfer,
        _ handler: RequestHandler
    ) {
        self.exchange = exchange
        self.transfer = transfer
        self.provider = provider
        self.handler = handler
        exchange.onClientGone = { [unowned self] in clientLeft() }
        if exchange.isClientGone { clientLeft() }
    }

    /// The attempt is over.
    func end() {
        exchange.onClientGone = nil
        if let timer { handler.reactor.cancel(timer) }
        if isDraining { handler.gateway.drains.subtract(1, ordering: .relaxed) }
        isDraining = false
    }

    /// Bytes came from the upstream; once the client has left, they are for the usage's sake alone.
    func received(_ count: Int) {
        guard isDraining else { return }
        bytes += count
        if bytes > provider.drain.bytes { transfer.cancel() }
    }

    private func clientLeft() {
        guard !isDraining else { return }
        let drains = handler.gateway.drains.add(1, ordering: .relaxed).newValue
        isDraining = true
        guard provider.onDisconnect == .drain, drains <= provider.drain.streams else { return transfer.cancel() }
        timer = handler.reactor.schedule(after: provider.drain.time) { [transfer] in transfer.cancel() }
    }
}
