import Inference
import Routing
import Testing

@Suite struct AssignmentTests {
    @Test(arguments: [
        (Assignment.Purpose.variant, "support-tone-1", "user-42", 0.7644743727851961),
        (.variant, "support-reply-tone", "user-1", 0.35706711210898834),
        (.variant, "support-reply-tone", "user-2", 0.21911296397686375),
        (.holdout, "support-reply-tone", "user-1", 0.48488088436103294),
        (.variant, "", "", 0.11953857565108894),
        (.variant, "exp", "Grüße-世界", 0.28016184048091264),
    ])
    func placesAUnitExactly(purpose: Assignment.Purpose, salt: String, unit: String, u: Double) {
        #expect(Assignment.u(purpose, salt: salt, unit: unit) == u)
    }

    @Test func growingTheCoverageMovesNobody() {
        let narrow = Experiment(id: "e", salt: "s", unit: .user, coverage: 0.2, variants: Self.two)
        var wide = narrow
        wide.coverage = 0.9
        var enrolled = (narrow: 0, wide: 0)
        for unit in 0..<4000 {
            let before = narrow.variant(for: "u\(unit)")
            let after = wide.variant(for: "u\(unit)")
            if before != nil { enrolled.narrow += 1 }
            if after != nil { enrolled.wide += 1 }
            if let before { #expect(after == before) }
        }
        #expect((700..<900).contains(enrolled.narrow) && (3500..<3700).contains(enrolled.wide))
    }

    static let cases: [(weights: [Double], coverage: Double, ranges: [Double])] = [
        ([1, 1], 1, [0, 0.5, 0.5, 1]), ([1, 1], 0.5, [0, 0.25, 0.5, 0.75]), ([1, 3], 0, [0, 0, 0.25, 0.25]),
        ([0.4, 0.6], 2, [0, 0.4, 0.4, 1]), ([0.4, 0.6], -1, [0, 0, 0.4, 0.4]), ([0, 0], 1, [0, 0.5, 0.5, 1]),
        ([.nan, 1], 1, [0, 0, 0, 1]), ([], 1, []),
    ]

    @Test(arguments: cases)
    func rangesGrowFromFixedPoints(weights: [Double], coverage: Double, expected: [Double]) {
        let ranges = BucketRange.ranges(weights: weights, coverage: coverage)
        #expect(ranges.flatMap { [$0.start, $0.end] } == expected)
    }

    @Test func withoutAUnitThereIsNoVariant() {
        let experiment = Experiment(id: "e", salt: "s", unit: .user, variants: Self.two)
        #expect(experiment.variant(for: nil) == nil && experiment.variant(for: "") == nil)
        #expect(experiment.variant(for: "u")?.reference.phase == 1)
    }

    @Test func appliesWithinItsTimeToItsPromptOrModel() {
        let byPrompt = Experiment(id: "e", salt: "s", unit: .user, start: 10, end: 20, prompt: "p", variants: Self.two)
        #expect(
            [9, 10, 19, 20].map { byPrompt.applies(toPrompt: "p", model: "m", at: $0) } == [false, true, true, false])
        #expect(!byPrompt.applies(toPrompt: nil, model: "m", at: 15))
        let aimless = Experiment(id: "e", salt: "s", unit: .user, variants: Self.two)
        #expect(!aimless.applies(toPrompt: "p", model: "m", at: 15))
    }

    static let two = [
        Experiment.Variant(name: "control", weight: 1),
        Experiment.Variant(name: "warm", weight: 1, prompt: "p.warm@1.0.0"),
    ]
}
