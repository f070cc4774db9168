/// What a value is.
package enum JSONKind: UInt8, Sendable {
    case null, `false`, `true`, number, string, array, object
}

/// A value or a member's name in a ``JSONDocument``: an index that means something only with its document.
package struct JSONNode: Sendable, Hashable {
    let index: Int
}
