/// Why the ledger could not do what it was asked, which file it was, and what would help.
package struct LedgerError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable {
        /// Another process is the writer of this file.
        case locked
        /// The file's schema is newer than this program, or is not a ledger's.
        case schema
        /// The file's schema is older than this program; a writer brings it up to date.
        case outdated
        /// The file is damaged; a new one is never made over it.
        case corrupt
        /// Full, read-only or locked for now; mends itself.
        case unavailable
        /// A write or fsync failed: nothing more can be promised, the process must end.
        case fatal
        /// No row has this name: an attempt that was never held, an unknown key or request.
        case missing
        /// The row exists with another content.
        case conflict
        /// The ledger was closed.
        case closed
    }

    package var kind: Kind
    /// Names the file, the problem and the remedy.
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}

/// Whether the ledger can record; while it can't, nothing billable is served.
package enum LedgerHealth: Sendable, Hashable {
    case healthy
    /// - Parameter since: UTC milliseconds.
    case unavailable(LedgerError, since: Int64)
}
