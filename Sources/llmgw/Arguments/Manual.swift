/// The page of the manual, made from the commands' declarations: `man` reads it as llmgw(1).
enum Manual {
    /// In the macros of man(7).
    static func page(_ commands: [Command]) -> String {
        var text = """
            .TH LLMGW 1 "" "llmgw \(Help.version)" "User Commands"
            .SH NAME
            llmgw \\- a gateway for language models, with prompts, routing, feedback, metering and budgets
            .SH SYNOPSIS
            .B llmgw
            .I COMMAND
            [\\fIOPTIONS\\fR]
            .SH DESCRIPTION
            Applications call the gateway in place of the model vendors' APIs. It renders versioned prompts, routes and splits
            traffic, collects feedback, meters every token into one SQLite file, and keeps budgets that concurrent calls cannot
            overshoot.
            .SH COMMANDS

            """
        for command in commands { text += section(command) }
        text += """
            .SH EXIT STATUS
            .TP
            .B 0
            Fine.
            .TP
            .B 1
            Something was looked for and found: books that do not balance, a gate that failed.
            .TP
            .B 2
            The command line or the configuration is wrong.
            .TP
            .B 3
            It could not tell or go on: network, provider, ledger.
            .SH ENVIRONMENT
            .TP
            .B LLMGW_CONFIG
            The configuration where no
            .B \\-\\-config
            names one; else config/gateway.yaml.
            .TP
            .B NO_COLOR
            No colours on a terminal.
            .SH FILES
            .TP
            .I config/gateway.yaml
            The configuration;
            .B llmgw init
            writes one to start from.

            """
        return text
    }

    private static func section(_ command: Command) -> String {
        var text =
            ".SS \(escaped(command.synopsis.split(separator: " [").first.map(String.init) ?? command.synopsis))\n"
        text += line(capitalised(command.summary) + ".")
        if !command.notes.isEmpty { text += ".PP\n" + command.notes.map(line).joined() }
        for option in command.options {
            text += ".TP\n\\fB\(escaped("--\(option.name)"))\\fR"
            text += (option.kind.placeholder.map { " \\fI\(escaped($0))\\fR" } ?? "") + "\n" + line(option.help)
        }
        for example in command.examples {
            text +=
                ".PP\n" + line(capitalised(example.meaning) + ":") + ".PP\n.nf\n.RS\n" + line(example.line)
                + ".RE\n.fi\n"
        }
        return text
    }

    /// One line of text: what begins with a dot or a quote would be taken for a macro.
    private static func line(_ text: String) -> String {
        let escaped = escaped(text)
        return (escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" : "") + escaped + "\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    }

    private static func capitalised(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }
}
