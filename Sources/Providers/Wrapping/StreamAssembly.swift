import JSON

/// A whole chat completion, or completion, from the chunks of a stream.
struct StreamAssembly {
    private let isChat: Bool
    /// Members of the first chunk, and what later ones add.
    private var members: [JSONMember] = []
    private var usage: JSONValue?
    /// In the order in which they came.
    private var choices: [(index: Int64, members: [JSONMember])] = []
    /// Whether something had more parts than any answer has; then it is none.
    private(set) var isTooWide = false
    private static let mostParts = 1024

    init(isChat: Bool) {
        self.isChat = isChat
    }

    mutating func take(_ chunk: JSONValue) {
        for member in chunk.objectValue ?? [] {
            switch member.name {
            case "choices": (member.value.arrayValue ?? []).forEach { take(choice: $0) }
            case "usage": if member.value.objectValue != nil { usage = member.value }
            case "object", "obfuscation": break
            default: add(member)
            }
        }
    }

    /// Of what every chunk repeats the first counts.
    private mutating func add(_ member: JSONMember) {
        guard !members.contains(where: { $0.name == member.name }) else { return }
        if members.count < StreamAssembly.mostParts { members.append(member) } else { isTooWide = true }
    }

    private mutating func take(choice: JSONValue) {
        let index = choice["index"]?.integerValue ?? 0
        var new = (choice.objectValue ?? []).filter { $0.name != "index" }
        for place in new.indices where new[place].name == "delta" { new[place].name = "message" }
        guard let place = choices.firstIndex(where: { $0.index == index }) else {
            if choices.count < StreamAssembly.mostParts { choices.append((index, new)) } else { isTooWide = true }
            return
        }
        var members = choices[place].members
        choices[place].members = []
        merge(new, into: &members)
        choices[place].members = members
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

    private mutating func merge(_ new: [JSONMember], into old: inout [JSONMember]) {
        for member in new {
            if let place = old.firstIndex(where: { $0.name == member.name }) {
                merge(member.value, into: &old[place].value, member.name)
            } else if old.count < StreamAssembly.mostParts {
                old.append(member)
            } else {
                isTooWide = true
            }
        }
    }

    /// What was there is taken out before it grows, so that it grows in place: a text may come in very many pieces.
    private mutating func merge(_ new: JSONValue, into old: inout JSONValue, _ name: String) {
        switch (old, new) {
        case (_, .null):
            break
        case (.string(var text), .string(let more)):
            old = .null
            if StreamAssembly.ends.contains(name) {
                if !more.isEmpty { text = more }
            } else if StreamAssembly.labels.contains(name) || name == "name" && text == more {
                if text.isEmpty { text = more }
            } else {
                text += more
            }
            old = .string(text)
        case (.object(var members), .object(let more)):
            old = .null
            merge(more, into: &members)
            old = .object(members)
        case (.array(var elements), .array(let more)):
            old = .null
            merge(more, into: &elements)
            old = .array(elements)
        default:
            old = new
        }
    }

    /// Elements with an index are pieces of one another; others follow each other.
    private mutating func merge(_ new: [JSONValue], into old: inout [JSONValue]) {
        for element in new {
            guard let index = element["index"]?.integerValue else {
                old.append(element)
                continue
            }
            if let place = old.firstIndex(where: { $0["index"]?.integerValue == index }) {
                merge(element, into: &old[place], "")
            } else if old.count < StreamAssembly.mostParts {
                old.append(element)
            } else {
                isTooWide = true
            }
        }
    }
}
