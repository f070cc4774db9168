import Inference
import Testing

@Suite struct MoneyTests {
    @Test(arguments: [
        ("50", 50_000_000_000), ("50.00", 50_000_000_000), ("0.000000001", 1), ("0", 0),
        ("9223372036.854775807", Int64.max),
    ])
    func readsDecimals(text: String, nano: Int64) {
        #expect(Money.nano(decimal: text) == nano)
    }

    @Test(arguments: [
        "", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "1.0000000001", "9223372036.854775808", "99999999999", "1.2.3",
        "١", " 1",
    ])
    func refusesWhatIsNoExactDecimal(text: String) {
        #expect(Money.nano(decimal: text) == nil)
    }

    @Test(
        arguments: [
            (648_900, "0.000648900"), (0, "0.000000000"), (-12_500_000_000, "-12.500000000"), (-1, "-0.000000001"),
            (.max, "9223372036.854775807"), (.min, "-9223372036.854775808"),
        ] as [(Int64, String)])
    func writesNinePlaces(nano: Int64, text: String) throws {
        let dollars = Money(nano: nano, .usd)
        #expect(dollars.decimal == text)
        #expect(dollars.description == "\(text) USD")
    }

    @Test func currenciesAreThreeCapitalLetters() {
        #expect(Currency("USD") == .usd)
        #expect([Currency("usd"), Currency("US"), Currency("USDT"), Currency("ÄBC")].allSatisfy { $0 == nil })
    }

    @Test(
        arguments: [
            (Int64.max, 1, Int64.max), (.min, -1, .min), (1, 2, 3),
        ] as [(Int64, Int64, Int64)])
    func sumsStopAtTheBounds(left: Int64, right: Int64, sum: Int64) {
        #expect(left.addingClamped(right) == sum)
    }

    @Test func productsAndDifferencesStopAtTheBounds() {
        #expect(Int64.max.multipliedClamped(by: 2) == .max)
        #expect(Int64.max.multipliedClamped(by: -2) == .min)
        #expect(Int64.min.multipliedClamped(by: -1) == .max)
        #expect(Int64.min.subtractingClamped(1) == .min)
        #expect(Int64.max.subtractingClamped(-1) == .max)
    }
}
