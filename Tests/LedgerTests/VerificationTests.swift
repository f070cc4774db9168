import Crypto
import Inference
import Ledger
import Testing

@Suite struct VerificationTests {
    /// Each change breaks one rule of a ledger that balances.
    @Test(arguments: [
        ("DELETE FROM alert WHERE kind='held'", "none of what is held"),
        ("UPDATE idempotency SET request=x'FFFFFFFFFFFF00000000000000000000'", "no attempt"),
        ("UPDATE hold SET held_nano=held_nano+1", "held is"),
        ("UPDATE attempt SET posted_nano=posted_nano-1", "posted is"),
    ])
    func aChangeBehindTheLedgersBackIsFound(change: String, problem: String) async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        #expect(
            await ledger.admit(hold(id, 60, lines: [line(100, 60, alerts: [500_000])], idempotency: key("a"))).isHeld)
        try await ledger.settle(end(id, 55), closing: closing(id))
        #expect(await ledger.admit(hold(newID(), 5, lines: [line(100, 5)])).isHeld)
        let reader = try LedgerReader.open(folder.ledger)
        let before = try reader.verify()
        try sqlite(folder.ledger, change)
        let after = try reader.verify()

        #expect(before.isEmpty)
        #expect(after.contains { $0.problem.contains(problem) }, "\(after)")
        await ledger.close()
    }

    private static let euro = FXRate(base: .usd, quote: .eur, day: "2026-11-20", nano: 900_000_000, source: "test")

    /// An application's budget, and its team's in another currency.
    private func lines(_ nano: Int64, limit: Int64 = 100_000) -> [BudgetLine] {
        [
            line(limit, nano),
            line(
                100_000, Self.euro.convert(nano) ?? 0, application: "team-a", scope: .team, fx: Self.euro,
                currency: .eur),
        ]
    }

    /// Calls of all ends, one above its bound, a limit that was raised, and a key with its making.
    private func book(_ ledger: LedgerWriter) async throws {
        for name in ["key_1", "key_2"] {
            try await ledger.audit(
                AuditEntry(
                    at: noon, actor: "test", action: "keys.create", subject: name, detail: "application=bot name="))
            try await ledger.createKey(
                KeyRecord(
                    id: name, application: "bot", name: "", hash: SHA256.hash(name).bytes, createdAt: noon,
                    expiresAt: nil))
        }
        let ends: [(cost: Int64, basis: Basis)] = [(55, .reported), (70, .reported), (60, .presumed), (0, .notBilled)]
        for (cost, basis) in ends {
            let id = newID()
            #expect(await ledger.admit(hold(id, 60, lines: lines(60))).isHeld)
            try await ledger.settle(end(id, cost, basis: basis), closing: closing(id))
        }
        #expect(await ledger.admit(hold(newID(), 60, lines: lines(60, limit: 120_000))).isHeld)
    }

    @Test(arguments: [
        ("UPDATE period SET limit_nano=limit_nano+1", "limit is"),
        ("UPDATE adjustment SET nano=nano+1 WHERE kind='limit_change'", "limit is"),
        ("DELETE FROM adjustment WHERE kind='limit_change'", "limit is"),
        ("UPDATE period SET overrun_nano=overrun_nano+1", "overrun is"),
        ("UPDATE period SET allowance_nano=allowance_nano+1", "allowance is"),
        ("UPDATE period SET starts_at=starts_at-3600000", "the day of UTC is 2026-11-20"),
        ("UPDATE period SET ends_at=ends_at+1", "the day of UTC is 2026-11-21"),
        ("UPDATE period SET label='2026-11-22'", "the day of UTC is 2026-11-21"),
        ("UPDATE period SET zone='Europe/Nowhere'", "no zone 'Europe/Nowhere'"),
        ("UPDATE attempt SET admitted_at=admitted_at+86400000", "outside of the period"),
        ("UPDATE attempt SET violation=0", "is not marked"),
        ("UPDATE attempt SET violation=1", "is marked as above its bound and is not"),
        ("UPDATE attempt SET input=input+1", "its usage at its price is"),
        ("UPDATE attempt SET output=0", "its usage at its price is"),
        ("UPDATE attempt SET extras='web_search=1'; UPDATE price SET per_call='web_search=7'", "at its price is"),
        ("UPDATE attempt SET cost_nano=cost_nano-1 WHERE cost_nano>0", "its usage at its price is"),
        ("UPDATE attempt SET cost_nano=NULL WHERE state='posted'", "cost is unknown, its usage at its price is"),
        ("UPDATE price_rates SET input=input*2", "its usage at its price is"),
        ("UPDATE identity SET free=1", "its usage at its price is 0.000000000"),
        ("UPDATE identity SET price=NULL", "its usage at its price is unknown"),
        ("UPDATE attempt SET posted_nano=posted_nano+1 WHERE state='posted'", "its cost at its rate is"),
        ("UPDATE attempt SET posted_nano=posted_nano+1 WHERE state='presumed'", "its cost at its rate is"),
        ("UPDATE line SET posted_nano=posted_nano+1 WHERE posted_nano>0", "its cost at its rate is"),
        ("UPDATE fx_rate SET nano=nano*2", "its cost at its rate is"),
        ("UPDATE line SET fx=NULL", "its cost at its rate is"),
        ("UPDATE line SET fx=99", "an exchange rate that has no row"),
        ("UPDATE identity SET application='web'", "its key key_1 is of application 'bot'"),
        ("UPDATE identity SET key='key_9'", "its key key_9 has no row"),
        ("UPDATE identity SET application='web'; UPDATE key SET application='web'", "the audit trail says"),
        (
            "INSERT INTO key SELECT 'key_3', application, name, zeroblob(32), 0, NULL, NULL, NULL, NULL FROM key LIMIT 1",
            "without an entry in the audit trail"
        ),
        ("DELETE FROM audit WHERE n=2", "ends with row 1, 2 were written"),
        ("DELETE FROM audit", "ends with row 0, 2 were written"),
    ])
    func whatFollowsFromOtherRowsIsDerivedAnew(change: String, problem: String) async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        try await book(ledger)
        await ledger.close()
        let before = try LedgerReader.open(folder.ledger).verify()
        try sqlite(folder.ledger, change)
        let after = try LedgerReader.open(folder.ledger).verify()

        #expect(before.isEmpty, "\(before)")
        #expect(after.contains { $0.problem.contains(problem) }, "\(after)")
    }

    @Test func anAuditTrailThatWasCutIsFoundAfterItHasGrownAgain() async throws {
        let folder = try Folder()
        var ledger = try LedgerWriter.open(folder.ledger)
        try await book(ledger)
        await ledger.close()
        try sqlite(folder.ledger, "DELETE FROM audit WHERE n=2")
        ledger = try LedgerWriter.open(folder.ledger)
        try await ledger.audit(AuditEntry(at: noon, actor: "test", action: "reload", subject: "g2", detail: ""))
        await ledger.close()
        #expect(
            try LedgerReader.open(folder.ledger).verifyAudit().map(\.problem) == ["ends with row 2, 3 were written"])
    }

    /// Limits that go up and down, budgets that only alert, other currencies, charges above their bounds, corrections,
    /// crashes and retention: an honest ledger has no findings, whatever happened.
    @Test(arguments: 1...12 as ClosedRange<UInt64>) func anHonestLedgerHasNoFindings(seed: UInt64) async throws {
        let folder = try Folder()
        var random = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15)
        var ledger = try LedgerWriter.open(folder.ledger)
        var open: [(id: RequestID, quote: Int64)] = []
        var settled: [RequestID] = []
        for _ in 0..<150 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                let (id, quote) = (newID(), Int64.random(in: 1...300, using: &random))
                var made = lines(quote, limit: Int64.random(in: 100...2_000, using: &random))
                if Bool.random(using: &random) {
                    made.append(line(200, quote, application: "all", scope: .organisation, enforces: false))
                }
                if await ledger.admit(hold(id, quote, lines: made)).isHeld { open.append((id, quote)) }
            case 4..<8:
                guard let index = open.indices.randomElement(using: &random) else { continue }
                let one = open.remove(at: index)
                let basis =
                    [Basis.reported, .reported, .presumed, .notBilled].randomElement(using: &random) ?? .reported
                let cost = Int64.random(in: 0...one.quote * 3 / 2, using: &random)
                try await ledger.settle(end(one.id, cost, basis: basis), closing: closing(one.id))
                settled.append(one.id)
            case 8:
                guard let id = settled.randomElement(using: &random) else { continue }
                let adjustment = Adjustment(
                    request: id, attempt: 1, kind: .manual, nano: Int64.random(in: -50...300, using: &random),
                    by: "test", reason: "test", at: noon)
                try? await ledger.adjust(adjustment)  // some take back more than there is
            default:
                guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
                await ledger.close()  // with holds open: they are presumed
                settled += open.map(\.id)
                open = []
                var options = LedgerOptions()
                // Of days that are long over, everything may go.
                if Bool.random(using: &random) { options.retention.attempts = .seconds(60) }
                ledger = try LedgerWriter.open(folder.ledger, options: options)
            }
        }
        await ledger.close()
        let findings = try LedgerReader.open(folder.ledger).verify().map(\.description)
        #expect(findings == [])
    }

    /// The rules of a hold's states that the file itself keeps.
    @Test(arguments: [
        "UPDATE hold SET state='posted'", "UPDATE hold SET seq=-1", "UPDATE attempt SET cut=1 WHERE state='voided'",
        "UPDATE period SET posted_nano=limit_nano+1",
        "INSERT INTO alert(period,ppm,kind,at,limit_nano,posted_nano,"
            + "held_nano) SELECT id,1,'other',0,0,0,0 FROM period",
    ])
    func theFileRefusesWhatNoStateMayBe(change: String) async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        #expect(await ledger.admit(hold(id, 10, lines: [line(100, 10)])).isHeld)
        try await ledger.settle(end(id, 0, basis: .notBilled), closing: closing(id))
        #expect(await ledger.admit(hold(newID(), 10, lines: [line(100, 10)])).isHeld)
        #expect(throws: SQLiteFailure.self) { try sqlite(folder.ledger, change) }
        await ledger.close()
    }
}
