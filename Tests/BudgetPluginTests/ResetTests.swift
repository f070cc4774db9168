import BudgetPlugin
import Foundation
import Inference
import Ledger
import PluginKit
import Testing

/// Calls that are under way when a period ends.
@Suite struct ResetTests {
    /// 2026-11-22T00:00:00Z.
    private static let midnight: Int64 = 1_795_305_600_000
    private static let bound = Money(nano: 20_000_000, .usd)

    @Test func fiftyCallsInFlightAtMidnightStayInTheirDayAndTheNextDayIsEmpty() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("llmgw-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let ledger = try LedgerWriter.open(path + "/ledger.db")
        let plugin = try BudgetPluginTests.plugin([BudgetLevelTests.rule(.application, "bot")])

        // A dollar is room for fifty calls of two cents: the fifty-first of the day has none, the next day's has.
        for index in 0..<50 { #expect(try await Self.isHeld(plugin, ledger, index, at: Self.midnight - 1)) }
        #expect(try await !Self.isHeld(plugin, ledger, 50, at: Self.midnight - 1))
        #expect(try await Self.isHeld(plugin, ledger, 51, at: Self.midnight))

        for index in 0..<50 {
            let settlement = Settlement(basis: .counted, usage: Usage(), cost: Money(nano: 10_000_000, .usd))
            let end = AttemptEnd(
                request: Self.call(index, at: Self.midnight - 1).id, attempt: 1, settlement: settlement)
            _ = try await ledger.settle(end, closing: nil)
        }
        await ledger.close()
        let reader = try LedgerReader.open(path + "/ledger.db")
        let rows = try reader.budgets().sorted { $0.startsAt < $1.startsAt }
        #expect(rows.map(\.label) == ["2026-11-21", "2026-11-22"])
        #expect(rows.map(\.state.posted) == [500_000_000, 0])
        #expect(rows.map(\.state.held) == [0, 20_000_000])
        #expect(try reader.verify().isEmpty)
    }

    private static func call(_ index: Int, at moment: Int64) -> Call {
        let identity = BudgetLevelTests.call().identity
        return Call(
            id: RequestID(milliseconds: moment, random: (UInt64(index), 1)), at: moment, identity: identity,
            streams: false)
    }

    private static func isHeld(
        _ plugin: BudgetAdmission, _ ledger: LedgerWriter, _ index: Int, at moment: Int64
    ) async throws -> Bool {
        let call = call(index, at: moment)
        let quote = BudgetPluginTests.quote(bound)
        let result = await ledger.admit(
            HoldRequest(
                request: call.id, attempt: 1, identity: call.identity, provider: "sim", upstreamModel: "small",
                price: nil, isFree: false, quote: quote, lines: try await plugin.admit(call, quote).map(\.line),
                at: moment, wait: .zero))
        if case .held = result { return true }
        return false
    }
}
