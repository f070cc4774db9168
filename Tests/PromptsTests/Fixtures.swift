import Inference
import JSON
import Prompts

/// Files in memory.
struct Files: PromptSource {
    var texts: [String: String]

    func files() -> [PromptSourceFile] {
        texts.map { PromptSourceFile(path: $0.key, bytes: Array($0.value.utf8)) }
    }
}

func library(_ texts: [String: String]) throws -> PromptLibrary {
    try PromptLibrary(Files(texts: texts), commit: "0123456789abcdef", allowUnreleased: true)
}

/// The errors of a folder, each as `file:line:col: error CODE message`.
func faults(_ texts: [String: String]) -> [String] {
    do {
        return try library(texts).warnings.map(\.description)
    } catch let error as PromptLoadErrors {
        return error.diagnostics.map(\.description)
    } catch {
        return ["\(error)"]
    }
}

/// A prompt whose variables may be anything, with `body` for template.
func file(_ body: String, variables: String = "x?: any, whatever", matter: String = "") -> String {
    "---\n\(matter)input:\n  schema:\n    \(variables)\n---\n\(body)"
}

func json(_ text: String) throws -> JSONValue {
    try JSONValue(parsing: Array(text.utf8))
}

/// `role: content` of each message.
func messages(_ rendered: RenderedPrompt) throws -> [String] {
    try JSONValue(parsing: rendered.messages).arrayValue?.map { message in
        let content = message["content"]
        let text = content?.stringValue ?? content.map { String(decoding: $0.serialized(), as: UTF8.self) }
        return "\(message["role"]?.stringValue ?? "?"): \(text ?? "?")"
    } ?? []
}

/// Renders `body` with one JSON object of variables that need no declaration.
func render(_ body: String, _ variables: String = "{}", partials: [String: String] = [:]) throws -> [String] {
    var texts = ["p.prompt": file(body, variables: "(*): any")]
    for (name, text) in partials { texts["partials/_\(name).prompt"] = text }
    return try messages(library(texts).resolve("p@worktree").render(variables: json(variables)))
}

func history(_ text: String) throws -> PromptHistory {
    let document = try JSONDocument(Array(text.utf8))
    return try PromptHistory(messages: document.root, of: document)
}

/// Runs `body` and returns what it refuses.
func refusal(_ body: () throws -> Void) -> GatewayError? {
    do {
        try body()
        return nil
    } catch {
        return error as? GatewayError
    }
}
