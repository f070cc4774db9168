import Inference
import PluginKit

/// The plugins of a generation, sorted by phase once, so that a phase without plugins costs nothing.
struct PluginChain: Sendable {
    let names: [String]
    private let gates: [any GatePhase]
    private let admits: [any AdmitPhase]
    private let events: [any EventPhase]

    init(_ plugins: [any Plugin]) {
        names = plugins.map { type(of: $0).name }
        gates = plugins.compactMap { $0 as? any GatePhase }
        admits = plugins.compactMap { $0 as? any AdmitPhase }
        events = plugins.compactMap { $0 as? any EventPhase }
    }

    func gate(_ call: Call) async throws(GatewayError) {
        for plugin in gates {
            do {
                try await plugin.gate(call)
            } catch {
                throw PluginChain.answer(for: error, of: type(of: plugin).name)
            }
        }
    }

    /// The lines of all plugins, each with the plugin that speaks for it.
    func admit(_ call: Call, _ quote: Quote) async throws(GatewayError) -> Admission {
        var admission = Admission()
        for plugin in admits {
            do {
                for demand in try await plugin.admit(call, quote) { admission.take(demand, of: plugin) }
            } catch {
                throw PluginChain.answer(for: error, of: type(of: plugin).name)
            }
        }
        return admission
    }

    /// In reverse order; called exactly once for each granted admit.
    func settle(_ call: Call, _ quote: Quote, _ settlement: Settlement) async {
        for plugin in admits.reversed() { await plugin.settle(call, quote, settlement) }
    }

    /// Tells all plugins that want to hear of it.
    func event(_ event: GatewayEvent) async {
        for plugin in events { await plugin.event(event) }
    }

    /// A refusal is an answer; any other failure lets nothing through.
    private static func answer(for error: any Error, of name: String) -> GatewayError {
        error as? GatewayError
            ?? GatewayError(503, "plugin_failed", "the plugin '\(name)' failed: \(error)", retryAfter: 1)
    }
}
