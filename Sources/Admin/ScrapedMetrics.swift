import CivilTime
import Gateway
import Inference
import Ledger
import Synchronization
import Telemetry

/// What `/metrics` shows of this moment: figures that nobody counts and that are read when somebody asks.
///
/// A registry of its own for each scrape, so that a budget that the configuration no longer has is gone at once.
struct ScrapedMetrics {
    private let registry = Metrics()

    /// - Parameter budgets: nil while the ledger cannot be read.
    init(_ gateway: LLMGateway, budgets: [BudgetRow]?) {
        addProcess()
        addGateway(gateway)
        if let budgets { addBudgets(budgets) }
    }

    var text: String { registry.exposition() }

    private func addProcess() {
        guard let figures = ProcessFigures.now() else { return }
        registry.counter("process_cpu_seconds_total", help: "Processor time, of user and system.", decimals: 2)
            .with().increment(by: figures.processorCentiseconds)
        registry.gauge("process_resident_memory_bytes", help: "Memory that is in use.").with().set(
            figures.residentBytes)
        registry.gauge("process_virtual_memory_bytes", help: "Address space.").with().set(figures.virtualBytes)
        registry.gauge("process_open_fds", help: "Open descriptors.").with().set(figures.openDescriptors)
        registry.gauge("process_max_fds", help: "The most descriptors that may be open.").with().set(
            figures.maxDescriptors)
        registry.gauge(
            "process_start_time_seconds", help: "When the process began, in seconds since 1970.", decimals: 3
        ).with().set(figures.startedAt)
    }

    private func addGateway(_ gateway: LLMGateway) {
        registry.gauge(
            "llmgw_build_info", help: "1; what runs stands in the labels.", labels: ["version", "sqlite", "schema"]
        ).with(LLMGateway.version, LedgerReader.sqliteVersion, String(LedgerReader.schemaVersion)).set(1)
        registry.gauge("llmgw_requests_in_flight", help: "Requests whose answer is not finished.")
            .with().set(Int64(gateway.inFlight.load(ordering: .relaxed)))
        registry.gauge("llmgw_ready", help: "Whether /readyz says 200: 1 or 0.")
            .with().set(gateway.reasonsNotReady.isEmpty ? 1 : 0)
        let isRecording = if case .healthy = gateway.ledger.health { true } else { false }
        registry.gauge("llmgw_ledger_ready", help: "Whether the ledger can record: 1 or 0.").with().set(
            isRecording ? 1 : 0)
    }

    /// Levels of which there can be one for each caller are left out: their names are people and secrets, and too many.
    private func addBudgets(_ rows: [BudgetRow]) {
        let labels: [StaticString] = ["scope", "name", "window", "currency"]
        let limits = registry.gauge(
            "llmgw_budget_limit", help: "The limit of a budget in the period that runs.", labels: labels, decimals: 9)
        let left = registry.gauge(
            "llmgw_budget_remaining", help: "What it has left: the limit without what is spent and held.",
            labels: labels, decimals: 9)
        for row in rows where row.account.scope != .user && row.account.scope != .key {
            let values = [row.account.scope.rawValue, row.account.name, row.window.rawValue, row.currency.code]
            limits.member(values).set(row.state.limit)
            left.member(values).set(row.state.remaining)
        }
    }
}
