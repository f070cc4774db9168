import Inference
import Testing

@Suite struct BudgetSubjectTests {
    @Test func aPatternGivesEachMatchABudgetAndANameGivesOne() {
        let pattern = BudgetSubject(.prompt, NamePattern("billing/*"))
        #expect(pattern.account(of: "billing/dunning") == Account(.prompt, "billing/dunning"))
        #expect(pattern.account(of: "support") == nil)
        #expect(pattern.account == nil)
        #expect(BudgetSubject(.prompt, NamePattern("support")).account == Account(.prompt, "support"))
    }

    @Test func aNameIsNoPatternWhateverItsCharacters() {
        let team = BudgetSubject(.team, NamePattern(exactly: "a*"))
        #expect(team.account == Account(.team, "a*"))
        #expect(team.account(of: "abc") == nil)
    }

    @Test func accountsOfAnApplicationBearItsName() {
        let users = BudgetSubject(.user, nil, of: "bot")
        #expect(users.account(of: "5f0c") == Account(.user, "bot/5f0c"))
        #expect(users.covers(Account(.user, "bot/5f0c")))
        #expect(!users.covers(Account(.user, "bots/5f0c")))
        #expect(!users.covers(Account(.key, "bot/5f0c")))
        #expect(users.isOwn(by: "bot") && !users.isOwn(by: "bots"))
    }

    @Test(arguments: [
        (1_000_000_000, 900_000, 900_000_000), (3, 500_000, 1), (Int64.max, 1_000_000, Int64.max),
        (Int64.max, 1, 9_223_372_036_854),
    ])
    func theCeilingIsAShareRoundedDown(limit: Int64, ppm: Int, ceiling: Int64) {
        #expect(NearLimit.Degradation(at: ppm, to: "small").ceiling(of: limit) == ceiling)
    }
}
