import Inference
import Testing

@Suite struct ExactDecimalTests {
    @Test(
        arguments: [
            ("0", 0), ("12", 12_000_000_000), ("0.000000001", 1), ("0.0000000001", 1), ("1.4E-05", 14_000),
            ("9.5e-05", 95_000), ("-0.5", -500_000_000), ("-0.0000000001", 0), ("+2", 2_000_000_000),
            ("1e2", 100_000_000_000),
            ("0.1234567891", 123_456_790), ("0e60", 0), ("1e-60", 1), (".5", 500_000_000), ("5.", 5_000_000_000),
        ] as [(String, Int64)])
    func becomesNanoUnitsRoundedUp(text: String, nano: Int64) {
        #expect(ExactDecimal(text)?.nano(rounding: .up) == nano)
    }

    @Test(
        arguments: [
            ("0.0000000004", 0), ("0.0000000005", 1), ("-0.0000000005", -1), ("-0.0000000004", 0), ("2.5e-9", 3),
        ] as [(String, Int64)])
    func becomesTheNearestNanoUnit(text: String, nano: Int64) {
        #expect(ExactDecimal(text)?.nano(rounding: .nearest) == nano)
    }

    @Test(arguments: [
        "", "-", "1,5", "1e", "e5", "1e61", "1e-61", "0x1", "1 ", " 1", "NaN", "inf", "1.2.3", "1e99999999999999999999",
        "1234567890123456789012345678901234567", "--1", "١",
    ])
    func whatIsNoNumberIsRefused(text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test func whatIsTooLargeIsNilAndNoTrap() {
        #expect(ExactDecimal("1e60")?.nano(rounding: .up) == nil)
        #expect(ExactDecimal("9223372036.854775808")?.nano(rounding: .up) == nil)
        #expect(ExactDecimal("9223372036.854775807")?.nano(rounding: .up) == .max)
    }

    @Test(arguments: [("6", 6), ("6.0", 6), ("6.5", nil), ("60e-1", 6), ("-3.00", -3)] as [(String, Int64?)])
    func knowsWholeNumbers(text: String, whole: Int64?) {
        #expect(ExactDecimal(text)?.whole == whole)
    }

    @Test func extrasAreReadBack() {
        let extras: [String: Int64] = ["web_search": 2, "images": 3, "Bad Name": 1]
        let text = UsageExtras.text(extras)
        #expect(text == "images=3,web_search=2")
        #expect(UsageExtras.read(text ?? "") == ["images": 3, "web_search": 2])
        #expect(UsageExtras.text([:]) == nil && UsageExtras.text(nil) == nil && UsageExtras.read("x,=,a=b") == nil)
    }
}
