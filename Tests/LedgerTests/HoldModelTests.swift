import Testing

@testable import Ledger

@Suite(.serialized) struct HoldModelTests {
    /// Two levels; one call stands on the second alone. Not all can run at once, and one grows.
    private static let shared = HoldModel(
        limits: [2, 3], calls: [(levels: [0, 1], slices: [1, 2]), ([0, 1], [1]), ([1], [2])], crashes: 1)

    /// Two calls that both grow, and two crashes.
    private static let twoGrow = HoldModel(
        limits: [5, 4], calls: [(levels: [0, 1], slices: [1, 3]), ([0, 1], [2, 3])], crashes: 2)

    @Test func noOrderOfStepsOfThreeCallsBreaksThePromise() async { await keepsThePromise(HoldModelTests.shared) }

    @Test func noOrderOfStepsAndCrashesOfGrowingCallsBreaksThePromise() async {
        await keepsThePromise(HoldModelTests.twoGrow)
    }

    private func keepsThePromise(_ model: HoldModel) async {
        let result = await model.explore { $0.brokenPromise ?? $0.brokenCover }
        print("hold model: \(result.states) states, \(result.steps) steps")
        #expect(result.broken == nil, "\(result.broken ?? "") after \(result.trace)")
        #expect(result.states > 10_000)
    }

    /// The model is worth something only if it finds what is wrong.
    @Test(arguments: HoldModel.Fault.allCases)
    func aLedgerWithTheFaultIsCaught(fault: HoldModel.Fault) async {
        let result = await HoldModelTests.twoGrow.explore(fault) { $0.brokenPromise }
        print("hold model: \(fault): \(result.broken ?? "nothing") after \(result.trace.joined(separator: ", "))")
        #expect(result.broken != nil)
    }
}
