/// A secret. Printing, interpolating or dumping it shows nothing; whoever needs it says so with ``exposed``.
package struct SecretText: Sendable, Hashable {
    package let exposed: String

    package init(_ exposed: String) {
        self.exposed = exposed
    }

    package var isEmpty: Bool { exposed.isEmpty }
}

extension SecretText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
