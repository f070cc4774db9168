import Testing

@testable import Inference

@Suite struct BillingClassTests {
    @Test func everyClassHasAPlaceAndANameOfItsOwn() {
        #expect(BillingClass.all.map(\.rawValue) == Array(0..<BillingClass.all.count))
        #expect(BillingClass.all.count <= ByClass<Int64>.capacity)
        #expect(Set(BillingClass.all.map(\.name)).count == BillingClass.all.count)
        #expect(Set(BillingClass.all.map(\.title)).count == BillingClass.all.count)
        for each in BillingClass.all {
            #expect(BillingClass(name: each.name) == each && UsageExtras.isName(each.name))
            #expect(each.summary.summary == each.summary && each.summary.side == each.side)
        }
        #expect(BillingClass(name: "reasoning") == nil)
    }

    @Test func usageKeepsEachClassApart() {
        var usage = Usage()
        for each in BillingClass.all { usage[each] = Int64(1) << each.rawValue }
        #expect(BillingClass.all.map { usage[$0] } == BillingClass.all.map { Int64(1) << $0.rawValue })
        #expect(usage.totalInput + usage.totalOutput == (Int64(1) << BillingClass.all.count) - 1)
        var sum = usage
        sum.add(usage)
        #expect(sum == usage.mapTokens { 2 * $0 } && sum != usage)
        let shown = BillingClass.all.filter { $0.summary == $0 }.map { usage.tokens(under: $0) }
        #expect(shown.reduce(0, +) == usage.totalInput + usage.totalOutput)
    }

    @Test func aClassWithoutAPriceIsBilledAtTheDearerOnItsSide() {
        for each in BillingClass.all where each != .input && each != .output {
            var usage = Usage()
            usage[each] = 1_000_000
            var price = Price(
                provider: "p", model: "m", from: "2026-11-01", currency: .usd, rates: Rates(input: 3, output: 7),
                source: "test")
            #expect(price.charge(for: usage)?.nano == (each.side == .input ? 3 : 7), "\(each)")
            #expect(price.charge(for: usage)?.unpricedClasses == [each.name])
            price.rates[each] = 5
            #expect(price.charge(for: usage) == Charge(nano: 5, unpricedClasses: []), "\(each)")
        }
    }
}
