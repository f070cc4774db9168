/// Text that must not be seen: a key, a credential.
///
/// No log field can be made of one, and printing or reflecting it shows a mask.
package struct Secret: Sendable, Hashable {
    private let value: String

    package init(_ value: String) { self.value = value }

    /// The text itself: for sending it or hashing it, never for showing it.
    package func reveal() -> String { value }

    package var isEmpty: Bool { value.isEmpty }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
