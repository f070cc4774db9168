/// How much of a document a reader accepts.
package struct JSONLimits: Sendable {
    /// Arrays and objects inside each other; a scalar document has depth 0. Clipped to 512, which bounds every recursion
    /// over a tree.
    package var maxDepth = 64
    /// Values in the whole document, containers included, member names not. Clipped to 2^27.
    package var maxValues = 100_000
    /// Bytes of a number's text.
    package var maxNumberLength = 64

    package init() {}
}
