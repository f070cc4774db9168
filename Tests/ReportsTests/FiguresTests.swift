import Reports
import Testing

@Suite struct FiguresTests {
    @Test(arguments: [
        (0, "0.000000"), (648_900, "0.000649"), (499, "<0.000001"), (1, "<0.000001"), (-1, ">-0.000001"),
        (500, "0.000001"), (1_234_567_000_000_000, "1,234,567.000000"), (-2_500_000_000, "-2.500000"),
        (Int64.max, "9,223,372,036.854776"), (Int64.min, "-9,223,372,036.854776"),
    ])
    func moneyHasSixPlacesAndIsNeverSilentlyZero(nano: Int64, text: String) {
        #expect(Figures.money(nano) == text)
    }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567"), (Int64.min, "-9,223,372,036,854,775,808"),
    ])
    func countsAreGroupedByThousands(count: Int64, text: String) {
        #expect(Figures.count(count) == text)
    }

    @Test(arguments: [
        (933, 1_000, "93.3 %"), (1, 1_000_000, "<0.1 %"), (0, 5, "0.0 %"), (3, 2, "150.0 %"), (-1, 2, "-50.0 %"),
        (Int64.max, 1, "922,337,203,685,477,580,700.0 %"),
    ])
    func sharesAreRoundedToATenth(part: Int64, whole: Int64, text: String) {
        #expect(Figures.share(part, of: whole) == text)
    }

    @Test func aShareOfNothingIsNone() { #expect(Figures.share(1, of: 0) == nil) }

    @Test(arguments: [(150_000_000, "0.15"), (2_000_000_000, "2.00"), (12_345_678_901, "12.345678901")])
    func pricesKeepTheirPlaces(nano: Int64, text: String) { #expect(Figures.price(nano) == text) }

    @Test(arguments: [(999, "999 ms"), (1_250, "1.2 s"), (125_000, "2 min 5 s")])
    func durationsHaveAUnit(milliseconds: Int64, text: String) {
        #expect(Figures.duration(milliseconds: milliseconds) == text)
    }

    @Test func columnsAreAsWideAsATerminalShowsThem() {
        #expect(TextWidth.columns("abc") == 3 && TextWidth.columns("漢字") == 4 && TextWidth.columns("한글") == 4)
        #expect(TextWidth.columns("e\u{301}") == 1 && TextWidth.columns("ｶ") == 1 && TextWidth.columns("👩‍🚀") == 2)
        #expect(TextWidth.cut("a漢字b", to: 4) == "a漢" && TextWidth.cut("ab", to: 9) == "ab")
        let table = TextTable([Column("a"), Column("b")], rows: [["漢字", "x"], ["ab", "y"]]).text
        #expect(table == "a     b\n漢字  x\nab    y\n")
    }
}
