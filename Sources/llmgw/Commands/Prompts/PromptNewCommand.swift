import Gateway
import Glibc
import Prompts

extension Command {
    static let promptsNew = Command(
        name: "prompts new", summary: "write a prompt's file to begin with, which renders at once",
        notes: [
            "The file is NAME.prompt in the folder of prompts; NAME may have folders, billing/dunning, and a variant,",
            "hello.terse. A file that is there is never changed.",
        ],
        operands: [.required("NAME")],
        options: [
            Option(
                "model", .text("M"), "the gateway's model that answers; else the configuration's first, or chat-default"
            ),
            .prompts, .config,
        ],
        examples: [
            Example("llmgw prompts new welcome", "prompts/welcome.prompt"),
            Example("llmgw prompts new billing/dunning --model chat-large", "in a folder of its own"),
        ]
    ) { arguments, context in
        let desk = try PromptDesk(arguments, context)
        let name = arguments.operands[0]
        guard PromptSourceFile(path: "\(name).prompt", bytes: []).isPrompt else {
            throw Failure.usage(
                "'\(name)' is no name of a prompt; names have letters, digits, '-' and '_', '/' between folders, and one '.'"
                    + " before a variant")
        }
        let model = try NewPrompt.model(arguments, desk)
        let path = desk.onDisk("prompts/\(name).prompt")
        guard access(path, F_OK) != 0 else { throw Failure.usage("\(ShownPath.text(path)): is there already") }
        try WholeFile.place(Array(NewPrompt.text(model: model).utf8), at: path)
        let options =
            (arguments.text("prompts").map { " --prompts \($0)" } ?? "")
            + (arguments.text("config").map { " --config \($0)" } ?? "")
        context.output.write(
            """
            \(ShownPath.text(path))

            Next:

              \(context.program) prompts render \(name) --var name=Ada\(options)
              \(context.program) prompts lint\(options)
              \(context.program) prompts promote \(name) 1.0.0 --to production\(options)

            """)
        return .success
    }
}

/// The file that `prompts new` writes.
private enum NewPrompt {
    static func text(model: String) -> String {
        """
        ---
        description: Says in one line what it is for.
        version: 1.0.0
        model: \(model)
        input:
          schema:
            name: string, who asks
        ---
        {{role "system"}}
        You answer in one short paragraph.

        {{history}}

        {{role "user"}}
        My name is {{name}}.

        """
    }

    /// The model that is named, else one that the configuration has.
    static func model(_ arguments: Arguments, _ desk: PromptDesk) throws(Failure) -> String {
        guard let models = desk.configuration?.models.keys.sorted() else {
            return arguments.text("model") ?? "chat-default"
        }
        guard let named = arguments.text("model") else {
            return models.first { $0 == "chat-default" || $0 == "chat" } ?? models.first ?? "chat-default"
        }
        if let reason = desk.models?.reason(model: named) { throw .usage("--model: \(reason)") }
        return named
    }
}
