/// Why a document was refused, and where.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong and what would be right, without the place.
    package let reason: String
    /// The byte at which reading stopped, from 0; the document's length when it ended too early.
    package let offset: Int

    package init(reason: String, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// For example: `byte 17: expected ':' after the member name`.
    package var description: String { "byte \(offset): \(reason)" }
}
