import Inference
import Testing

@Suite struct RateConditionsTests {
    private static let tiers: [String?] = [nil, "priority", "batch"]
    private static let places: [String?] = [nil, "us", "eu"]
    private static let limits: [Int64?] = [nil, 500, 900]

    /// Every set of conditions of the vocabulary above but the empty one.
    private static let all = tiers.flatMap { tier in
        places.flatMap { geo in
            limits.map { RateConditions(tier: tier, aboveInput: $0, geo: geo) }
        }
    }.filter { $0.count > 0 }

    private func price(_ entries: [RateConditions] = [], rate: () -> Int64 = { 1 }) -> Price {
        var price = Price(
            provider: "p", model: "m", from: "2026-11-01", currency: .usd, rates: Rates(input: rate(), output: rate()),
            source: "test")
        for entry in entries {
            var rates = Rates(input: rate(), output: rate())
            for each in BillingClass.all where each != .input && each != .output && Bool.random() {
                rates[each] = rate()
            }
            price.set(rates, when: entry)
        }
        return price
    }

    /// Money's first promise: whatever classes the tokens turn out to be of, and whoever serves them where, the charge is
    /// within the bound.
    @Test func noChargeExceedsTheBoundUnderAnyCondition() {
        for _ in 0..<300 {
            let book = price(Self.all.filter { _ in Bool.random() }) { Int64.random(in: 0...100_000_000_000) }
            let reachable = [nil, ["priority"], [], ["batch", "priority"]].randomElement() ?? nil
            let (input, output) = (Int64.random(in: 0...1_500), Int64.random(in: 0...900))
            let bound = book.upperBound(input: input, output: output, tiers: reachable.map(Set.init)) ?? -1
            for _ in 0..<20 {
                let usage = Self.usage(input: .random(in: 0...input), output: .random(in: 0...output))
                for tier in Self.tiers + ["default", "unknown"] {
                    if let reachable, let tier, Self.tiers.contains(tier), !reachable.contains(tier) { continue }
                    for geo in Self.places + ["mars"] {
                        let nano = book.charge(for: usage, tier: tier, geo: geo)?.nano ?? .max
                        #expect(nano <= bound, "\(book) \(usage) \(tier ?? "-") \(geo ?? "-")")
                    }
                }
            }
        }
    }

    /// Tokens of random classes on each side.
    private static func usage(input: Int64, output: Int64) -> Usage {
        var usage = Usage()
        for (side, total) in [(BillingClass.Side.input, input), (.output, output)] {
            let classes = BillingClass.all.filter { $0.side == side }
            var left = total
            for each in classes.shuffled() {
                usage[each] = each == classes.last ? 0 : .random(in: 0...left)
                left -= usage[each]
            }
        }
        return usage
    }

    @Test func mostConditionsWinThenTheLongestInput() {
        let call: (Int64, String?, String?) = (1_000, "priority", "us")
        func winner(_ entries: [RateConditions]) -> RateConditions {
            price(entries).conditions(totalInput: call.0, tier: call.1, geo: call.2)
        }
        #expect(winner([]) == RateConditions())
        #expect(winner([RateConditions(tier: "batch"), RateConditions(aboveInput: 1_000)]) == RateConditions())
        #expect(
            winner([RateConditions(aboveInput: 500), RateConditions(aboveInput: 900), RateConditions(tier: "priority")])
                == RateConditions(aboveInput: 900))
        #expect(
            winner([RateConditions(aboveInput: 900), RateConditions(tier: "priority", geo: "us")])
                == RateConditions(tier: "priority", geo: "us"))
        let three = RateConditions(tier: "priority", aboveInput: 500, geo: "us")
        #expect(winner([RateConditions(tier: "priority", aboveInput: 900), three]) == three)
    }

    /// Held against every call that the vocabulary can tell apart.
    @Test func aTieIsFoundWhereverTwoEntriesBillTheSameCall() {
        var ties = 0
        for _ in 0..<2_000 {
            let entries = Self.all.shuffled().prefix(.random(in: 1...5))
            let isTied = Self.limits.contains { limit in
                Self.tiers.contains { tier in
                    Self.places.contains { geo in Self.isTied(Array(entries), (limit ?? 0) + 1, tier, geo) }
                }
            }
            ties += isTied ? 1 : 0
            #expect((price(Array(entries)).tie != nil) == isTied, "\(entries.map(\.text))")
        }
        #expect(ties > 50)
    }

    private static func isTied(_ entries: [RateConditions], _ input: Int64, _ tier: String?, _ geo: String?) -> Bool {
        let fitting = entries.filter { $0.fit(totalInput: input, tier: tier, geo: geo) }
        return fitting.filter { one in !fitting.contains { $0.outrank(one) } }.count > 1
    }

    @Test func theOrderInTheBookMeansNothing() {
        let entries = Self.all.shuffled()
        let one = entries.reduce(into: price()) { $0.set(Rates(input: Int64($1.text.count), output: 1), when: $1) }
        let other = entries.reversed().reduce(into: price()) {
            $0.set(Rates(input: Int64($1.text.count), output: 1), when: $1)
        }
        #expect(one == other && one.conditional.count == entries.count)
    }

    @Test func whatTheRatesDoNotNameIsFlagged() {
        let book = price([RateConditions(tier: "batch"), RateConditions(aboveInput: 10, geo: "us")])
        func flags(_ tier: String?, _ geo: String?, input: Int64 = 10) -> [String]? {
            book.charge(for: Usage(input: input, output: 0), tier: tier, geo: geo)?.unpricedClasses
        }
        #expect(flags("priority", nil) == ["tier:priority"] && flags(nil, "eu") == ["geo:eu"])
        #expect(flags("default", nil) == [] && flags("on_demand", nil) == [] && flags("batch", nil) == [])
        #expect(flags("batch", "us", input: 11) == ["tier:batch"])
    }

    @Test func aStepThatAPairHidesIsFlagged() {
        let book = price([
            RateConditions(tier: "priority", geo: "us"), RateConditions(aboveInput: 100),
            RateConditions(aboveInput: 200),
        ])
        let usage = Usage(input: 201, output: 0)
        #expect(book.charge(for: usage, tier: "priority", geo: "us")?.unpricedClasses == ["above_input:200"])
        #expect(book.charge(for: usage)?.unpricedClasses == [])
    }

    @Test func whatAServiceTierCanBecome() {
        func reachable(_ sent: String?, _ automatic: Set<String>?) -> Set<String>? {
            ServiceTier.reachable(from: sent, automatic: automatic)
        }
        #expect(reachable(nil, nil) == nil && reachable(nil, []) == [] && reachable("auto", ["flex"]) == ["flex"])
        #expect(reachable("default", nil) == [] && reachable("standard_only", ["flex"]) == [])
        #expect(reachable("flex", nil) == ["flex"] && reachable("fast", ["flex"]) == ["priority"])
    }

    @Test func noSumTrapsHoweverLarge() {
        var book = price() { .max }
        book.perCall = ["a": .max, "b": .max]
        var usage = Usage()
        for each in BillingClass.all { usage[each] = .max }
        usage.extras = ["a": .max, "b": .max]
        #expect(book.charge(for: usage) == nil)
        #expect(book.upperBound(input: .max, output: .max) == nil)
    }
}
