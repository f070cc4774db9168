import JSON
import YAML

/// A variable or an output that a `.prompty` file declares.
struct PromptyProperty {
    enum Kind { case value, conversation, media }

    /// What was not understood, or has no counterpart.
    struct Finding {
        var severity: PromptDiagnostic.Severity
        var message: String
        var position: YAMLPosition
    }

    var name: String
    /// As Picoschema has it.
    var type: String
    var kind = Kind.value
    var description: String?
    var initial: JSONValue?
    var isOptional = false
    /// The texts that it may be; empty for any.
    var choices: [JSONValue] = []

    init(name: String, type: String) {
        self.name = name
        self.type = type
    }

    /// All of a list of `{name, kind, …}`, or of a mapping of names to types, properties or examples.
    static func all(of node: YAMLNode) -> (properties: [PromptyProperty], findings: [Finding]) {
        var properties: [PromptyProperty] = []
        var findings: [Finding] = []
        if case .sequence(let list) = node.value {
            for entry in list {
                guard let name = entry.json["name"]?.stringValue else {
                    findings.append(
                        Finding(
                            severity: .error, message: "an entry has no name, and is left out", position: entry.position
                        ))
                    continue
                }
                properties.append(declared(name, entry, &findings))
            }
        } else if let members = node.mappingMembers {
            for member in members { properties.append(of(member, &findings)) }
        } else if case .null = node.value {
        } else {
            let message = "what is in another file is left out; write it here"
            findings.append(Finding(severity: .error, message: message, position: node.position))
        }
        return (properties, findings)
    }

    private static func of(_ member: YAMLMember, _ findings: inout [Finding]) -> PromptyProperty {
        let value = member.node.json
        if ["type", "kind", "default", "description", "required"].contains(where: { value[$0] != nil }) {
            return declared(member.name, member.node, &findings)
        }
        // A value alone is an example, and says what type it is of.
        let type =
            switch value {
            case .number: "number"
            case .bool: "boolean"
            case .string, .null: "string"
            case .array, .object: "any"
            }
        if value != .null, value != .array([]) { findings.append(example(member.name, member.position)) }
        return PromptyProperty(name: member.name, type: type)
    }

    private static func example(_ name: String, _ position: YAMLPosition) -> Finding {
        Finding(
            severity: .warning, message: "the example of '\(name)' is left out; a row of a dataset would keep it",
            position: position)
    }

    private static func declared(_ name: String, _ node: YAMLNode, _ findings: inout [Finding]) -> PromptyProperty {
        let value = node.json
        let word = value["kind"]?.stringValue ?? value["type"]?.stringValue ?? "string"
        var property = PromptyProperty(name: name, type: "any")
        switch word {
        case "string", "number", "integer", "boolean": property.type = word
        case "float": property.type = "number"
        case "thread": property.kind = .conversation
        case "image": (property.type, property.kind) = ("string", .media)
        case "array", "object", "list", "dict", "any": break
        default:
            let message = "'\(name)' is of the kind '\(word)', which has no counterpart; it is declared as 'any'"
            findings.append(Finding(severity: .error, message: message, position: node.position))
        }
        property.description = value["description"]?.stringValue
        property.initial = value["default"].flatMap { $0 == .null ? nil : $0 }
        property.isOptional = value["required"] == .bool(false)
        property.choices = value["enumValues"]?.arrayValue ?? value["enum"]?.arrayValue ?? []
        if value["sample"] != nil || value["example"] != nil { findings.append(example(name, node.position)) }
        return property
    }

    /// `"name": "string, what it is"`
    var line: String {
        let words = description.map { ", \($0.split(whereSeparator: \.isNewline).joined(separator: " "))" } ?? ""
        let mark = isOptional ? "?" : ""
        guard !choices.isEmpty, choices.allSatisfy({ $0.stringValue != nil }) else {
            return "\(PromptyProperty.text(.string(name + mark))): \(PromptyProperty.text(.string(type + words)))"
        }
        return
            "\(PromptyProperty.text(.string("\(name)\(mark)(enum\(words))"))): \(PromptyProperty.text(.array(choices)))"
    }

    /// JSON, which is YAML too.
    static func text(_ value: JSONValue) -> String { String(decoding: value.serialized(), as: UTF8.self) }
}
