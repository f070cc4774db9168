/// One command. Parsing, help and completions all come from this declaration.
struct Command: Sendable {
    /// A line of `--help`: what to type, and what it does.
    struct Example: Sendable {
        let line: String
        let meaning: String

        init(_ line: String, _ meaning: String) {
            self.line = line
            self.meaning = meaning
        }
    }

    /// What may stand on the line beside options, such as `APP` or `[ID]`.
    struct Operand: Sendable {
        let name: String
        let isRequired: Bool
        /// Whether more of its kind may follow; the last operand alone.
        var isRepeated = false

        static func required(_ name: String) -> Operand { Operand(name: name, isRequired: true) }
        static func optional(_ name: String) -> Operand { Operand(name: name, isRequired: false) }
        /// One or more.
        static func several(_ name: String) -> Operand { Operand(name: name, isRequired: true, isRepeated: true) }

        /// None or more.
        static func optionalSeveral(_ name: String) -> Operand {
            Operand(name: name, isRequired: false, isRepeated: true)
        }

        var synopsis: String {
            let word = isRepeated ? "\(name)…" : name
            return isRequired ? word : "[\(word)]"
        }
    }

    /// One word, two as in `keys create`, or three as in `ledger audit verify`.
    let name: String
    /// What it does, in a phrase.
    let summary: String
    /// What else a user should know; lines of the help.
    var notes: [String] = []
    var operands: [Operand] = []
    var options: [Option] = []
    let examples: [Example]
    let run: @Sendable (Arguments, Context) throws -> ExitCode

    var allOptions: [Option] { options + [.help] }
    /// `keys` of `keys create`; nil for a command of one word.
    var group: String? {
        name.firstIndex(of: " ").map { String(name[..<$0]) }
    }

    /// `llmgw keys create APP [--name N] …`
    var synopsis: String {
        (["llmgw", name] + operands.map(\.synopsis) + options.map { "[\($0.synopsis)]" }).joined(separator: " ")
    }

    func check(_ given: [String]) throws(Failure) {
        if given.count > operands.count, operands.last?.isRepeated != true {
            let extra = given[operands.count]
            throw .usage("\(name): '\(extra)' is one argument too many; usage: \(synopsis)")
        }
        let missing = operands.dropFirst(given.count).first { $0.isRequired }
        if let missing { throw .usage("\(name) needs \(missing.name); usage: \(synopsis)") }
    }
}
