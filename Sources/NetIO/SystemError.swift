import Glibc

/// A failed system call: which call, on what, and why.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    package let call: String
    package let subject: String
    package let number: CInt

    /// Captures `errno`; make it right after the call.
    package init(_ call: String, _ subject: String = "", number: CInt = errno) {
        self.call = call
        self.subject = subject
        self.number = number
    }

    /// For example `bind 0.0.0.0:80: Permission denied (errno 13)`.
    package var description: String {
        let place = subject.isEmpty ? call : "\(call) \(subject)"
        return "\(place): \(String(cString: strerror(number))) (errno \(number))"
    }
}

/// What a call on a descriptor that does not block came to. That it would have blocked is no error.
package enum IOResult: Equatable, Sendable {
    case bytes(Int)
    case wouldBlock
}

/// Repeats `call` while a signal interrupts it.
package func retryingInterrupts<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}
