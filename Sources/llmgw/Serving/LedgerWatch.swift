import Ledger
import NetIO
import Telemetry

/// Says in the log when the ledger stops recording and when it records again. Calls are refused meanwhile, each with its
/// own answer; the reason belongs where the operator looks.
final class LedgerWatch {
    private let ledger: LedgerWriter
    private let log: Log
    private let reactor: Reactor
    private var timer: TimerID?
    private var wasHealthy = true

    init(_ ledger: LedgerWriter, log: Log, reactor: Reactor) {
        self.ledger = ledger
        self.log = log
        self.reactor = reactor
        look()
    }

    func end() {
        if let timer { reactor.cancel(timer) }
    }

    private func look() {
        switch ledger.health {
        case .healthy where !wasHealthy:
            log.info("the ledger records again")
            wasHealthy = true
        case .unavailable(let error, _) where wasHealthy:
            log.error("the ledger cannot record; billable calls are refused", ["reason": .string("\(error)")])
            wasHealthy = false
        case .healthy, .unavailable:
            break
        }
        timer = reactor.schedule(after: .milliseconds(500)) { [weak self] in self?.look() }
    }
}
