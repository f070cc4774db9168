/// How the ledger keeps its promises; the defaults lose nothing to a power cut.
package struct LedgerOptions: Sendable {
    /// SQLite's `synchronous`.
    package enum Synchronous: String, Sendable {
        /// Each commit reaches the disk before it is acknowledged.
        case full
        /// A power cut may forget the last commits; a killed process forgets none.
        case normal
    }

    package var synchronous = Synchronous.full
    /// How long the writer waits for a lock that another process holds on the file.
    package var busyTimeout = Duration.seconds(2)
    /// How long a settlement waits for a commit before its caller is told; the settlement itself is kept and retried.
    package var settlementWait = Duration.seconds(5)
    /// The same on a full disk, when even the space kept aside has not helped: waiting longer would not either.
    package var fullWait = Duration.milliseconds(50)
    /// The most queued rows of refused requests; more are dropped and counted.
    package var queuedRecords = 10_000
    /// Space kept aside so that running calls can be settled on a full disk, in bytes.
    package var reserve = 16 << 20
    /// The most pages of the file; nil for SQLite's own limit.
    package var maxPages: Int?
    /// How long rows are kept.
    package var retention = LedgerRetention()
    /// Called while the ledger opens, when the file is of an older program.
    package var onMigration: (@Sendable (MigrationNotice) -> Void)?
    /// Called on the writer's thread after a commit that wrote alerts; it must not block.
    package var onAlert: (@Sendable () -> Void)?
    /// Called once, on the writer's thread, after a failure that no retry can mend: the program must exit.
    package var onFatal: (@Sendable (LedgerError) -> Void)?

    package init() {}
}
