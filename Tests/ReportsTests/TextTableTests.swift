import Inference
import Ledger
import Testing

@testable import Reports

@Suite struct TextTableTests {
    private let table = TextTable(
        [
            Column("id"), Column("name", isShortened: true), Column("cost", .right),
            Column("share", .right, spare: 1, colour: TableColour.ofShare), Column("more", spare: 2),
        ],
        rows: [
            ["a1", "customer-support-assistant", "1,234.500000", "92.6 %", "x"],
            ["b2", "bot", "2.000000", "5.0 %", ""],
        ])

    private func widths(_ text: String) -> [Int] { text.split(separator: "\n").map { TextWidth.columns(String($0)) } }

    @Test func columnsThatMatterLeastGoFirstAndAreNamed() {
        let text = table.text(for: TableView(width: 48))
        #expect(text.contains("\nLeft out for width: more; a pipe or"))
        #expect(text.contains("92.6 %") && !text.contains("share  more") && widths(text).allSatisfy { $0 <= 48 })
    }

    @Test(arguments: 26..<60)
    func namesAreCutAndFiguresNever(width: Int) {
        let text = table.text(for: TableView(width: width))
        #expect(widths(text).allSatisfy { $0 <= width }, "\(text)")
        #expect(text.contains("1,234.500000") && text.contains("2.000000") && text.contains("bot"))
    }

    @Test func aPipeGetsEverything() {
        #expect(table.text(for: .plain) == table.text && table.text.contains("customer-support-assistant"))
    }

    @Test func coloursTakeNoRoom() {
        let text = table.text(for: TableView(usesColour: true))
        #expect(text.contains("\u{1B}[33m92.6 %\u{1B}[m") && text.contains(" \u{1B}[32m5.0 %\u{1B}[m"))
        let plain = text.replacing(#/\x1B\[\d*m/#, with: "")
        #expect(plain == table.text)
    }

    @Test(arguments: [("100.0 %", "31"), ("99.9 %", "33"), ("80.0 %", "33"), ("79.9 %", "32"), ("1,200.0 %", "31")])
    func sharesAreRedFromTheWholeOn(cell: String, code: String) { #expect(TableColour.ofShare(cell)?.rawValue == code) }

    @Test func theDearestComeFirst() {
        func entry(_ name: String, _ cost: [Currency: Int64], requests: Int64) -> CostEntry {
            var figures = CostFigures()
            (figures.cost, figures.requests) = (cost, requests)
            if cost.isEmpty { figures.unpricedRequests = requests }
            return CostEntry(key: [name], figures: figures)
        }
        let entries = [
            entry("a", [.usd: 1], requests: 3), entry("b", [:], requests: 9), entry("c", [.eur: 7], requests: 1),
            entry("d", [.usd: 1], requests: 3),
        ]
        func order(_ order: CostOrder) -> [String?] { order.sorted(entries).map { $0.key?[0] ?? nil } }
        #expect(order(.cost) == ["c", "a", "d", "b"])
        #expect(order(.requests) == ["b", "a", "d", "c"])
        #expect(order(.name) == ["a", "b", "c", "d"])
    }
}
