import Testing

@testable import Gateway

@Suite struct DescriptorPlanTests {
    @Test(arguments: [96, 128, 256, 1024, 4096, 26_000, 65_536, 1_048_576], [1, 2, 8])
    func thePartsNeverExceedTheWhole(limit: Int, loops: Int) {
        let plan = DescriptorPlan(LimitSettings(), loops: loops, limit: limit)
        #expect(plan.clients + plan.turnedAway + plan.providers + plan.reserve <= limit)
        #expect(plan.clients > 0 && plan.providers > 0 && plan.reserve >= min(limit / 2, 192))
        #expect(plan.admin * 4 <= plan.reserve)
    }

    @Test func whatIsWantedHoldsAllConnectionsAndAllCalls() {
        let limits = LimitSettings()
        let plan = DescriptorPlan(limits, loops: 2, limit: DescriptorPlan.wanted(limits, loops: 2))
        #expect(plan.clients == limits.maxConnections && plan.providers >= 2 * limits.maxInFlight)
        #expect(plan.shortage(of: limits) == nil)
    }

    @Test func eachClientThatIsKeptCanHaveAProvider() {
        let limits = LimitSettings()
        let plan = DescriptorPlan(limits, loops: 2, limit: 1024)
        #expect(plan.providers >= plan.clients && plan.clients > 300)
        #expect(plan.shortage(of: limits)?.contains("Allow \(plan.wanted)") == true)
    }

    @Test func fewConnectionsLeaveTheRestToProviders() {
        var limits = LimitSettings()
        limits.maxConnections = 20
        let plan = DescriptorPlan(limits, loops: 1, limit: 1024)
        #expect(plan.clients == 20 && plan.providers > 700 && plan.shortage(of: limits) == nil)
    }
}
