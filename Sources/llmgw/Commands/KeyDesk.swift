import Admin
import Crypto
import JSON
import Ledger

/// Where commands change keys: at the gateway that holds the ledger, or at the ledger itself when none runs.
struct KeyDesk {
    let ledger: String

    /// Returns the JSON of the answer.
    func ask(
        _ method: String, _ path: String, _ body: JSONValue?,
        orDirectly act: @escaping @Sendable (KeyActions) async throws -> JSONWriter
    ) throws -> [UInt8] {
        let answer = try ControlSocket.send(method, path, body: body?.serialized() ?? [], beside: ledger)
        guard let answer else { return try directly(act) }
        if (200..<300).contains(answer.status) { return answer.body }
        let message = (try? JSONValue(parsing: answer.body))?["error"]?["message"]?.stringValue
        let isUsage = (400..<500).contains(answer.status)
        throw Failure(isUsage ? .usage : .failure, message ?? "the gateway answered \(answer.status)")
    }

    private func directly(_ act: @escaping @Sendable (KeyActions) async throws -> JSONWriter) throws -> [UInt8] {
        do {
            let ledger = try LedgerWriter.open(ledger)
            let answer = AnswerSlot()
            _ = try MainLoop.run { _ in
                let result: Result<[UInt8], any Error>
                do {
                    result = .success(try await act(KeyActions(ledger, actor: "cli")).bytes)
                } catch {
                    result = .failure(error)
                }
                await ledger.close()
                answer.put(try result.get())
                return .success
            }
            return answer.take()
        } catch let error as LedgerError {
            let isUsage = error.kind == .missing || error.kind == .conflict
            throw Failure(isUsage ? .usage : .failure, error.message)
        }
    }

    /// An id goes into a path: it must be one.
    static func checked(_ id: String) throws(Failure) -> String {
        guard !id.isEmpty, id.utf8.allSatisfy({ (48...57).contains($0) || (65...90).contains($0 & 0xDF) || $0 == 95 })
        else { throw .usage("'\(id)' is no key's id; `llmgw keys list` shows them") }
        return id
    }
}
