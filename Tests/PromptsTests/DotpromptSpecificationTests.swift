import Inference
import JSON
import Testing

@testable import Prompts

/// The cases of dotprompt's own specification, each made into a folder of prompts, loaded and called as an application
/// calls it.
///
/// Every variable is declared as optional: dotprompt asks for no declaration. What OpenAI's messages have no place for
/// (`metadata`) is not compared; a call has no place for a case's `context`.
@Suite(.enabled(if: SpecificationCases.areThere("dotprompt"), "\(SpecificationCases.remedy)"))
struct DotpromptSpecificationTests {
    static let departures = [
        Departure(cases: ["helpers/media"], documented: "Addresses of media begin with `https://` or `data:`"),
        Departure(
            cases: ["metadata/metadata_state", "metadata/metadata_context_variables"],
            documented: "`@state`, `@auth` and every other `@name` that is none of a loop's are errors"),
        Departure(
            cases: ["metadata/raw", "metadata/ext"],
            documented: "Unknown keys and settings out of range are errors"),
        Departure(
            cases: ["picoschema/input_and_output", "picoschema/line_endings_crlf"],
            documented: "`input.schema` is a mapping of variables, and lines end in LF"),
    ]

    @Test func meetsEveryCaseButTheDocumentedOnes() throws {
        let documentation = try SpecificationCases.documentation()
        for departure in Self.departures { #expect(documentation.contains(departure.documented)) }
        var (met, departed) = (0, 0)
        for suite in try SpecificationCases.suites("dotprompt") {
            for test in suite["tests"]?.arrayValue ?? [] {
                let names = [suite["file"], suite["name"], test["desc"]].map { $0?.text ?? "" }
                let name = names.joined(separator: "/")
                let failure = Self.failure(of: test, suite)
                let isDeparture = Self.departures.contains { $0.covers(name) }
                (met, departed) = (met + (failure == nil ? 1 : 0), departed + (isDeparture ? 1 : 0))
                #expect((failure != nil) == isDeparture, "\(name): \(failure ?? "is met, though it is listed")")
            }
        }
        #expect(met > 100 && departed < 16, "\(met) met, \(departed) not")
    }

    /// Nil when the case is met.
    private static func failure(of test: JSONValue, _ suite: JSONValue) -> String? {
        do {
            let library = try library(files(suite, test))
            return try difference(library, suite, test)
        } catch let error as PromptLoadErrors {
            return "\(error.diagnostics.map(\.description))"
        } catch {
            return "\(error)"
        }
    }

    private static func files(_ suite: JSONValue, _ test: JSONValue) -> [String: String] {
        var text = suite["template"]?.text ?? ""
        if !text.hasPrefix("---") {
            let defaults = test["options"]?["input"]?["default"] ?? .object([])
            let names = (defaults.objectValue ?? []).map { "\"\($0.name)?\": \"any\", " }.joined()
            text =
                "---\n{\"input\": {\"schema\": {\(names)\"(*)\": \"any\"}, \"default\": \(defaults.text(indent: 0))}"
                + ", \"llmgw.media\": [\(suite["file"] == .string("helpers/media") ? "\"url\"" : "")]}\n---\n\(text)"
        }
        var files = ["p.prompt": text]
        for kind in ["partials", "resolverPartials"] {
            for partial in suite[kind]?.objectValue ?? [] {
                files["partials/_\(partial.name).prompt"] = partial.value.text
            }
        }
        for schema in suite["schemas"]?.objectValue ?? [] {
            files["schemas/\(schema.name).json"] = schema.value.text(indent: 0)
        }
        return files
    }

    private static func difference(_ library: PromptLibrary, _ suite: JSONValue, _ test: JSONValue) throws -> String? {
        let data = [suite["data"], test["data"]].compactMap { $0?.objectValue }.joined()
        let member = { (name: String) in data.last { $0.name == name }?.value }
        let rendered = try library.resolve("p@worktree").render(
            variables: member("input"), history: history(openAI(member("messages") ?? .array([])).text(indent: 0)))
        let expected = test["expect"] ?? .null
        let messages = openAI(expected["messages"] ?? .array([]))
        guard try JSONValue(parsing: rendered.messages).sorted == messages.sorted else {
            return String(decoding: rendered.messages, as: UTF8.self)
        }
        guard let prompt = library.latest["p"] else { return "no prompt" }
        guard prompt.frontMatter.outputSchema?.sorted == expected["output"]?["schema"]?.sorted else {
            return "output: \(prompt.frontMatter.outputSchema?.text(indent: 0) ?? "none")"
        }
        guard prompt.frontMatter.model == expected["model"]?.stringValue else { return "another model" }
        let config = rendered.parameters.filter { $0.name != "response_format" }
        let same = config.map { JSONMember($0.name, $0.value) } == expected["config"]?.objectValue ?? []
        return same ? nil : "config: \(config)"
    }

    /// Dotprompt's messages in OpenAI's words. Marks of sections hold nothing that is sent.
    private static func openAI(_ messages: JSONValue) -> JSONValue {
        .array(
            (messages.arrayValue ?? []).map { message in
                let role = PromptRole(rawValue: message["role"]?.text ?? "")?.wireName ?? "?"
                let text = (message["content"]?.arrayValue ?? []).map { $0["text"]?.text ?? "" }.joined()
                let shown = SpecificationCases.withoutBlankLines(text)
                return .object([JSONMember("role", .string("\(role)")), JSONMember("content", .string(shown))])
            })
    }
}
