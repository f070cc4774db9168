import Admin
import JSON

/// Where commands change keys: at the gateway that holds the ledger, or at the ledger itself when none runs.
struct KeyDesk {
    let ledger: String

    /// Returns the JSON of the answer.
    func ask(
        _ method: String, _ path: String, _ body: JSONValue?,
        orDirectly act: @escaping @Sendable (KeyActions) async throws -> JSONWriter
    ) throws -> [UInt8] {
        try LedgerDesk(ledger: ledger).ask(method, path, body) { ledger in
            try await act(KeyActions(ledger, actor: "cli"))
        }
    }

    /// An id goes into a path: it must be one.
    static func checked(_ id: String) throws(Failure) -> String {
        guard !id.isEmpty, id.utf8.allSatisfy({ (48...57).contains($0) || (65...90).contains($0 & 0xDF) || $0 == 95 })
        else { throw .usage("'\(id)' is no key's id; `llmgw keys list` shows them") }
        return id
    }
}
