/// Why git did not give what was asked: which repository, what happened, and what would help.
package struct GitFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}
