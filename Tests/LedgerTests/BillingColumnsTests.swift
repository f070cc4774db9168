import Inference
import Testing

@testable import Ledger

/// What is billed, from a settlement to every report, and from older files.
@Suite struct BillingColumnsTests {
    /// A different count of each class, so that none can stand for another.
    private var everyClass: Usage {
        var usage = Usage()
        for each in BillingClass.all { usage[each] = Int64(10 + each.rawValue) }
        usage.reasoning = 5
        usage.extras = ["web_search": 2, "images": 1]
        return usage
    }

    @Test func everyClassComesBackFromEveryReport() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let ids = [newID(), newID()]
        for id in ids {
            #expect(await ledger.admit(hold(id, 60, lines: [line(1_000, 60)])).isHeld)
            var end = end(id, 45)
            end.settlement.usage = everyClass
            (end.settlement.tier, end.settlement.geo) = ("priority", "us")
            try await ledger.settle(end, closing: closing(id))
        }
        await ledger.close()
        let reader = try LedgerReader.open(folder.ledger)

        let settlement = try #require(try reader.request(ids[0])?.attempts.first?.settlement)
        #expect(settlement.usage == everyClass && settlement.tier == "priority" && settlement.geo == "us")
        var billed: [Settlement] = []
        try reader.billedAttempts(from: 0, to: .max) { billed.append($0.settlement) }
        #expect(billed.map(\.usage) == [everyClass, everyClass] && billed.map(\.geo) == ["us", "us"])
        var charges: [ChargeRow] = []
        _ = try reader.charges(
            CostQuery(from: 0, to: .max), charge: { charges.append($0) }, correction: { _ in }, removed: { _ in })
        #expect(charges.map(\.usage) == [everyClass, everyClass])
        #expect(charges.map(\.tier) == ["priority", "priority"] && charges.map(\.geo) == ["us", "us"])

        var sum = everyClass
        sum.add(everyClass)
        sum.extras = nil
        let query = CostQuery(from: noon - 86_400_000, to: noon + 86_400_000)
        #expect(try reader.costs(query).total.usage == sum && reader.costsFromRows(query).total.usage == sum)
        // The cost is made up, and no usage at a price.
        let findings = try reader.verify().map(\.description).filter { !$0.contains("its usage at its price is") }
        #expect(findings == [])
    }

    @Test func aFalseSumOfAnyClassIsFound() async throws {
        for each in BillingClass.all {
            let folder = try Folder()
            let ledger = try LedgerWriter.open(folder.ledger)
            let id = newID()
            #expect(await ledger.admit(hold(id, 60, lines: [])).isHeld)
            try await ledger.settle(end(id, 45), closing: closing(id))
            await ledger.close()
            try sqlite(folder.ledger, "UPDATE rollup SET \(each.name)=\(each.name)+1")
            let found = try LedgerReader.open(folder.ledger).verify().map(\.description)
            #expect(found.count == 1 && found.allSatisfy { $0.contains("\(each.name) is") }, "\(found)")
        }
    }

    @Test(arguments: 2...4) func writtenImagesOfAnOldFileAreTokensLikeOthers(version: Int) async throws {
        let folder = try Folder()
        try sqlite(folder.ledger, OldSchema.file(version: version))
        try sqlite(folder.ledger, "UPDATE attempt SET extras='image_output=7,images=1' WHERE state='posted'")
        await (try LedgerWriter.open(folder.ledger)).close()
        let file = try OtherProgram(folder.ledger)
        let rows = try file.text("SELECT sum(image_output)/7 FROM attempt")
        #expect(rows == (try file.text("SELECT count(*) FROM attempt WHERE state='posted'")) && rows != "0")
        #expect(try file.text("SELECT DISTINCT extras FROM attempt WHERE state='posted'") == "images=1")
        #expect(try file.text("SELECT sum(image_output)/7 FROM rollup") == rows)
        #expect(try LedgerReader.open(folder.ledger).verify().map(\.description) == [])
    }

    /// A tier's rates held for inputs of every length when these were billed, and so they come to the same again.
    @Test func whatAnOldPriceBilledComesToTheSame() async throws {
        let folder = try Folder()
        try sqlite(folder.ledger, OldSchema.file(version: 4))
        try sqlite(
            folder.ledger,
            """
            INSERT INTO price(id, provider, model, valid_from, currency, source)
              VALUES(77, 'openai', 'm', '2026-11-01', 'USD', 's');
            INSERT INTO price_rates(price, tier, above_input, input, output) VALUES(77, '', -1, 1000000, 2000000),
              (77, '', 1000, 3000000, 4000000), (77, '', 5000, 5000000, 6000000), (77, 'flex', -1, 500000, 700000)
            """)
        await (try LedgerWriter.open(folder.ledger)).close()
        let price = try #require(try PriceTable(Connection(folder.ledger, .readWrite)).price(77))
        func cost(_ input: Int64, _ tier: String?) -> Int64? {
            price.charge(for: Usage(input: input, output: 10), tier: tier)?.nano
        }
        #expect(cost(1_000, nil) == 1_020 && cost(2_000, nil) == 6_040 && cost(6_000, "default") == 30_060)
        #expect(cost(1_000, "flex") == 507 && cost(2_000, "flex") == 1_007 && cost(6_000, "flex") == 3_007)
    }
}
