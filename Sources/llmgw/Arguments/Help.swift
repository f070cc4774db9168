import Gateway

/// The texts of `--help`, made from the commands' declarations.
enum Help {
    static let version = LLMGateway.version

    /// `llmgw --help`
    static func overview(_ commands: [Command]) -> String {
        let rows = commands.map { (term: $0.name + $0.operands.map { " " + $0.synopsis }.joined(), text: $0.summary) }
        return """
            llmgw \(version): a gateway for language models, with prompts, routing, feedback, metering and budgets

            usage: llmgw COMMAND [OPTIONS]

            \(definitions(rows))

            examples:
              llmgw demo                                      everything it does, in half a minute
              llmgw serve                                     start the gateway
              KEY=$(llmgw keys create demo)                   make a key for the application 'demo'
              llmgw costs --month 2026-11 --by application    what November cost

            `llmgw COMMAND --help` tells more. Exit codes: 0 fine, 1 findings, 2 usage or configuration,
            3 could not tell or go on. NO_COLOR is obeyed.

            """
    }

    /// `llmgw costs --help`, or of all commands of a group.
    static func text(of commands: [Command]) -> String {
        commands.map(text).joined(separator: "\n")
    }

    private static func text(of command: Command) -> String {
        var parts = ["\(command.summary)\n\nusage: \(wrapped(command.synopsis))"]
        if !command.notes.isEmpty { parts.append(command.notes.joined(separator: "\n")) }
        parts.append("options:\n" + definitions(command.allOptions.map { ($0.synopsis, $0.help) }))
        parts.append("examples:\n" + definitions(command.examples.map { ($0.line, $0.meaning) }))
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// Two columns; a term that is too long for the first has a line of its own.
    private static func definitions(_ rows: [(term: String, text: String)]) -> String {
        let width = min(rows.map(\.term.count).max() ?? 0, 46)
        let lines = rows.map { row in
            let gap = row.term.count > width ? "\n" + spaces(width + 4) : spaces(width + 2 - row.term.count)
            return "  \(row.term)\(gap)\(row.text)"
        }
        return lines.joined(separator: "\n")
    }

    /// Breaks a synopsis between its options, at 100 columns.
    private static func wrapped(_ synopsis: String) -> String {
        var lines = [""]
        for part in synopsis.replacing(" [", with: "\u{0}[").split(separator: "\u{0}") {
            if lines[lines.count - 1].count + part.count > 92 { lines.append("           ") }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + part
        }
        return lines.joined(separator: "\n")
    }

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
