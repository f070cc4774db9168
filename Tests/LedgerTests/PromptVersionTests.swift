import Ledger
import Testing

@Suite struct PromptVersionTests {
    private func row(_ name: String, _ version: String, _ letter: Character) -> PromptVersionRow {
        PromptVersionRow(
            name: name, version: version, digest: String(repeating: letter, count: 64),
            commit: String(repeating: letter, count: 40), blob: "b", author: "Ann", created: 7)
    }

    @Test func aVersionKeepsItsFirstMeaning() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let rows = [row("p", "1.0.0", "a"), row("p.terse", "1.0.0", "b"), row("x/p", "1.0.0", "c")]
        #expect(try await ledger.importPromptVersions(rows, at: 1) == 3)
        #expect(try await ledger.importPromptVersions(rows, at: 2) == 0)
        await #expect(throws: LedgerError.self) {
            try await ledger.importPromptVersions([row("p", "2.0.0", "d"), row("p", "1.0.0", "e")], at: 3)
        }
        await ledger.close()
        #expect(try LedgerReader.open(folder.ledger).promptVersions() == rows)  // all or nothing
    }

    @Test func aLabelIsTurnedOnceAndGivenBack() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        func turn(_ version: String, at: Int64) -> PromptOverrideRow {
            PromptOverrideRow(
                name: "p", label: "production", version: version, digest: String(repeating: "a", count: 64),
                by: "ann", reason: "why", at: at)
        }
        try await ledger.setPromptOverride(turn("1.0.0", at: 1))
        try await ledger.setPromptOverride(turn("2.0.0", at: 2))
        #expect(try LedgerReader.open(folder.ledger).promptOverrides() == [turn("2.0.0", at: 2)])
        try await ledger.clearPromptOverride(name: "p", label: "production", by: "bob", at: 3)
        #expect(try LedgerReader.open(folder.ledger).promptOverrides() == [])
        await #expect(throws: LedgerError.self) {
            try await ledger.clearPromptOverride(name: "p", label: "production", by: "bob", at: 4)
        }
        await ledger.close()
    }
}
