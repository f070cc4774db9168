import Gateway
import Ledger
import NetIO
import PluginKit
import Telemetry

/// Says in the log when the ledger stops recording and when it records again. Calls are refused meanwhile, each with its
/// own answer; the reason belongs where the operator looks.
final class LedgerWatch {
    private let gateway: LLMGateway
    private let log: Log
    private let reactor: Reactor
    private var timer: TimerID?
    private var wasHealthy = true

    init(_ gateway: LLMGateway, log: Log, reactor: Reactor) {
        self.gateway = gateway
        self.log = log
        self.reactor = reactor
        look()
    }

    func end() {
        if let timer { reactor.cancel(timer) }
    }

    private func look() {
        switch gateway.ledger.health {
        case .healthy where !wasHealthy:
            log.info("the ledger records again")
            gateway.events.post(.ledgerRecovered)
            wasHealthy = true
        case .unavailable(let error, _) where wasHealthy:
            log.error("the ledger cannot record; billable calls are refused", ["reason": .string("\(error)")])
            gateway.events.post(.ledgerUnavailable(reason: error.message))
            wasHealthy = false
        case .healthy, .unavailable:
            break
        }
        timer = reactor.schedule(after: .milliseconds(500)) { [weak self] in self?.look() }
    }
}
