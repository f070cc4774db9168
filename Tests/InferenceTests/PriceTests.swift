import Inference
import Testing

/// Prices and tokens of input, cached input, cache writes and output, and the cost by exact fractions, rounded up.
private struct Vector: Sendable, CustomTestStringConvertible {
    let price: [Int64]
    let tokens: [Int64]
    let nano: Int64

    init(_ price: [Int64], _ tokens: [Int64], _ nano: Int64) {
        (self.price, self.tokens, self.nano) = (price, tokens, nano)
    }

    var testDescription: String { "\(tokens) at \(price)" }
}

@Suite struct PriceTests {
    private func price(_ input: Int64, _ output: Int64, change: (inout Rates) -> Void = { _ in }) -> Price {
        var rates = Rates(input: input, output: output)
        change(&rates)
        return Price(
            provider: "openai", model: "m", from: "2026-11-01", currency: .usd, rates: rates, source: "a test")
    }

    // Computed with Python's fractions.Fraction.
    @Test(arguments: [
        Vector([63600000, 8797323217, 150000000, 10000000000], [0, 180245, 0, 0], 1585673524),
        Vector([0, 10000000000, 0, 0], [1, 607355, 0, 999], 6073550000),
        Vector([0, 150000000, 63600000, 63600000], [1115099, 999, 976438, 999], 62314844),
        Vector([0, 10000000000, 10000000000, 0], [1073601, 999, 318735, 0], 3197340000),
        Vector([150000000, 10000000000, 0, 150000000], [0, 999, 1357128, 596841], 99516150),
        Vector([2500000000, 10000000000, 0, 63600000], [519286, 819881, 1, 942015], 9556937154),
        Vector([1, 59353354970, 63600000, 1], [0, 1, 1, 25299], 59417),
        Vector([150000000, 2500000000, 10000000000, 1], [0, 957652, 834813, 0], 10742260000),
        Vector([1, 1, 10000000000, 0], [1, 0, 999, 0], 9990001),
        Vector([63600000, 0, 2500000000, 0], [0, 999, 999, 1], 2497500),
        Vector([1, 1, 3926226244, 63600000], [0, 999, 999, 1], 3922364),
        Vector([10000000000, 150000000, 10000000000, 29431816587], [502033, 1, 419259, 0], 9212920150),
    ])
    private func roundsTheExactSumUpOnce(_ vector: Vector) {
        let book = price(vector.price[0], vector.price[3]) {
            $0[.cachedInput] = vector.price[1]
            $0[.cacheWrite] = vector.price[2]
        }
        var usage = Usage(input: vector.tokens[0], output: vector.tokens[3])
        usage.cachedInput = vector.tokens[1]
        usage.cacheWrite = vector.tokens[2]
        #expect(book.charge(for: usage)?.nano == vector.nano)
        #expect(book.charge(for: usage)?.unpricedClasses == [])
    }

    @Test func oneTokenOfACheapModelCostsAtLeastANano() {
        #expect(price(1, 0).charge(for: Usage(input: 1, output: 0))?.nano == 1)
    }

    @Test func aClassWithoutAPriceIsBilledAtTheDearerAndNamed() {
        let book = price(2_000_000_000, 10_000_000_000) { $0[.cacheWrite] = 2_500_000_000 }
        var usage = Usage(input: 0, output: 0)
        usage.cachedInput = 1000
        #expect(book.charge(for: usage)?.nano == 2_500_000)
        #expect(book.charge(for: usage)?.unpricedClasses == ["cached_input"])
    }

    @Test func piecesAreBilledAtTheirPriceOrFlagged() {
        var book = price(1_000_000_000, 0)
        book.perCall = ["web_search": 10_000_000, "web_fetch": 0]
        var usage = Usage(input: 1, output: 0)
        usage.extras = ["web_search": 3, "web_fetch": 9, "images": 2]
        let charge = book.charge(for: usage)
        #expect(charge?.nano == 30_001_000 && charge?.unpricedClasses == ["unpriced:images"])
        usage.extras = ["web_search": .max]
        #expect(book.charge(for: usage) == nil)
    }

    @Test func whatTheVendorSaysThatItCostIsTheCharge() {
        var usage = Usage(input: 1_000_000, output: 0)
        usage.extras = [Usage.vendorCost: 7, "web_search": 1]
        #expect(price(1_000_000_000, 0).charge(for: usage)?.nano == 7)
        usage.extras = [Usage.vendorCost: 0]
        #expect(price(1_000_000_000, 0).charge(for: usage)?.nano == 1_000_000_000)
    }

    @Test func reasoningIsBilledOnceAsOutput() {
        var usage = Usage(input: 0, output: 100)
        usage.reasoning = 80
        #expect(price(1_000_000, 2_000_000).charge(for: usage)?.nano == 200)
    }

    @Test func longContextRepricesTheWholeRequest() {
        var book = price(1_000_000_000, 5_000_000_000)
        book.set(Rates(input: 2_000_000_000, output: 7_000_000_000), when: RateConditions(aboveInput: 1000))
        #expect(book.charge(for: Usage(input: 1000, output: 10))?.nano == 1_050_000)
        #expect(book.charge(for: Usage(input: 1001, output: 10))?.nano == 2_072_000)
    }

    @Test func aTierThatTheBookKnowsHasItsOwnPrice() {
        var book = price(1_000_000_000, 0)
        book.set(Rates(input: 500_000_000, output: 0), when: RateConditions(tier: "flex"))
        let usage = Usage(input: 1_000_000, output: 0)
        #expect(book.charge(for: usage, tier: "flex")?.nano == 500_000_000)
        #expect(book.charge(for: usage, tier: "default")?.nano == 1_000_000_000)
        #expect(book.charge(for: usage, tier: "default")?.unpricedClasses == [])
    }

    @Test func aTierThatTheBookDoesNotKnowIsFlagged() {
        let charge = price(1_000_000_000, 0).charge(for: Usage(input: 1_000_000, output: 0), tier: "priority")
        #expect(charge?.nano == 1_000_000_000 && charge?.unpricedClasses == ["tier:priority"])
    }

    @Test func anOverflowIsNilAndNoTrap() {
        let book = price(.max, .max)
        #expect(book.charge(for: Usage(input: .max, output: .max)) == nil)
        #expect(book.upperBound(input: .max, output: .max) == nil)
    }

    @Test func theBookAnswersWithThePriceOfTheDay() {
        let old = price(1, 1)
        var new = price(2, 2)
        new.from = "2026-12-01"
        let book = PriceBook([new, old])
        #expect(book.price(provider: "openai", model: "m", on: "2026-10-31") == nil)
        #expect(book.price(provider: "openai", model: "m", on: "2026-11-01") == old)
        #expect(book.price(provider: "openai", model: "m", on: "2026-12-01") == new)
        #expect(book.price(provider: "openai", model: "other", on: "2026-12-01") == nil)
    }

    @Test(arguments: [
        ("auto", true), ("default", true), ("standard", true), ("on_demand", true), ("flex", true),
        ("priority", false), ("fast", false), ("scale", false),
    ])
    func aServiceTierIsCoveredWhenItHasAPrice(tier: String, isCovered: Bool) {
        var price = Price(
            provider: "openai", model: "m", from: "2026-11-01", currency: .usd, rates: Rates(input: 1, output: 1),
            source: "test")
        price.set(Rates(input: 1, output: 1), when: RateConditions(tier: "flex"))
        #expect(price.covers(tier: tier) == isCovered)
    }
}
