import JSON
import Ledger

/// Where commands change the ledger: at the gateway that holds it, or at the ledger itself when none runs.
struct LedgerDesk {
    let ledger: String

    /// Returns the JSON of the answer.
    func ask(
        _ method: String, _ path: String, _ body: JSONValue?,
        orDirectly act: @escaping @Sendable (LedgerWriter) async throws -> JSONWriter
    ) throws -> [UInt8] {
        let answer = try ControlSocket.send(method, path, body: body?.serialized() ?? [], beside: ledger)
        guard let answer else { return try directly(act) }
        if (200..<300).contains(answer.status) { return answer.body }
        let message = (try? JSONValue(parsing: answer.body))?["error"]?["message"]?.stringValue
        let isUsage = (400..<500).contains(answer.status)
        throw Failure(isUsage ? .usage : .failure, message ?? "the gateway answered \(answer.status)")
    }

    private func directly(_ act: @escaping @Sendable (LedgerWriter) async throws -> JSONWriter) throws -> [UInt8] {
        do {
            let ledger = try LedgerWriter.open(ledger)
            let answer = AnswerSlot()
            _ = try MainLoop.run { _ in
                let result: Result<[UInt8], any Error>
                do {
                    result = .success(try await act(ledger).bytes)
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
}
