import CivilTime
import NetIO
import Reports

/// What stands behind a command's name, checked against the command's declarations.
struct Arguments: Sendable {
    private var values: [String: String] = [:]
    /// Of options that may be given several times, in order.
    private var repeated: [String: [String]] = [:]
    /// What is no option, in order.
    private(set) var operands: [String] = []

    /// Reads `--name value`, `--name=value`, flags and operands; after `--` everything is an operand.
    init(_ words: some Sequence<String>, for command: Command) throws(Failure) {
        var words = Array(words)[...]
        while let word = words.popFirst() {
            if word == "--" {
                operands += words
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            try takeOption(word == "-h" ? "--help" : word, &words, command)
        }
        if values["help"] == nil { try command.check(operands) }
    }

    private mutating func takeOption(
        _ word: String, _ words: inout ArraySlice<String>, _ command: Command
    ) throws(Failure) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0].drop { $0 == "-" })
        guard word.hasPrefix("--"), let option = command.allOptions.first(where: { $0.name == name }) else {
            let near =
                Arguments.habit(word, words.first, command)
                ?? Guess.text(for: name, among: command.allOptions.map(\.name)).replacing(
                    "'", with: "'--", maxReplacements: 1)
            throw .usage("\(command.name) has no option \(parts[0])\(near); `llmgw \(command.name) --help` lists them")
        }
        guard values[name] == nil || option.repeats else {
            let isList = option.kind.placeholder?.hasSuffix(",…") == true
            throw .usage(
                "--\(name) is given twice; "
                    + (isList ? "join the values with a comma: --\(name) \(values[name] ?? ""),…" : "leave one out"))
        }
        if case .flag = option.kind {
            guard parts.count == 1 else { throw .usage("--\(name) takes no value; write it alone") }
            values[name] = ""
            return
        }
        let next = words.first.flatMap { $0.hasPrefix("--") ? nil : $0 }
        guard let value = parts.count == 2 ? String(parts[1]) : next else {
            throw .usage("--\(name) needs a value: \(option.synopsis)")
        }
        if parts.count == 1 { words.removeFirst() }
        if let fault = option.kind.fault(of: value) { throw .usage("--\(name): \(fault)") }
        values[name] = value
        if option.repeats { repeated[name, default: []].append(value) }
    }

    /// What somebody means who writes an option as other programs have it; nil when this command has nothing like it.
    private static func habit(_ word: String, _ next: String?, _ command: Command) -> String? {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        let meant: (name: String, value: String?)? =
            switch parts.first ?? word {
            case "-o", "-f", "--output", "--output-format": ("format", parts.count == 2 ? parts[1] : next)
            case "--json", "-j": ("format", "json")
            case "--csv": ("format", "csv")
            case "-c", "--conf", "--config-file": ("config", parts.count == 2 ? parts[1] : next)
            default: nil
            }
        guard let meant, let option = command.allOptions.first(where: { $0.name == meant.name }) else { return nil }
        let value = meant.value.flatMap { option.kind.fault(of: $0) == nil ? $0 : nil } ?? option.kind.placeholder ?? ""
        return "; did you mean '--\(option.name) \(value)'?"
    }

    // MARK: Values; of the kind that the option declares

    /// Whether the option was given.
    func has(_ name: String) -> Bool { values[name] != nil }
    func text(_ name: String) -> String? { values[name] }
    /// All values of an option that may be given several times, in order.
    func texts(_ name: String) -> [String] { repeated[name] ?? [] }

    /// Of `--csv-dialect`.
    var dialect: CSV.Dialect { text("csv-dialect").flatMap { CSV.Dialect(rawValue: $0) } ?? .standard }
    func integer(_ name: String) -> Int? { values[name].flatMap { Int($0) } }
    func milliseconds(_ name: String) -> Int64? { values[name].flatMap(DurationText.milliseconds) }
    func address(_ name: String) -> SocketAddress? { values[name].flatMap { SocketAddress($0) } }

    /// A moment in milliseconds since 1970, UTC.
    ///
    /// - Parameter now: what a duration counts back from.
    func moment(_ name: String, now: Int64) -> Int64? {
        guard let text = values[name] else { return nil }
        if let ago = DurationText.milliseconds(text) { return now - ago }
        if let day = CivilDate(text) { return TimeZoneRules.utc.start(of: day) }
        return Timestamp.parse(text)
    }
}
