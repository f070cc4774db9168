import Inference
import Ledger
import PluginKit
import Testing

@testable import Gateway

@Suite struct NearLimitTests {
    private final class Budgets: AdmitPhase {
        static let name = "budgets"
        func admit(_ call: Call, _ quote: Quote) -> [BudgetDemand] { [] }
        func refusal(_ call: Call, line: BudgetLine, state: PeriodState, isBusy: Bool) -> GatewayError {
            GatewayError(402, "budget_exceeded", line.account.name)
        }
    }

    private func line(_ name: String, nano: Int64, limit: Int64, ceiling: Int64? = nil, fx: FXRate? = nil) -> BudgetLine
    {
        BudgetLine(
            account: Account(.application, name), window: .day, zone: "UTC", startsAt: 0, endsAt: 1, label: "",
            limit: Money(nano: limit, .usd), nano: nano, fx: fx, ceiling: ceiling)
    }

    private func state(limit: Int64, posted: Int64, held: Int64 = 0) -> PeriodState {
        PeriodState(id: 1, limit: limit, posted: posted, held: held, presumed: 0, overrun: 0)
    }

    private func noRoom(
        _ lines: [(BudgetLine, NearLimit)], _ states: [PeriodState], refusing index: Int = 0, isBusy: Bool = false
    ) -> NoRoom {
        var admission = Admission()
        for (line, policy) in lines { admission.take(BudgetDemand(line, nearLimit: policy), of: Budgets()) }
        return NoRoom(admission: admission, line: lines[index].0, states: states, isBusy: isBusy)
    }

    @Test func theTightestBudgetSaysWhatIsAffordable() {
        // 1.25 of the budget's currency for 1 of the price's.
        let rate = FXRate(base: .usd, quote: .usd, day: "", nano: 1_250_000_000, source: "")
        let room = noRoom(
            [
                (line("a", nano: 500, limit: 1_000), NearLimit()),
                (line("b", nano: 625, limit: 1_000, fx: rate), NearLimit()),
            ],
            [state(limit: 1_000, posted: 300, held: 300), state(limit: 1_000, posted: 700)])
        #expect(room.affordable == 240)  // 300 / 1.25, less than the 400 of the other
    }

    @Test func everyBudgetThatRefusesMustAllowShortening() {
        let short = NearLimit(clip: 10), shorter = NearLimit(clip: 5)
        let full = state(limit: 100, posted: 90), empty = state(limit: 1_000, posted: 0)
        let a = line("a", nano: 50, limit: 100), b = line("b", nano: 50, limit: 100),
            c = line("c", nano: 50, limit: 1_000)
        #expect(noRoom([(a, short), (b, shorter)], [full, full]).leastUseful(isStructured: false) == 10)
        #expect(noRoom([(a, short), (b, NearLimit())], [full, full]).leastUseful(isStructured: false) == nil)
        #expect(noRoom([(a, short), (c, NearLimit())], [full, empty]).leastUseful(isStructured: false) == 10)
        #expect(noRoom([(a, short)], [full]).leastUseful(isStructured: true) == nil)
        #expect(noRoom([(a, NearLimit(clip: 10, clipsStructured: true))], [full]).leastUseful(isStructured: true) == 10)
    }

    @Test func aShareThatIsUsedUpIsTheSmallerModelsTurnAndNoReasonToShorten() {
        let policy = NearLimit(clip: 1, degrade: .init(at: 500_000, to: "small"))
        let share = noRoom(
            [(line("a", nano: 30, limit: 100, ceiling: 50), policy)], [state(limit: 100, posted: 40)])
        #expect(share.isCeiling && share.smallerModel == "small")
        let limit = noRoom(
            [(line("a", nano: 70, limit: 100, ceiling: 50), policy)], [state(limit: 100, posted: 40)])
        #expect(!limit.isCeiling && limit.affordable == 10)
    }

    @Test func theMostTokensThatFitAreFoundForAnyPrice() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var price = Price(
                provider: "p", model: "m", from: "2020-01-01", currency: .usd,
                rates: Rates(input: .random(in: 0...10_000_000_000), output: .random(in: 1...10_000_000_000)),
                source: "")
            price.maxOutputTokens = nil
            let input = Int64.random(in: 0...100_000), choices = Int64.random(in: 1...4)
            let most = Int64.random(in: 0...50_000), nano = Int64.random(in: 0...1_000_000_000, using: &generator)
            let besides = Int64.random(in: 0...1_000), pieces = Int64.random(in: 0...1_000_000)
            func bound(_ tokens: Int64) -> Int64 {
                price.upperBound(input: input, output: (tokens + besides) * choices, pieces: pieces)!
            }
            let tokens = price.affordableOutput(
                input: input, choices: choices, besides: besides, pieces: pieces, tiers: nil, within: nano,
                atMost: most)
            #expect((0...most).contains(tokens))
            if tokens > 0 { #expect(bound(tokens) <= nano) }
            if tokens < most { #expect(bound(tokens + 1) > nano) }
        }
    }
}

@Suite struct SliceMeterTests {
    private let settings = SliceSettings(first: 64, ahead: 16)

    @Test func aStreamAsksForMoreBeforeItHasUsedUpWhatItHolds() {
        let meter = SliceMeter(settings, full: 1_000, slack: 10)
        #expect(meter.bound == 74)
        #expect(!meter.note(47))
        #expect(meter.note(48))
        #expect(!meter.note(50))  // it has asked
        meter.extended(to: meter.next)
        #expect(meter.granted == 128 && meter.bound == 138 && !meter.isUsedUp)
        #expect(meter.note(120))
        meter.refused()
        #expect(!meter.isUsedUp && meter.isFinal)
        #expect(!meter.note(128) && meter.isUsedUp)
        #expect(meter.counted == 138)
    }

    @Test func aStreamThatHoldsItsWholeLimitIsNeverCut() {
        let meter = SliceMeter(settings, full: 100, slack: 10)
        #expect(meter.note(60))
        meter.extended(to: meter.next)
        #expect(meter.granted == 100 && meter.bound == 100)
        #expect(!meter.note(5_000) && !meter.isUsedUp)
    }

    @Test func noFigureOverflows() {
        let meter = SliceMeter(SliceSettings(first: .max, ahead: 1), full: .max, slack: .max)
        _ = meter.note(.max)
        #expect(meter.bound == .max && meter.next == .max && meter.counted == .max)
    }
}
