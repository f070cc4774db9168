package import Ledger

/// The answer to a question about costs, in the format that was asked for.
package struct CostAnswer: Sendable {
    package let bytes: [UInt8]
    /// What the format has no place for, and whoever asked must know; a sentence each.
    package let notes: [String]

    /// Reads the answer from a ledger. Blocks for as long as the report takes.
    package init(
        _ request: CostRequest, from reader: LedgerReader, view: TableView = .plain
    ) throws(LedgerError) {
        guard request.format.isExport else {
            let document = try CostDocument(request, from: reader)
            bytes = document.bytes(view)
            notes = request.format == .csv ? document.gapNotes : []
            return
        }
        let document = try FocusDocument(request, from: reader)
        bytes = Array(document.csv.utf8)
        notes = document.notes
    }
}
