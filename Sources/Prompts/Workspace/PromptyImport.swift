import JSON
import YAML

/// Reads a `.prompty` file, Microsoft's format, as the text of a `.prompt` file.
///
/// Simple constructs of Jinja2 are translated; Mustache is near enough to be kept. What has no counterpart becomes a
/// comment in the text, and is reported with its line.
package struct PromptyImport {
    /// The new file.
    package private(set) var text = ""
    /// What has no counterpart, or wants a decision; places are those of the `.prompty` file.
    package private(set) var findings: [PromptDiagnostic] = []

    private let file: String
    private var description: String?
    private var parameters: [(name: String, value: JSONValue)] = []
    private var variables: [Variable] = []
    private var isMustache = false

    private struct Variable {
        var name: String
        var type: String
        var description: String?
        var initial: JSONValue?
    }

    /// - Parameter file: its name, for messages.
    package init(_ bytes: [UInt8], file: String) throws(PromptLoadErrors) {
        self.file = file
        let parsed: PromptFile
        do throws(Fault) {
            parsed = try PromptFile(path: file, bytes: bytes)
        } catch {
            throw PromptLoadErrors(diagnostics: [error.diagnostic(in: file)])
        }
        for member in parsed.frontMatter?.mappingMembers ?? [] { take(member) }
        let first = parsed.source.place(at: parsed.bodyOffset).line
        var body = JinjaBody(parsed.source.string(parsed.bodyOffset..<bytes.count), firstLine: first)
        body.translate(tags: !isMustache)
        for note in body.notes { add(.error, note.message, Place(line: note.line, column: 1)) }
        variables.removeAll { body.histories.contains($0.name) }
        for name in body.reads where !variables.contains(where: { $0.name == name }) {
            variables.append(Variable(name: name, type: body.lists.contains(name) ? "any" : "string"))
        }
        text = head + body.text
    }

    // MARK: Front matter

    private mutating func take(_ member: YAMLMember) {
        switch member.name {
        case "name": break  // the file's name
        case "description": description = member.node.json.stringValue
        case "authors", "tags", "metadata", "$schema", "sample": break
        case "model": takeModel(member)
        case "inputs": takeInputs(member)
        case "inputSchema":
            let list = member.node.mappingMembers?.first { $0.name == "properties" }?.node.json.arrayValue ?? []
            for entry in list {
                guard let name = entry["name"]?.stringValue, entry["kind"] != .string("thread") else { continue }
                declare(name, entry, typeName: "kind")
            }
        case "template":
            let format = member.node.json.stringValue ?? member.node.json["format"]?.stringValue ?? "jinja2"
            isMustache = format == "mustache"
        default: add(.warning, "'\(member.name)' has no counterpart, and is left out", Place(member.position))
        }
    }

    private mutating func takeModel(_ member: YAMLMember) {
        add(
            .warning, "'model' names a vendor's model; write the gateway's, such as 'model: chat-default'",
            Place(member.position))
        for entry in member.node.mappingMembers ?? [] where ["parameters", "options"].contains(entry.name) {
            for parameter in entry.node.mappingMembers ?? [] {
                if (try? ConfigEntry.parameter(parameter)) != nil {
                    parameters.append((parameter.name, parameter.node.json))
                } else {
                    add(
                        .warning, "the parameter '\(parameter.name)' has no counterpart, and is left out",
                        Place(parameter.position))
                }
            }
        }
    }

    private mutating func takeInputs(_ member: YAMLMember) {
        for entry in member.node.mappingMembers ?? [] {
            let value = entry.node.json
            guard value["type"] == nil, value["default"] == nil, value["description"] == nil else {
                declare(entry.name, value, typeName: "type")
                continue
            }
            // A value alone is an example, and says what type it is of.
            let type =
                switch value {
                case .number: "number"
                case .bool: "boolean"
                case .string, .null: "string"
                case .array, .object: "any"
                }
            variables.append(Variable(name: entry.name, type: type))
        }
    }

    private mutating func declare(_ name: String, _ value: JSONValue, typeName: String) {
        let type = value[typeName]?.stringValue ?? "string"
        let known = ["string", "number", "integer", "boolean"]
        variables.append(
            Variable(
                name: name, type: known.contains(type) ? type : "any", description: value["description"]?.stringValue,
                initial: value["default"]))
    }

    // MARK: The new file

    /// In JSON where quotes matter: it is YAML too.
    private var head: String {
        var lines = description.map { ["description: \(Self.quoted($0))"] } ?? []
        lines.append("version: 1.0.0")
        if !parameters.isEmpty {
            lines.append("config:")
            lines += parameters.map { "  \($0.name): \(Self.text($0.value))" }
        }
        if !variables.isEmpty {
            lines += ["input:", "  schema:"]
            lines += variables.map { variable in
                let words = variable.description.map {
                    ", \($0.split(whereSeparator: \.isNewline).joined(separator: " "))"
                }
                return "    \(Self.quoted(variable.name)): \(Self.quoted(variable.type + (words ?? "")))"
            }
            let initial = variables.filter { $0.initial != nil }
            if !initial.isEmpty { lines.append("  default:") }
            lines += initial.map { "    \(Self.quoted($0.name)): \(Self.text($0.initial ?? .null))" }
        }
        return "---\n" + lines.map { $0 + "\n" }.joined() + "---\n"
    }

    private static func quoted(_ text: String) -> String { Self.text(.string(text)) }

    private static func text(_ value: JSONValue) -> String { String(decoding: value.serialized(), as: UTF8.self) }

    private mutating func add(_ severity: PromptDiagnostic.Severity, _ message: String, _ place: Place) {
        findings.append(
            PromptDiagnostic(severity, "E102", message, file: file, line: place.line, column: place.column))
    }
}
