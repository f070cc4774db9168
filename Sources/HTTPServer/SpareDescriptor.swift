import Glibc
import NetIO

/// A descriptor kept for the moment when there are no others: given up, it makes room to send one client away.
struct SpareDescriptor: ~Copyable {
    private var descriptor: FileDescriptor?

    init() {
        descriptor = nil
        open()
    }

    mutating func open() {
        let raw = Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
        if raw >= 0 { descriptor = FileDescriptor(owning: raw) }
    }

    mutating func close() {
        descriptor = nil
    }
}
