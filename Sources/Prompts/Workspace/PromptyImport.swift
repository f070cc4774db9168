import JSON
import YAML

/// Reads a `.prompty` file, Microsoft's format, as the text of a `.prompt` file.
///
/// Simple constructs of Jinja2 are translated; Mustache is near enough to be kept. What has no counterpart becomes a
/// comment in the text, and is reported with its line: as an error where calls would differ without it.
package struct PromptyImport {
    /// The new file.
    package private(set) var text = ""
    /// What has no counterpart, or wants a decision; places are those of the `.prompty` file.
    package private(set) var findings: [PromptDiagnostic] = []

    private let file: String
    private var description: String?
    private var version = "1.0.0"
    private var metadata: [JSONMember] = []
    private var parameters: [(name: String, value: JSONValue)] = []
    private var variables: [PromptyProperty] = []
    private var outputs: [PromptyProperty] = []
    private var isMustache = false

    /// - Parameter file: its name, for messages.
    package init(_ bytes: [UInt8], file: String) throws(PromptLoadErrors) {
        self.file = file
        let parsed: PromptFile
        do throws(Fault) {
            parsed = try PromptFile(path: file, bytes: PromptyImport.plain(bytes))
        } catch {
            throw PromptLoadErrors(diagnostics: [error.diagnostic(in: file)])
        }
        for member in parsed.frontMatter?.mappingMembers ?? [] { take(member) }
        let first = parsed.source.place(at: parsed.bodyOffset).line
        var body = JinjaBody(
            parsed.source.string(parsed.bodyOffset..<parsed.source.bytes.count), firstLine: first,
            conversations: Set(variables.filter { $0.kind == .conversation }.map(\.name)),
            media: Set(variables.filter { $0.kind == .media }.map(\.name)))
        body.translate(tags: !isMustache)
        for note in body.notes { add(note.severity, note.message, Place(line: note.line, column: 1)) }
        variables.removeAll { $0.kind == .conversation || body.histories.contains($0.name) }
        for name in body.reads where !variables.contains(where: { $0.name == name }) {
            variables.append(PromptyProperty(name: name, type: body.structures.contains(name) ? "any" : "string"))
        }
        text = head + body.text
    }

    /// Without the marks of another system: a prompt's lines end in LF.
    private static func plain(_ bytes: [UInt8]) -> [UInt8] {
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        for (index, byte) in text.enumerated() {
            if byte == 13, index + 1 < text.count, text[index + 1] == 10 { continue }
            plain.append(byte)
        }
        return plain
    }

    // MARK: Front matter

    private mutating func take(_ member: YAMLMember) {
        switch member.name {
        case "description": description = member.node.json.stringValue
        case "version": takeVersion(member)
        case "name", "displayName", "authors", "tags": metadata.append(JSONMember(member.name, member.node.json))
        case "metadata": metadata += member.node.json.objectValue ?? [JSONMember("metadata", member.node.json)]
        case "sample", "example": warn("'\(member.name)' is left out; a row of a dataset would keep it", member)
        case "model": takeModel(member)
        case "inputs", "inputSchema": variables += properties(member)
        case "outputs", "outputSchema": outputs += properties(member).filter { isOutput($0, member) }
        case "template": takeTemplate(member)
        case "tools": fail("'tools' is left out; write each as a file of tools/, and name them in 'tools'", member)
        default: warn("'\(member.name)' has no counterpart, and is left out", member)
        }
    }

    private mutating func takeVersion(_ member: YAMLMember) {
        let text = member.node.json.stringValue
        guard let text, PromptVersion.isValid(text) else {
            metadata.append(JSONMember("version", member.node.json))
            return warn(
                "'version' is not of the form N.N.N; it is kept in 'metadata', and the new file is 1.0.0", member)
        }
        version = text
    }

    private mutating func takeTemplate(_ member: YAMLMember) {
        let value = member.node.json
        let format = value["format"]?["kind"] ?? value["format"] ?? value["type"] ?? value
        switch format.stringValue ?? "jinja2" {
        case "mustache": isMustache = true
        case "jinja2", "jinja", "nunjucks", "prompty": break
        case let other: fail("the template's format '\(other)' is read as Jinja2", member)
        }
    }

    private mutating func takeModel(_ member: YAMLMember) {
        var lost: [String] = []
        for entry in member.node.mappingMembers ?? [] {
            switch entry.name {
            case "parameters", "options":
                for parameter in entry.node.mappingMembers ?? [] { takeParameter(parameter) }
            case "api", "apiType":
                let api = entry.node.json.stringValue ?? ""
                if api != "chat" { fail("model.\(entry.name) is '\(api)', and prompts are chats", entry) }
            case "id", "provider": break
            default: lost.append("model.\(entry.name)")
            }
        }
        let rest = lost.isEmpty ? "" : "; left out: \(lost.joined(separator: ", "))"
        warn("'model' names a vendor's model; write the gateway's, such as 'model: chat-default'\(rest)", member)
    }

    private mutating func takeParameter(_ parameter: YAMLMember) {
        if parameter.name == "response_format", parameter.node.json["type"] == .string("json_object") {
            outputs = outputs.isEmpty ? [PromptyProperty(name: "", type: "json")] : outputs
        } else if (try? ConfigEntry.parameter(parameter)) != nil {
            parameters.append((parameter.name, parameter.node.json))
        } else {
            fail("the parameter '\(parameter.name)' has no counterpart, and is left out", parameter)
        }
    }

    /// The variables or outputs that a member declares: a list, a mapping, or either under `properties`.
    private mutating func properties(_ member: YAMLMember) -> [PromptyProperty] {
        let inner = member.node.mappingMembers?.first { $0.name == "properties" }?.node ?? member.node
        let (found, faults) = PromptyProperty.all(of: inner)
        for fault in faults { add(fault.severity, "'\(member.name)': \(fault.message)", Place(fault.position)) }
        return found
    }

    private mutating func isOutput(_ property: PromptyProperty, _ member: YAMLMember) -> Bool {
        guard property.type != "any" else {
            fail("the output '\(property.name)' is left out; write its type into output.schema", member)
            return false
        }
        return true
    }

    // MARK: The new file

    /// In JSON where quotes matter: it is YAML too.
    private var head: String {
        var lines = description.map { ["description: \(PromptyProperty.text(.string($0)))"] } ?? []
        lines.append("version: \(version)")
        if !metadata.isEmpty {
            var seen: Set<String> = []
            let members = metadata.filter { seen.insert($0.name).inserted }
            lines.append("metadata: \(PromptyProperty.text(.object(members)))")
        }
        if !parameters.isEmpty {
            lines.append("config:")
            lines += parameters.map { "  \($0.name): \(PromptyProperty.text($0.value))" }
        }
        if !variables.isEmpty {
            lines += ["input:", "  schema:"] + variables.map { "    " + $0.line }
            let initial = variables.filter { $0.initial != nil }
            if !initial.isEmpty { lines.append("  default:") }
            lines += initial.map {
                "    \(PromptyProperty.text(.string($0.name))): \(PromptyProperty.text($0.initial ?? .null))"
            }
        }
        let named = outputs.filter { !$0.name.isEmpty }
        if !outputs.isEmpty { lines += ["output:", "  format: json"] }
        if !named.isEmpty { lines += ["  schema:"] + named.map { "    " + $0.line } }
        let media = variables.filter { $0.kind == .media }.map { JSONValue.string($0.name) }
        if !media.isEmpty { lines.append("llmgw.media: \(PromptyProperty.text(.array(media)))") }
        return "---\n" + lines.map { $0 + "\n" }.joined() + "---\n"
    }

    private mutating func warn(_ message: String, _ member: YAMLMember) {
        add(.warning, message, Place(member.position))
    }

    private mutating func fail(_ message: String, _ member: YAMLMember) { add(.error, message, Place(member.position)) }

    private mutating func add(_ severity: PromptDiagnostic.Severity, _ message: String, _ place: Place) {
        findings.append(
            PromptDiagnostic(severity, "E102", message, file: file, line: place.line, column: place.column))
    }
}
