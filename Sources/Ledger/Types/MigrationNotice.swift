/// What happens to an older file before its writer can begin, told as it happens.
package enum MigrationNotice: Sendable, Hashable {
    /// A copy is about to be written.
    ///
    /// - Parameters:
    ///   - bytes: what the copy takes at most.
    ///   - seconds: about how long that will take.
    case backingUp(to: String, bytes: Int64, seconds: Int64)
    /// The copy is whole and durable.
    case backedUp(to: String, bytes: Int64, milliseconds: Int64)
    /// The file is up to date.
    case migrated(from: Int64, to: Int64, steps: [String], milliseconds: Int64)
}
