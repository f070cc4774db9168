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
