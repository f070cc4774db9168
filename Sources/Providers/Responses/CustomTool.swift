import Inference
import JSON

/// A tool that takes free text, which chat completions are given as a function with one argument, `input`.
enum CustomTool {
    /// The definition of the function that stands for a custom tool.
    ///
    /// A grammar cannot be enforced there; the model is told of it.
    static func function(_ tool: RequestReader) throws(GatewayError) -> [UInt8] {
        let input = try inputDescription(tool)
        return try ChatTools.nested(tool, in: "function") { (output) throws(GatewayError) in
            output.member(
                "parameters",
                .object([
                    JSONMember("type", .string("object")),
                    JSONMember(
                        "properties",
                        .object([
                            JSONMember(
                                "input",
                                .object([
                                    JSONMember("type", .string("string")), JSONMember("description", .string(input)),
                                ]))
                        ])),
                    JSONMember("required", .array([.string("input")])),
                    JSONMember("additionalProperties", .bool(false)),
                ]))
        }
    }

    private static func inputDescription(_ tool: RequestReader) throws(GatewayError) -> String {
        guard let format = try tool.object("format"), let type = try format.string("type"), type != "text" else {
            return "The tool's input, as plain text."
        }
        guard type == "grammar", let definition = try format.string("definition") else {
            throw format.unsupported("type", "a format that is neither text nor a grammar")
        }
        let syntax = try format.string("syntax") ?? "lark"
        return "The tool's input, as plain text that matches this grammar (\(syntax)):\n\(definition)"
    }

    /// The arguments that stand for a call's free text, as JSON.
    static func arguments(of call: RequestReader) throws(GatewayError) -> String {
        let input = try call.rawString("input")
        return "{\"input\":\(String(decoding: input, as: UTF8.self))}"
    }

    /// The free text of a call, as a JSON string; the arguments themselves when the model gave them another form.
    ///
    /// - Parameter arguments: the content of a JSON string, without quotes.
    static func input(of arguments: [UInt8]) -> [UInt8] {
        let quoted = [UInt8(ascii: "\"")] + arguments + [UInt8(ascii: "\"")]
        guard let outer = try? JSONDocument(quoted), let text = outer.string(outer.root),
            let inner = try? JSONDocument(Array(text.utf8)), let input = inner.member("input", of: inner.root),
            inner.kind(input) == .string
        else { return quoted }
        return Array(inner.bytes[inner.range(input)])
    }
}
