import JSON

/// A whole chat completion, or completion, from the chunks of a stream.
struct StreamAssembly {
    private let isChat: Bool
    /// Members of the first chunk, and what later ones add.
    private var members: [JSONMember] = []
    private var usage: JSONValue?
    /// In the order in which they came.
    private var choices: [(index: Int64, members: [JSONMember])] = []

    init(isChat: Bool) {
        self.isChat = isChat
    }

    mutating func take(_ chunk: JSONValue) {
        for member in chunk.objectValue ?? [] {
            switch member.name {
            case "choices": (member.value.arrayValue ?? []).forEach { take(choice: $0) }
            case "usage": if member.value.objectValue != nil { usage = member.value }
            case "object", "obfuscation": break
            default: if !members.contains(where: { $0.name == member.name }) { members.append(member) }
            }
        }
    }

    private mutating func take(choice: JSONValue) {
        let index = choice["index"]?.integerValue ?? 0
        var new = (choice.objectValue ?? []).filter { $0.name != "index" }
        for place in new.indices where new[place].name == "delta" { new[place].name = "message" }
        if let place = choices.firstIndex(where: { $0.index == index }) {
            choices[place].members = StreamAssembly.merged(choices[place].members, new)
        } else {
            choices.append((index, StreamAssembly.merged([], new)))
        }
    }

    /// The answer as it would have come in one piece.
    var whole: JSONValue {
        let parts = choices.sorted { $0.index < $1.index }.map { choice in
            JSONValue.object([JSONMember("index", .integer(choice.index))] + choice.members.map(StreamAssembly.plain))
        }
        var all = members
        all.insert(JSONMember("object", .string(isChat ? "chat.completion" : "text_completion")), at: min(1, all.count))
        all.append(JSONMember("choices", .array(parts)))
        if let usage { all.append(JSONMember("usage", usage)) }
        return .object(all)
    }

    /// A message whose calls have no index any more.
    private static func plain(_ member: JSONMember) -> JSONMember {
        guard member.name == "message", var message = member.value.objectValue else { return member }
        for place in message.indices where message[place].name == "tool_calls" {
            let calls = (message[place].value.arrayValue ?? []).map { call in
                JSONValue.object((call.objectValue ?? []).filter { $0.name != "index" })
            }
            message[place].value = .array(calls)
        }
        return JSONMember(member.name, .object(message))
    }
}

// MARK: Merging

extension StreamAssembly {
    /// Members that say what something is: a later one does not lengthen them.
    private static let labels: Set = ["id", "type", "role", "format", "object", "signature"]
    /// Members of which the last one with something to say counts.
    private static let ends: Set = ["finish_reason", "stop_reason", "native_finish_reason"]

    private static func merged(_ old: [JSONMember], _ new: [JSONMember]) -> [JSONMember] {
        var merged = old
        for member in new {
            if let place = merged.firstIndex(where: { $0.name == member.name }) {
                merged[place].value = self.merged(merged[place].value, member.value, member.name)
            } else {
                merged.append(member)
            }
        }
        return merged
    }

    private static func merged(_ old: JSONValue, _ new: JSONValue, _ name: String) -> JSONValue {
        switch (old, new) {
        case (_, .null): old
        case (.null, _): new
        case (.string(let text), .string(let more)):
            if ends.contains(name) {
                .string(more.isEmpty ? text : more)
            } else if labels.contains(name) || name == "name" && text == more {
                .string(text.isEmpty ? more : text)
            } else {
                .string(text + more)
            }
        case (.object(let members), .object(let more)): .object(merged(members, more))
        case (.array(let elements), .array(let more)): .array(merged(elements, more))
        default: new
        }
    }

    /// Elements with an index are pieces of one another; others follow each other.
    private static func merged(_ old: [JSONValue], _ new: [JSONValue]) -> [JSONValue] {
        var merged = old
        for element in new {
            let index = element["index"]?.integerValue
            if let index, let place = merged.firstIndex(where: { $0["index"]?.integerValue == index }) {
                merged[place] = self.merged(merged[place], element, "")
            } else {
                merged.append(element)
            }
        }
        return merged
    }
}
