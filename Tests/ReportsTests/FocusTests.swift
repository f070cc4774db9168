import CivilTime
import Inference
import Testing

@testable import Ledger
@testable import Reports

@Suite struct FocusTests {
    private static let noon = Timestamp.parse("2026-11-21T12:00:00Z") ?? 0

    private var price: Price {
        var rates = Rates(input: 150_000_001, output: 600_000_000)
        rates[.cachedInput] = 75_000_000
        var price = Price(
            provider: "openai", model: "m1", from: "2026-11-01", currency: .usd, rates: rates, source: "test")
        price.set(Rates(input: 300_000_000, output: 900_000_000), when: RateConditions(aboveInput: 1_000))
        price.set(Rates(input: 75_000_000, output: 300_000_000), when: RateConditions(tier: "batch"))
        return price
    }

    private func source(_ price: Price?, id: Int64 = 1, generation: String = "g1", isFree: Bool = false) -> ChargeSource
    {
        var call = CallIdentity(
            application: "bot", team: "support", key: "key_1", model: "chat", generation: generation, commit: nil)
        call.prompt = PromptReference(
            name: "reply", version: "1.2.0", digest: String(repeating: "a", count: 64), label: nil, commit: nil)
        return ChargeSource(
            id: id, call: call, provider: "openai", upstreamModel: "m1", price: price, isFree: isFree, currency: .usd)
    }

    private func charge(
        _ usage: Usage, tier: String? = nil, basis: Basis = .reported, cost: Int64? = nil, id: Int64 = 1
    ) -> ChargeRow {
        ChargeRow(
            source: source(price, id: id, generation: "g\(id)"), admittedAt: Self.noon, basis: basis, usage: usage,
            cost: cost ?? price.charge(for: usage, tier: tier)?.nano)
    }

    /// Rows as dictionaries, without the columns that are null.
    private func rows(
        _ charges: [ChargeRow], _ corrections: [CorrectionRow] = [], month: String = "2026-11"
    ) throws -> [[String: String]] {
        let window = try ReportWindow(["month": month], now: Self.noon)
        var sum = FocusSum(window)
        for charge in charges { sum.add(charge) }
        for correction in corrections { sum.add(correction) }
        return FocusDocument(window, sum, open: 0).rows.map { row in
            var cells: [String: String] = [:]
            for column in FocusColumn.version12 {
                cells[column.name] = column.cell(row).isEmpty ? nil : column.cell(row)
            }
            return cells
        }
    }

    @Test func aRowIsADaysTokensOfOneClassAtOnePrice() throws {
        let used = Usage(input: 10, output: 5)
        let rows = try rows([charge(used), charge(used, id: 2)])  // of two generations: one account
        #expect(rows.map { $0["SkuMeter"] } == ["Input Tokens", "Output Tokens"])
        #expect(rows[0]["ConsumedQuantity"] == "20.0" && rows[0]["PricingQuantity"] == "0.00002")
        #expect(rows[0]["ListUnitPrice"] == "0.150000001" && rows[0]["ListCost"] == "0.00000300000002")
        #expect(rows[0]["SkuPriceId"] == "openai/m1/input@2026-11-01:standard:0.150000001")
        #expect(rows[0]["ChargePeriodStart"] == "2026-11-21T00:00:00Z")
        #expect(rows[0]["BillingPeriodEnd"] == "2026-12-01T00:00:00Z")
        #expect(
            rows[0]["Tags"]?.replacing("\"\"", with: "'")
                == "\"{'key':'key_1','model':'chat','prompt':'reply','prompt_version':'1.2.0','team':'support'}\"")
    }

    @Test func whatWasRoundedUpIsDividedAndAddsUp() throws {
        let used = Usage(input: 1, output: 1)  // 750.000001 nano-units, billed as 751
        let rows = try rows([charge(used), charge(used), charge(used)])
        let billed = rows.compactMap { $0["BilledCost"].flatMap(Money.nano(decimal:)) }
        #expect(billed.reduce(0, +) == 3 * 751)
        #expect(billed == [451, 1_802])
    }

    @Test func tiersAndLongInputsHavePricesOfTheirOwn() throws {
        let long = Usage(input: 2_000, output: 1)
        let rows = try rows([
            charge(Usage(input: 8, output: 0)), charge(long), charge(Usage(input: 9, output: 0), tier: "batch"),
        ])
        #expect(
            rows.filter { $0["SkuMeter"] == "Input Tokens" }.map { $0["SkuPriceId"]?.split(separator: "@").last }
                == ["2026-11-01:above-1000:0.30", "2026-11-01:batch:0.075", "2026-11-01:standard:0.150000001"])
        #expect(rows[1]["SkuPriceDetails"]?.contains("\"\"x_Tier\"\":\"\"batch\"\"") == true)
    }

    @Test func aCostThatNoRatesExplainIsBilledAsItWasAndMarked() throws {
        let rows = try rows([charge(Usage(input: 10, output: 0), cost: 5_000)])
        #expect(rows.count == 1 && rows[0]["BilledCost"] == "0.000005000")
        #expect(rows[0]["ListCost"] == "0.00000150000001")
        #expect(rows[0]["SkuPriceDetails"]?.contains("x_Exact") == true)
    }

    @Test func presumedChargesAndChargesWithoutTokensAreAdjustments() throws {
        let rows = try rows([charge(Usage(), basis: .presumed, cost: 70), charge(Usage(), cost: 30)])
        #expect(rows.map { $0["SkuMeter"] } == ["Other", "Presumed"])
        #expect(rows.map { $0["ChargeCategory"] } == ["Adjustment", "Adjustment"])
        #expect(rows.map { $0["ListCost"] } == ["0.000000030", "0.000000070"])
        #expect(rows.allSatisfy { $0["ConsumedQuantity"] == nil && $0["PricingQuantity"] == nil })
    }

    @Test func aCorrectionOfAnEarlierMonthSaysSo() throws {
        func correction(_ at: String) -> CorrectionRow {
            CorrectionRow(
                source: source(price), admittedAt: Self.noon, at: Timestamp.parse(at) ?? 0, kind: .lateUsage,
                currency: .usd, nano: -7)
        }
        let rows = try rows([], [correction("2026-11-25T00:00:00Z"), correction("2026-12-03T00:00:00Z")])
        #expect(
            rows.map { $0["ChargeClass"] } == [nil, "Correction"]
                || rows.map { $0["ChargeClass"] } == ["Correction", nil])
        let late = try #require(rows.first { $0["ChargeClass"] != nil })
        #expect(late["BilledCost"] == "-0.000000007" && late["BillingPeriodStart"] == "2026-12-01T00:00:00Z")
        #expect(late["ChargePeriodStart"] == "2026-11-21T00:00:00Z" && late["ChargeCategory"] == "Adjustment")
    }

    @Test func whatIsFreeCostsNothingAndIsThere() throws {
        let free = ChargeRow(
            source: source(nil, isFree: true), admittedAt: Self.noon, basis: .reported,
            usage: Usage(input: 3, output: 0),
            cost: 0)
        let rows = try rows([free])
        #expect(rows.map { $0["SkuPriceId"] } == ["openai/m1/input@free"] && rows[0]["ListCost"] == "0.0")
    }

    @Test func whatHasNoPriceIsInNoRowAndTold() throws {
        let window = try ReportWindow(["month": "2026-11"], now: Self.noon)
        var sum = FocusSum(window)
        sum.add(ChargeRow(source: source(nil), admittedAt: 0, basis: .reported, usage: Usage(input: 1, output: 1)))
        let document = FocusDocument(window, sum, open: 2)
        #expect(document.rows.isEmpty && document.csv.split(separator: "\n").count == 1)
        #expect(document.notes.count == 2 && document.notes[1].contains("price book: 1;"))
    }

    @Test func partsAddUpWhateverIsDivided() {
        var state: UInt64 = 7
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> (state >> 58)
        }
        for _ in 0..<5_000 {
            let weights = (0..<Int(1 + next() % 9)).map { _ in UInt128(next() >> 1) * UInt128(next() >> 1) }
            let total = Int64(next() >> 1)
            let parts = Apportionment.parts(of: total, weights: weights)
            #expect(parts.reduce(Int128(0)) { $0 + Int128($1) } == Int128(total) && parts.allSatisfy { $0 >= 0 })
        }
        #expect(Apportionment.parts(of: 10, weights: [1, 1, 1]) == [4, 3, 3])
        #expect(Apportionment.parts(of: 5, weights: [0, 0]) == [5, 0])
        #expect(Apportionment.parts(of: -10, weights: [1, 1, 1]) == [-4, -3, -3])
        #expect(Apportionment.parts(of: .max, weights: [.max, .max]).reduce(0, +) == .max)
    }
}
