import CivilTime
import Foundation
import Inference
import JSON
import Testing

@testable import Ledger
@testable import Reports

/// Reports over a ledger of two months, written as a gateway writes it.
@Suite struct LedgerReportsTests {
    private static let now = Timestamp.parse("2026-11-21T00:00:00Z") ?? 0
    private static let day: Int64 = 86_400_000

    /// A ledger with a few hundred charges of every kind, from the first of October to the twentieth of November.
    private func ledger(in folder: String) async throws -> LedgerReader {
        let path = folder + "/ledger.db"
        let ledger = try LedgerWriter.open(path)
        let first = Timestamp.parse("2026-10-01T00:30:00Z") ?? 0
        for number in 0..<400 {
            let at = first + Int64(number * 51 / 400) * Self.day + Int64(number * 7_919 % 80_000) * 1_000
            let call = Call(number: number, at: min(at, Self.now - 1))
            _ = await ledger.admit(call.hold)
            try await ledger.settle(call.end, closing: call.closing)
        }
        await ledger.close()
        return try LedgerReader.open(path)
    }

    private func withLedger(_ body: (LedgerReader) throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "reports-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(try await ledger(in: folder))
    }

    private func json(_ parameters: [String: String], _ reader: LedgerReader) throws -> JSONValue {
        let request = try CostRequest(parameters, format: .json, now: Self.now)
        return try JSONValue(parsing: CostAnswer(request, from: reader).bytes)
    }

    private func nano(_ value: JSONValue?) throws -> Int64 {
        let text = try #require(value?.stringValue)
        let magnitude = try #require(Money.nano(decimal: text.drop { $0 == "-" }))
        return text.hasPrefix("-") ? -magnitude : magnitude
    }

    @Test func rowsAddUpToTheTotalForEveryTwoAndThreeGroups() async throws {
        try await withLedger { reader in
            let window = ["from": "2026-10-20", "to": "2026-11-10", "zone": "Europe/Berlin"]
            let total = try json(window, reader)["total"]
            let groups = CostGroup.allCases
            for (index, one) in groups.enumerated() {
                for (offset, two) in groups[(index + 1)...].enumerated() {
                    for three in [nil] + groups[(index + offset + 2)...].map(Optional.some) {
                        let by = [one, two, three].compactMap { $0?.rawValue }.joined(separator: ",")
                        let answer = try json(window.merging(["by": by]) { $1 }, reader)
                        let rows = answer["rows"]?.arrayValue ?? []
                        #expect(answer["total"] == total, "\(by)")
                        for name in ["cost", "presumed"] {
                            let sum = try rows.reduce(0) { try $0 + nano($1[name]) }
                            #expect(try sum == nano(total?[name]), "\(name) by \(by)")
                        }
                        for name in ["requests", "attempts", "output_tokens"] {
                            let sum = rows.reduce(0) { $0 + ($1[name]?.integerValue ?? 0) }
                            #expect(sum == total?[name]?.integerValue, "\(name) by \(by)")
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: [
        ["month": "2026-10"], ["month": "2026-11", "zone": "Europe/Berlin"], ["day": "2026-11-03"],
        ["year": "2026", "app": "shop"], ["quarter": "2026-Q4", "zone": "Pacific/Apia"],
    ])
    func billedCostsAreTheCostsToTheUnit(parameters: [String: String]) async throws {
        try await withLedger { reader in
            let total = try json(parameters, reader)["total"]
            let request = try CostRequest(
                parameters.merging(["format": "focus"]) { $1 }, format: .table, now: Self.now)
            let rows = try FocusDocument(request, from: reader).rows
            #expect(try rows.reduce(0) { $0 + $1.billed } == nano(total?["cost"]))
            let presumed = rows.filter { $0.basis == "presumed" }.reduce(0) { $0 + $1.billed }
            #expect(try presumed == nano(total?["presumed"]))
            let output = rows.filter { $0.meter.name == "output" }.reduce(0) { $0 + ($1.metered?.meter.quantity ?? 0) }
            #expect(output == total?["output_tokens"]?.integerValue)
            // What rounding adds is less than a nano-unit for each attempt.
            let list = rows.compactMap(\.metered).reduce(Int128(0)) { $0 + $1.meter.due }
            let billed = rows.filter { $0.metered != nil }.reduce(Int128(0)) { $0 + Int128($1.billed) } * 1_000_000
            #expect(billed >= list && billed - list < Int128(total?["attempts"]?.integerValue ?? 0) * 1_000_000)
        }
    }

    @Test func whereRowsWereRemovedTheirSumsAreExported() async throws {
        let folder = NSTemporaryDirectory() + "reports-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let quarter = ["quarter": "2026-Q4", "zone": "Europe/Berlin"]
        let request = try CostRequest(quarter.merging(["format": "focus"]) { $1 }, format: .table, now: Self.now)
        let before = try FocusDocument(request, from: try await ledger(in: folder)).rows

        var wish = LedgerRetention()
        wish.attempts = .seconds(25 * 86_400)
        let connection = try LedgerFile.open(folder + "/ledger.db", options: LedgerOptions())
        let retention = try #require(try Retention(connection, wish))
        for _ in 0..<400 { try retention.step(now: Self.now) }
        connection.close()
        let reader = try LedgerReader.open(folder + "/ledger.db")
        let after = try FocusDocument(request, from: reader).rows

        func tokens(_ rows: [FocusRow]) -> Int64 { rows.reduce(0) { $0 + ($1.metered?.meter.quantity ?? 0) } }
        func presumed(_ rows: [FocusRow]) -> Int64 {
            rows.filter { $0.basis == "presumed" }.reduce(0) { $0 + $1.billed }
        }
        #expect(try after.reduce(0) { $0 + $1.billed } == nano(json(quarter, reader)["total"]?["cost"]))
        #expect(after.reduce(0) { $0 + $1.billed } == before.reduce(0) { $0 + $1.billed })
        #expect(tokens(after) == tokens(before) && presumed(after) == presumed(before))
        let sums = after.filter { $0.metered?.priceDetails.contains("x_Exact") == true }
        #expect(!sums.isEmpty && sums.count < after.count)
    }

    @Test func aPriceThatWasFoundLaterIsExportedInItsOwnCurrency() async throws {
        let folder = NSTemporaryDirectory() + "reports-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = try LedgerWriter.open(folder + "/ledger.db")
        let at = Timestamp.parse("2026-11-03T10:00:00Z") ?? 0
        for number in 0..<4 {
            let call = Call(number: number, at: at + Int64(number), isPriced: number == 0)
            _ = await ledger.admit(call.hold)
            try await ledger.settle(call.end, closing: call.closing)
            guard number < 3 else { continue }
            for nano in [700, -100] as [Int64] {
                var adjustment = Adjustment(
                    request: call.hold.request, attempt: 1, kind: .reprice, nano: nano, by: "t", reason: "found", at: at
                )
                if number > 0 { adjustment.currency = number == 1 ? .usd : .eur }
                try await ledger.adjust(adjustment)
            }
        }
        await ledger.close()
        let reader = try LedgerReader.open(folder + "/ledger.db")
        let day = ["day": "2026-11-03"]
        for parameters in [day, day.merging(["currency": "EUR"]) { $1 }, day.merging(["currency": "USD"]) { $1 }] {
            let total = try json(parameters, reader)["total"]
            let request = try CostRequest(
                parameters.merging(["format": "focus"]) { $1 }, format: .table, now: Self.now)
            let document = try FocusDocument(request, from: reader)
            let report = try reader.costs(request.query)
            for currency in [Currency.usd, .eur] where request.currency ?? currency == currency {
                let billed = document.rows.filter { $0.account.currency == currency }.reduce(0) { $0 + $1.billed }
                #expect(billed == report.total.cost[currency], "\(currency)")
            }
            #expect(request.currency == nil || report.total.cost.keys.allSatisfy { $0 == request.currency })
            #expect(report.total.presumed.keys.allSatisfy { report.total.cost[$0] != nil })
            #expect(document.rows.allSatisfy { [nil, $0.account.currency].contains(request.currency) })
            #expect(total?["unpriced_requests"]?.integerValue == 1)
            #expect(document.notes.contains { $0.contains("price book: 1;") })
        }
    }

    @Test func aPartOfAQuarterWhoseRowsWereRemovedIsNamed() async throws {
        let folder = NSTemporaryDirectory() + "reports-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        _ = try await ledger(in: folder)
        var wish = LedgerRetention()
        wish.attempts = .seconds(5 * 86_400)
        let connection = try LedgerFile.open(folder + "/ledger.db", options: LedgerOptions())
        let retention = try #require(try Retention(connection, wish))
        for _ in 0..<400 { try retention.step(now: Self.now) }
        connection.close()
        let reader = try LedgerReader.open(folder + "/ledger.db")
        // The window before ends where as much of it has passed: within a quarter of an hour that has a call, the hundredth.
        let call: Int64 = (Timestamp.parse("2026-10-01T00:30:00Z") ?? 0) + 12 * Self.day + 791_900 % 80_000 * 1_000
        let passed = call + 1 - (Timestamp.parse("2026-10-01T00:00:00Z") ?? 0)
        let now = (Timestamp.parse("2026-11-01T00:00:00Z") ?? 0) + passed
        let question = ["month": "2026-11", "compare": "elapsed"]
        let request = try CostRequest(question, format: .json, now: now)
        let answer = try JSONValue(parsing: CostAnswer(request, from: reader).bytes)
        #expect(answer["complete"] == JSONValue.bool(true) && answer["missing"] == nil)
        #expect(answer["previous"]?["complete"] == JSONValue.bool(false))
        let quarter = Timestamp.format(call / 900_000 * 900_000)
        let missing = answer["previous"]?["missing"]?.arrayValue ?? []
        #expect(missing.map { $0["from"]?.stringValue } == [quarter])
        let table = try CostDocument(request, from: reader).table()
        #expect(table.contains("Rows of \(quarter) to") && !table.contains("still under way"))
        let csv = try CostAnswer(
            CostRequest(question.merging(["format": "csv"]) { $1 }, format: .csv, now: request.now), from: reader)
        #expect(csv.notes.count == 1)
        let whole = try CostRequest(["month": "2026-11", "compare": "previous"], format: .json, now: now)
        #expect(try JSONValue(parsing: CostAnswer(whole, from: reader).bytes)["previous"]?["complete"] == .bool(true))
    }

    @Test func theWindowBeforeIsTheReportOfTheWindowBefore() async throws {
        try await withLedger { reader in
            let october = try json(["month": "2026-10", "by": "model"], reader)
            let november = try json(["month": "2026-11", "by": "model", "compare": "previous"], reader)
            #expect(november["total"]?["previous_cost"] == october["total"]?["cost"])
            for row in november["rows"]?.arrayValue ?? [] {
                let before = october["rows"]?.arrayValue?.first { $0["model"] == row["model"] }
                #expect(row["previous_cost"] == before?["cost"])
                #expect(try nano(row["change"]) == nano(row["cost"]) - nano(row["previous_cost"]))
            }
            let part = try json(["month": "2026-11", "compare": "elapsed"], reader)
            let days = try json(["from": "2026-10-01", "to": "2026-10-20"], reader)
            #expect(part["total"]?["previous_cost"] == days["total"]?["cost"])
        }
    }

    @Test func forecastsOfRowsAddUpToAboutThatOfTheTotal() async throws {
        try await withLedger { reader in
            let november = try json(["month": "2026-11", "by": "application,model", "forecast": "true"], reader)
            let rows = november["rows"]?.arrayValue ?? []
            let total = try nano(november["total"]?["forecast_cost"])
            #expect(try abs(rows.reduce(0) { try $0 + nano($1["forecast_cost"]) } - total) <= Int64(rows.count))
            #expect(try abs(total - nano(november["total"]?["cost"]) * 3 / 2) <= 1)  // twenty of thirty days
            for row in rows {
                let (low, middle, high) = try (
                    nano(row["forecast_low"]), nano(row["forecast_cost"]), nano(row["forecast_high"])
                )
                #expect(try nano(row["cost"]) <= low && low <= middle && middle < high)
            }
            let over = try json(["month": "2026-10", "forecast": "true"], reader)
            #expect(over["forecast"]?["status"] == .string("over") && over["total"]?["forecast_cost"] == .null)
        }
    }
}

/// One of a few kinds of calls.
private struct Call {
    private let number: Int
    private let at: Int64
    private let id: RequestID

    private let isPriced: Bool

    init(number: Int, at: Int64, isPriced: Bool = true) {
        self.number = number
        self.isPriced = isPriced
        self.at = at
        id = RequestID(milliseconds: at, random: (0, UInt64(number)))
    }

    private var price: Price {
        var rates = Rates(input: 150_000_007, output: 600_000_001)
        rates[.cachedInput] = 37_500_003
        var price = Price(
            provider: "sim", model: "m\(number % 3)", from: "2026-01-01", currency: .usd, rates: rates, source: "test")
        price.set(Rates(input: 300_000_001, output: 9_000_001), when: RateConditions(aboveInput: 900))
        return price
    }

    private var identity: CallIdentity {
        var call = CallIdentity(
            application: ["bot", "shop"][number % 2], team: number % 4 < 2 ? "support" : nil, key: "key_\(number % 5)",
            model: "chat-\(number % 3)", generation: "g\(number / 100)", commit: nil)
        if number % 3 == 0 {
            call.prompt = PromptReference(
                name: "reply", version: "1.\(number % 2).0", digest: String(repeating: "a", count: 64), label: nil,
                commit: nil)
        }
        if number % 7 == 0 {
            call.variant = VariantReference(experiment: "tone", phase: 1, variant: number % 14 == 0 ? "warm" : "cold")
        }
        return call
    }

    var hold: HoldRequest {
        HoldRequest(
            request: id, attempt: 1, identity: identity, provider: "sim", upstreamModel: price.model,
            price: isPriced ? price : nil,
            quote: Quote(
                provider: "sim", upstreamModel: price.model, attempt: 1, inputTokensMax: 10_000, outputTokensMax: 1_000,
                bound: isPriced ? Money(nano: 9_000_000, .usd) : nil),
            lines: [], at: at)
    }

    var end: AttemptEnd {
        var usage = Usage(input: Int64(number * 13 % 1_000), output: Int64(number * 7 % 101))
        usage.cachedInput = number % 5 == 0 ? 17 : 0
        if number % 20 == 9 { usage = Usage() }
        let basis: Basis = number % 20 == 9 ? .presumed : number % 20 == 11 ? .notBilled : .reported
        if basis == .notBilled { usage = Usage() }
        let cost = price.charge(for: usage).map { Money(nano: basis == .notBilled ? 0 : $0.nano, .usd) }
        return AttemptEnd(
            request: id, attempt: 1,
            settlement: Settlement(basis: basis, usage: usage, cost: isPriced ? cost : nil))
    }

    var closing: RequestEnd {
        RequestEnd(
            request: id, identity: identity, endpoint: "/v1/chat/completions", outcome: .completed, status: 200,
            stream: false, startedAt: at, durationMs: 12)
    }
}
