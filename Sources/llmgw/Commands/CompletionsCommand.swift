extension Command {
    static let completions = Command(
        name: "completions", summary: "a script that completes commands and options in a shell",
        operands: [.required("bash|zsh|fish")],
        examples: [
            Example("source <(llmgw completions bash)", "in ~/.bashrc"),
            Example("llmgw completions zsh > ~/.zfunc/_llmgw", "in a folder of $fpath"),
            Example("llmgw completions fish > ~/.config/fish/completions/llmgw.fish", "for fish"),
        ]
    ) { arguments, context in
        guard let shell = Completions.Shell(rawValue: arguments.operands[0]) else {
            let known = Completions.Shell.allCases.map(\.rawValue)
            let near = Guess.text(for: arguments.operands[0], among: known)
            throw Failure.usage("'\(arguments.operands[0])' is none of \(known.joined(separator: ", "))\(near)")
        }
        context.output.write(Completions.script(for: shell, CommandTable.all))
        return .success
    }
}
