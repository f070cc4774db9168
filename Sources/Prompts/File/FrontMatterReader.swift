import JSON
import YAML

/// Reads a front matter, and collects all that is wrong in it.
struct FrontMatterReader {
    private(set) var result = FrontMatter()
    private(set) var faults: [Fault] = []

    /// Where `llmgw.enforce_output: true` stands.
    private var enforcement: Place?
    private let name: String
    private let variant: String?
    private let schemas: (String) -> JSONValue?

    private static let keys = [
        "name", "variant", "description", "version", "model", "config", "input", "output", "tools", "metadata",
    ]
    private static let extensions = [
        "llmgw.owner", "llmgw.sensitive", "llmgw.media", "llmgw.history_roles", "llmgw.overridable",
        "llmgw.enforce_output",
    ]

    /// Parameters that a prompt sets outside of `config`.
    private static let ownParameters = ["tools", "response_format"]
    /// Parameters that no prompt sets: each caller may.
    private static let neverLocked = ["user", "metadata", "stream", "stream_options", "safety_identifier", "store"]

    /// - Parameter schemas: the JSON Schemas under `schemas/`, by the name that a prompt uses.
    init(name: String, variant: String?, schemas: @escaping (String) -> JSONValue?) {
        self.name = name
        self.variant = variant
        self.schemas = schemas
    }

    mutating func read(_ node: YAMLNode?) {
        guard let node else { return }
        guard let members = node.mappingMembers else {
            return add(.frontMatter, "the front matter is a mapping: 'version: 1.0.0', 'input:' and so on", node)
        }
        for member in members { attempt { (reader) throws(Fault) in try reader.take(member) } }
        finish(members)
    }

    // MARK: Keys

    private mutating func take(_ member: YAMLMember) throws(Fault) {
        switch member.name {
        case "name": try require(try text(member), equals: name, member)
        case "variant": try require(try text(member), equals: variant ?? "", member)
        case "description": result.description = try text(member)
        case "version": result.version = try version(member)
        case "model": (result.model, result.modelPlace) = (try text(member), Place(member.node.position))
        case "config": try takeConfig(member)
        case "input": try takeInput(member)
        case "output": try takeOutput(member)
        case "tools": result.tools = try references(member)
        case "metadata", "llmgw.owner": break
        case "llmgw.sensitive": result.sensitive = try names(member)
        case "llmgw.media": result.media = try names(member)
        case "llmgw.overridable": result.overridable = try parameters(member)
        case "llmgw.history_roles": result.historyRoles = try historyRoles(member)
        case "llmgw.enforce_output": enforcement = try enforcement(member)
        default:
            // Dotprompt leaves keys with a dot to extensions; those of others say nothing to this program.
            guard !member.name.contains(".") || member.name.hasPrefix("llmgw.") else { break }
            let hint = Suggestion.text(for: member.name, among: Self.keys + Self.extensions)
            throw Fault(.unknownKey, "there is no key '\(member.name)'\(hint)", at: Place(member.position))
        }
    }

    private func require(_ text: String, equals expected: String, _ member: YAMLMember) throws(Fault) {
        guard text == expected else {
            throw Fault(
                .frontMatter, "\(member.name) is '\(text)', but the file's name says '\(expected)'",
                at: Place(member.node.position))
        }
    }

    private func enforcement(_ member: YAMLMember) throws(Fault) -> Place? {
        guard case .bool(let isOn) = member.node.value else {
            throw Fault(.frontMatter, "\(member.name) is true or false", at: Place(member.node.position))
        }
        return isOn ? Place(member.position) : nil
    }

    private func version(_ member: YAMLMember) throws(Fault) -> String {
        if case .string(let text) = member.node.value, PromptVersion.isValid(text) { return text }
        throw Fault(.version, "a version has three numbers, such as 3.1.0", at: Place(member.node.position))
    }

    private mutating func takeConfig(_ member: YAMLMember) throws(Fault) {
        for entry in try mapping(member) {
            attempt { (reader) throws(Fault) in
                let parameter = try ConfigEntry.parameter(entry)
                guard !reader.result.parameters.contains(where: { $0.name == parameter.name }) else {
                    throw Fault(.config, "'\(entry.name)' sets \(parameter.name) again", at: Place(entry.position))
                }
                reader.result.parameters.append(parameter)
            }
        }
    }

    private mutating func takeInput(_ member: YAMLMember) throws(Fault) {
        for entry in try mapping(member) {
            switch entry.name {
            case "schema":
                // What the variables are is not known until the schema is whole: no read of them is wrong before.
                result.input = .anyVariables
                attempt { (reader) throws(Fault) in try reader.takeInputSchema(entry) }
            case "default": attempt { (reader) throws(Fault) in try reader.takeDefaults(entry) }
            default: unknown(entry, among: ["schema", "default"])
            }
        }
    }

    private mutating func takeInputSchema(_ member: YAMLMember) throws(Fault) {
        let json = try translate(member)
        let schema: ValueSchema
        do throws(SchemaError) {
            schema = try compile(json, at: Place(member.position))
        } catch {
            throw Fault(.schema, error.message, at: Place(member.position))
        }
        guard schema.kinds == .object else { throw noMapping(member) }
        result.input = schema
        result.inputSchema = json
        for entry in member.node.mappingMembers ?? [] {
            let name = String(entry.name.prefix { $0 != "?" && $0 != "(" })
            result.variablePlaces[name] = Place(entry.position)
        }
    }

    /// What says nothing to the check is a warning: a version that was served with it goes on being served.
    private mutating func compile(_ json: JSONValue, at place: Place) throws(SchemaError) -> ValueSchema {
        var ineffective: [String] = []
        let schema = try ValueSchema(json, ineffective: &ineffective)
        faults += ineffective.map {
            Fault(.ineffective, "\($0); as it is written, nothing is checked by it", at: place)
        }
        return schema
    }

    private func noMapping(_ member: YAMLMember) -> Fault {
        let type = member.node.mappingMembers?.first { $0.name == "type" }
        guard let type, case .string(let name) = type.node.value else {
            return Fault(
                .schema, "the input is a mapping of variables, such as 'name: string, whom to greet'",
                at: Place(member.node.position))
        }
        return Fault(
            .schema,
            "'type: \(name)' makes this a JSON Schema of one value; for a variable called 'type' write"
                + " 'type: \(name), what it is'", at: Place(type.position))
    }

    private mutating func takeDefaults(_ member: YAMLMember) throws(Fault) {
        for entry in try mapping(member) {
            result.defaults.append(JSONMember(entry.name, entry.node.json))
            result.variablePlaces["default " + entry.name] = Place(entry.position)
        }
    }

    private mutating func takeOutput(_ member: YAMLMember) throws(Fault) {
        for entry in try mapping(member) {
            switch entry.name {
            case "schema":
                attempt { (reader) throws(Fault) in reader.result.outputSchema = try reader.translate(entry) }
            case "format":
                let format = try text(entry)
                guard format == "json" || format == "text" else {
                    throw Fault(.frontMatter, "the format is 'json' or 'text'", at: Place(entry.node.position))
                }
                result.wantsJSON = format == "json"
            default: unknown(entry, among: ["schema", "format"])
            }
        }
    }

    private mutating func translate(_ member: YAMLMember) throws(Fault) -> JSONValue {
        var picoschema = Picoschema(named: schemas)
        let json = try picoschema.translate(member.node)
        result.schemas += picoschema.used
        return json
    }

    /// Names of parameters. One that is misspelt would stay locked, and nobody would know why: a warning says so.
    private mutating func parameters(_ member: YAMLMember) throws(Fault) -> [String] {
        let references = try references(member)
        for reference in references where !Self.isParameter(reference.name) {
            let hint = Suggestion.text(for: reference.name, among: ConfigEntry.names + Self.ownParameters)
            faults.append(
                Fault(
                    .ineffective,
                    "'\(reference.name)' is no parameter that a prompt sets, so this changes nothing\(hint)",
                    at: reference.place))
        }
        return references.map(\.name)
    }

    private static func isParameter(_ name: String) -> Bool {
        ConfigEntry.wireName(name) != nil || ownParameters.contains(name) || neverLocked.contains(name)
    }

    private func historyRoles(_ member: YAMLMember) throws(Fault) -> [String] {
        let roles = try names(member)
        let known = ["system", "developer", "user", "assistant", "tool"]
        for role in roles where !known.contains(role) {
            throw Fault(
                .frontMatter, "'\(role)' is no role of a client's message; roles are \(known.joined(separator: ", "))",
                at: Place(member.node.position))
        }
        return roles
    }

    // MARK: After all keys

    /// Checks what needs more than one key.
    private mutating func finish(_ members: [YAMLMember]) {
        checkDefaults()
        compileEnforcedOutput()
        let declared = result.input.properties.map(\.name)
        for member in members where member.name == "llmgw.sensitive" || member.name == "llmgw.media" {
            for reference in (try? references(member)) ?? [] where !declared.contains(reference.name) {
                let hint = Suggestion.text(for: reference.name, among: declared)
                faults.append(
                    Fault(.undeclared, "variable '\(reference.name)' is not declared\(hint)", at: reference.place))
            }
        }
        if let schema = result.outputSchema {
            let format = OutputFormat.responseFormat(name: name, schema: schema)
            result.parameters.append(PromptParameter(name: "response_format", value: format, isLocked: true))
        } else if result.wantsJSON {
            let format = OutputFormat.anyObject
            result.parameters.append(PromptParameter(name: "response_format", value: format, isLocked: true))
        }
        let overridable = result.overridable.map { ConfigEntry.wireName($0) ?? $0 }
        for index in result.parameters.indices where overridable.contains(result.parameters[index].name) {
            result.parameters[index].isLocked = false
        }
    }

    private mutating func compileEnforcedOutput() {
        guard let enforcement else { return }
        guard let schema = result.outputSchema else {
            return faults.append(
                Fault(.frontMatter, "llmgw.enforce_output needs an output.schema to check answers by", at: enforcement))
        }
        do throws(SchemaError) {
            result.enforcedOutput = try compile(schema, at: enforcement)
        } catch {
            faults.append(Fault(.schema, "llmgw.enforce_output: \(error.message)", at: enforcement))
        }
    }

    private mutating func checkDefaults() {
        for value in result.defaults {
            let place = result.variablePlaces["default " + value.name] ?? .start
            guard let index = result.input.properties.firstIndex(where: { $0.name == value.name }) else {
                let hint = Suggestion.text(for: value.name, among: result.input.properties.map(\.name))
                faults.append(Fault(.undeclared, "variable '\(value.name)' is not declared\(hint)", at: place))
                continue
            }
            if let mismatch = result.input.properties[index].schema.mismatch(value.value) {
                faults.append(Fault(.defaultValue, "the default of '\(value.name)' \(mismatch.message)", at: place))
            }
            result.input.properties[index].isRequired = false
        }
    }

    // MARK: Values

    private func text(_ member: YAMLMember) throws(Fault) -> String {
        guard case .string(let text) = member.node.value, !text.isEmpty else {
            throw Fault(.frontMatter, "\(member.name) is a text", at: Place(member.node.position))
        }
        return text
    }

    private func mapping(_ member: YAMLMember) throws(Fault) -> [YAMLMember] {
        if case .null = member.node.value { return [] }
        guard let members = member.node.mappingMembers else {
            throw Fault(
                .frontMatter, "\(member.name) is a mapping; write each 'key: value' on a line of its own below it",
                at: Place(member.node.position))
        }
        return members
    }

    private func names(_ member: YAMLMember) throws(Fault) -> [String] {
        try references(member).map(\.name)
    }

    private func references(_ member: YAMLMember) throws(Fault) -> [FrontMatter.Reference] {
        switch member.node.value {
        case .null: return []
        case .sequence(let nodes):
            var references: [FrontMatter.Reference] = []
            for node in nodes {
                guard case .string(let name) = node.value else {
                    throw Fault(.frontMatter, "\(member.name) is a list of names", at: Place(node.position))
                }
                references.append(FrontMatter.Reference(name: name, place: Place(node.position)))
            }
            return references
        default:
            throw Fault(
                .frontMatter, "\(member.name) is a list of names, such as [a, b]", at: Place(member.node.position))
        }
    }

    // MARK: Faults

    private mutating func unknown(_ member: YAMLMember, among known: [String]) {
        let hint = Suggestion.text(for: member.name, among: known)
        faults.append(Fault(.unknownKey, "there is no key '\(member.name)'\(hint)", at: Place(member.position)))
    }

    private mutating func add(_ code: FaultCode, _ message: String, _ node: YAMLNode) {
        faults.append(Fault(code, message, at: Place(node.position)))
    }

    private mutating func attempt(_ body: (inout FrontMatterReader) throws(Fault) -> Void) {
        do throws(Fault) {
            try body(&self)
        } catch {
            faults.append(error)
        }
    }
}
