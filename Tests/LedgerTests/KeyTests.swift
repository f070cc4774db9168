import Inference
import Ledger
import Testing

@Suite struct KeyTests {
    private func key(_ id: String, _ byte: UInt8) -> KeyRecord {
        KeyRecord(
            id: id, application: "bot", name: "ci", hash: [UInt8](repeating: byte, count: 32), createdAt: noon,
            expiresAt: noon + 1)
    }

    @Test func keysAreStoredRevokedAndRead() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let before = ledger.keysVersion
        try await ledger.createKey(key("key_1", 1))
        try await ledger.createKey(key("key_2", 2))
        try await ledger.revokeKey("key_1", at: noon + 5)
        try await ledger.revokeKey("key_1", at: noon + 9)  // the first revocation stays
        try await ledger.expireKey("key_2", at: noon + 7)
        let keys = try await ledger.allKeys()
        let changes = ledger.keysVersion - before
        await ledger.close()

        #expect(keys.map(\.id) == ["key_1", "key_2"])
        #expect(keys.map(\.revokedAt) == [noon + 5, nil] && keys.map(\.expiresAt) == [noon + 1, noon + 7])
        #expect(changes == 5)
        #expect(try LedgerReader.open(folder.ledger).keys(application: "bot") == keys)
    }

    @Test func aHashIsStoredOnceAndAnUnknownKeyIsMissing() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        try await ledger.createKey(key("key_1", 1))
        let twice = await #expect(throws: LedgerError.self) { try await ledger.createKey(key("key_2", 1)) }
        let unknown = await #expect(throws: LedgerError.self) { try await ledger.revokeKey("key_9", at: noon) }
        let fine = await ledger.admit(hold(newID(), 1, lines: []))
        await ledger.close()
        #expect(twice?.kind == .conflict && unknown?.kind == .missing)
        #expect(fine.isHeld)
    }

    @Test func aUnitKeepsTheVariantItWasGivenFirst() async throws {
        let folder = try Folder()
        var ledger = try LedgerWriter.open(folder.ledger)
        func store(_ variant: String) async throws -> String {
            try await ledger.storeAssignment(
                experiment: "tone", phase: 1, unitHash: [7], variant: variant, at: noon)
        }
        let none = try await ledger.assignment(experiment: "tone", phase: 1, unitHash: [7])
        let stored = [try await store("warm"), try await store("cold")]
        await ledger.close()
        ledger = try LedgerWriter.open(folder.ledger)
        let read = try await ledger.assignment(experiment: "tone", phase: 1, unitHash: [7])
        let otherPhase = try await ledger.assignment(experiment: "tone", phase: 2, unitHash: [7])
        await ledger.close()

        #expect(none == nil && otherPhase == nil)
        #expect(stored == ["warm", "warm"] && read == "warm")
    }
}
