/// How the program ends; scripts rely on it.
enum ExitCode: Int32, Sendable {
    case success = 0
    /// Something was looked for and found: books that do not balance, a promise that did not hold.
    case findings = 1
    /// Wrong usage or configuration.
    case usage = 2
    /// Could not tell or go on: network, provider, ledger.
    case failure = 3
}

/// Why a command ends early: what the user is told, and the exit code.
struct Failure: Error, Sendable {
    let code: ExitCode
    /// Where, what, and what would be right. Without the program's name.
    let message: String

    init(_ code: ExitCode, _ message: String) {
        self.code = code
        self.message = message
    }

    static func usage(_ message: String) -> Failure { Failure(.usage, message) }
}
