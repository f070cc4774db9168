import Glibc
import Reports

/// What a command knows of its surroundings.
struct Context: Sendable {
    /// As it was called, such as `.build/release/llmgw`: for lines that a reader can copy.
    let program: String
    let environment: [String: String]
    let output = Output.standard
    let errors = Output.errors

    /// The path of the configuration: the option, else the environment, else where it usually is.
    func configurationPath(_ arguments: Arguments) -> String {
        arguments.text("config") ?? environment["LLMGW_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
            ?? "config/gateway.yaml"
    }

    /// Columns of the terminal, else those that `COLUMNS` names; nil when standard output is no terminal.
    var width: Int? {
        guard isatty(1) == 1 else { return nil }
        var size = winsize()
        if ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
    }

    /// Colours are for people who look, and have not asked for none (no-color.org).
    var usesColour: Bool {
        isatty(1) == 1 && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// How a table is looked at here.
    var view: TableView { TableView(width: width, usesColour: usesColour) }

    func bold(_ text: String) -> String { usesColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
}

extension Context {
    /// The process's environment, from the kernel: the C library's `environ` cannot be read safely.
    static func readEnvironment() throws(Failure) -> [String: String] {
        guard let bytes = WholeFile.read("/proc/self/environ") else {
            throw Failure(
                .failure, "/proc/self/environ cannot be read: \(String(cString: strerror(errno))); mount /proc")
        }
        var environment: [String: String] = [:]
        for entry in bytes.split(separator: 0) {
            let parts = entry.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            environment[String(decoding: parts[0], as: UTF8.self)] = String(decoding: parts[1], as: UTF8.self)
        }
        return environment
    }
}
