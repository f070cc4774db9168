import Glibc

/// An open descriptor, closed exactly once: when its owner lets go of it.
package struct FileDescriptor: ~Copyable, Sendable {
    package let rawValue: CInt

    package init(owning rawValue: CInt) {
        self.rawValue = rawValue
    }

    deinit {
        // Linux frees the descriptor even when close fails or is interrupted; a second try could hit somebody else's.
        _ = Glibc.close(rawValue)
    }
}
