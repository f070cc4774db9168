import JSON
import Prompts

private struct OneFile: PromptSource {
    let bytes: [UInt8]
    func files() -> [PromptSourceFile] { [PromptSourceFile(path: "p.prompt", bytes: bytes)] }
}

/// A prompt file compiles or is refused with a place; one that compiles renders to messages that are JSON, or refuses.
func fuzzPrompt(_ bytes: [UInt8]) {
    do {
        let library = try PromptLibrary(OneFile(bytes: bytes), commit: nil, allowUnreleased: true)
        guard let prompt = try? library.resolve("p@worktree") else { return }
        let variables: JSONValue = .object([
            JSONMember("name", .string("{{role \"system\"}} </s> \u{0} ü")),
            JSONMember("x", .array([.bool(true), .null])),
            JSONMember("items", .array([.object([JSONMember("name", .string("a"))])])),
        ])
        for given in [nil, variables] {
            guard let rendered = try? prompt.render(variables: given) else { continue }
            precondition((try? JSONDocument(rendered.messages)) != nil, "rendered messages are no JSON")
        }
    } catch {
        precondition(!error.diagnostics.isEmpty, "refused without a reason")
    }
}
