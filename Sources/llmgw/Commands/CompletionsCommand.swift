extension Command {
    static let completions = Command(
        name: "completions", summary: "a script that completes commands, options and names in a shell",
        notes: [
            "The script asks `llmgw completions names KIND` for what only the files know; KIND is one of",
            "\(kinds).",
        ],
        operands: [.required("bash|zsh|fish|names"), .optional("KIND")], options: [.config],
        examples: [
            Example("source <(llmgw completions bash)", "in ~/.bashrc"),
            Example("llmgw completions zsh > ~/.zfunc/_llmgw", "in a folder of $fpath"),
            Example("llmgw completions fish > ~/.config/fish/completions/llmgw.fish", "for fish"),
            Example("llmgw completions names applications", "one a line; nothing where none can be read"),
        ]
    ) { arguments, context in
        let word = arguments.operands[0]
        if word == "names" {
            let kind = try nameKind(arguments.operands.count > 1 ? arguments.operands[1] : "")
            for name in CompletionNames(arguments: arguments, context: context).names(of: kind) {
                context.output.line(name)
            }
            return .success
        }
        guard let shell = Completions.Shell(rawValue: word) else {
            let known = Completions.Shell.allCases.map(\.rawValue) + ["names"]
            throw Failure.usage(
                "'\(word)' is none of \(known.joined(separator: ", "))\(Guess.text(for: word, among: known))")
        }
        guard arguments.operands.count == 1 else {
            throw Failure.usage("completions \(word): '\(arguments.operands[1])' is one argument too many")
        }
        context.output.write(Completions.script(for: shell, CommandTable.all))
        return .success
    }

    private static let kinds = NameKind.allCases.map(\.rawValue).joined(separator: ", ")

    private static func nameKind(_ word: String) throws(Failure) -> NameKind {
        if let kind = NameKind(rawValue: word) { return kind }
        let near = Guess.text(for: word, among: NameKind.allCases.map(\.rawValue))
        throw .usage("completions names needs one of \(kinds)\(word.isEmpty ? "" : ", not '\(word)'")\(near)")
    }
}
