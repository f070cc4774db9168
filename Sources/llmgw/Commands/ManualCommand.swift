extension Command {
    static let manual = Command(
        name: "manual", summary: "the page for man(1): every command with its options and examples",
        notes: ["`make install` puts it where man looks, so that `man llmgw` shows it."],
        examples: [Example("llmgw manual > llmgw.1", "a file that `man -l llmgw.1` shows")]
    ) { _, context in
        context.output.write(Manual.page(CommandTable.all))
        return .success
    }
}
