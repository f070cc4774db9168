/// What was saved of a damaged ledger, and what was not.
package struct SalvageReport: Sendable, Hashable {
    package struct Table: Sendable, Hashable {
        package var name: String
        package var rows = 0
        /// Rows that could be read and were nonsense.
        package var rejected = 0
        /// Stretches of the table that cannot be read; how many rows each had nobody knows.
        package var gaps = 0
    }

    /// In the order of the schema.
    package var tables: [Table] = []
    /// What had to be made up for, in sentences.
    package var notes: [String] = []

    /// Nothing was lost, as far as the file itself can tell.
    package var isWhole: Bool { notes.isEmpty && tables.allSatisfy { $0.rejected == 0 && $0.gaps == 0 } }
}
