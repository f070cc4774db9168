/// A body of roles and Jinja2 tags, rewritten with the tags of prompt files.
struct JinjaBody {
    private(set) var text = ""
    /// What was not translated.
    private(set) var notes: [(line: Int, message: String)] = []
    /// The variables that are read, in the order of their first tag.
    private(set) var reads: [String] = []
    /// Those of them that a loop goes over.
    private(set) var lists: Set<String> = []
    /// Those that were the conversation so far: `{{history}}` stands for them now.
    private(set) var histories: Set<String> = []

    private enum Block {
        case condition(closing: String)
        case loop(item: String)
    }

    private let source: [Character]
    private var position = 0
    private var line: Int
    private var blocks: [Block] = []

    private static let roles = ["system", "user", "assistant", "developer"]

    init(_ body: String, firstLine: Int) {
        source = Array(body)
        line = firstLine
    }

    /// - Parameter tags: whether Jinja2's tags are translated, or only the lines that name roles.
    mutating func translate(tags: Bool) {
        var isLineStart = true
        while position < source.count {
            if isLineStart, let role = takeRole() {
                text += "{{role \"\(role == "assistant" ? "model" : role)\"}}\n"
                continue
            }
            isLineStart = source[position].isNewline
            if tags, takes("{%") {
                statement(until("%}"))
            } else if tags, takes("{#") {
                text += "{{!-- \(until("#}").replacing("--", with: "- -")) --}}"
            } else if takes("{{") {
                if tags { value(until("}}")) } else { mustache(until("}}")) }
            } else {
                if source[position].isNewline { line += 1 }
                text.append(source[position])
                position += 1
            }
        }
        for _ in blocks { notes.append((line, "a block is not closed")) }
    }

    // MARK: Reading

    private mutating func takes(_ mark: String) -> Bool {
        guard source[position...].starts(with: mark) else { return false }
        position += mark.count
        return true
    }

    /// The words up to a mark, without the signs that remove white space.
    private mutating func until(_ mark: String) -> String {
        var words = ""
        while position < source.count, !source[position...].starts(with: mark) {
            if source[position].isNewline { line += 1 }
            words.append(source[position])
            position += 1
        }
        position = min(source.count, position + mark.count)
        return Self.trimmed(words.first == "-" ? String(words.dropFirst()) : words)
    }

    private static func trimmed(_ text: String) -> String {
        let rest = text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace || $0 == "-" }
        return String(rest.reversed())
    }

    /// A line that is a role and a colon, with or without `#`.
    private mutating func takeRole() -> String? {
        let end = source[position...].firstIndex { $0.isNewline } ?? source.count
        let words = Self.trimmed(String(source[position..<end])).drop { $0 == "#" || $0 == " " }
        guard words.hasSuffix(":"), let role = Self.roles.first(where: { $0 == words.dropLast().lowercased() }) else {
            return nil
        }
        position = min(end + 1, source.count)
        line += 1
        return role
    }

    // MARK: Tags

    private mutating func value(_ words: String) {
        guard let path = path(words) else { return keep("{{\(words)}}") }
        text += "{{\(path)}}"
    }

    private mutating func mustache(_ words: String) {
        text += "{{\(words)}}"
        let name = words.drop { "#^/&>{! ".contains($0) }.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        guard blocks.isEmpty, !name.isEmpty, !words.hasPrefix("/"), !words.hasPrefix("!") else { return }
        read(String(name), isList: words.hasPrefix("#"))
    }

    private mutating func statement(_ words: String) {
        let parts = words.split(whereSeparator: \.isWhitespace).map(String.init)
        switch parts.first {
        case "if": condition(Array(parts.dropFirst()), words)
        case "elif" where parts.count == 2:
            guard case .condition(closing: "if")? = blocks.last, let path = path(parts[1]) else {
                return keep("{% \(words) %}")
            }
            text += "{{else if \(path)}}"
        case "else" where parts.count == 1 && !blocks.isEmpty: text += "{{else}}"
        case "endif":
            guard case .condition(let closing)? = blocks.popLast() else { return keep("{% \(words) %}") }
            text += "{{/\(closing)}}"
        case "for" where parts.count == 4 && parts[2] == "in": loop(parts[1], over: parts[3], words)
        case "endfor":
            guard case .loop? = blocks.popLast() else { return keep("{% \(words) %}") }
            text += "{{/each}}"
        default: keep("{% \(words) %}")
        }
    }

    private mutating func condition(_ parts: [String], _ words: String) {
        if parts.count == 1, let path = path(parts[0]) {
            text += "{{#if \(path)}}"
            blocks.append(.condition(closing: "if"))
        } else if parts.count == 2, parts[0] == "not", let path = path(parts[1]) {
            text += "{{#unless \(path)}}"
            blocks.append(.condition(closing: "unless"))
        } else if parts.count == 3, ["==", "!="].contains(parts[1]), let path = path(parts[0]),
            let value = literal(parts[2])
        {
            let kind = parts[1] == "==" ? "ifEquals" : "unlessEquals"
            text += "{{#\(kind) \(path) \(value)}}"
            blocks.append(.condition(closing: kind))
        } else {
            keep("{% \(words) %}")
            // Its end must find something to close.
            text += "{{#if true}}"
            blocks.append(.condition(closing: "if"))
        }
    }

    private mutating func loop(_ item: String, over list: String, _ words: String) {
        let rest = String(source[position...].prefix(400))
        if let end = rest.firstRange(of: "endfor"), Self.isConversation(rest[..<end.lowerBound], item) {
            let skipped = rest[..<end.upperBound]
            line += skipped.count { $0.isNewline }
            position += skipped.count
            _ = until("%}")
            histories.insert(list)
            text += "{{history}}"
            return
        }
        guard let path = path(list, isList: true) else { return keep("{% \(words) %}") }
        text += "{{#each \(path)}}"
        blocks.append(.loop(item: item))
    }

    /// A role and a content for each message: the conversation so far.
    private static func isConversation(_ body: Substring, _ item: String) -> Bool {
        let words = body.filter { !$0.isWhitespace && $0 != "#" && $0 != "-" }
        return words == "{{\(item).role}}:{{\(item).content}}{%"
    }

    /// The path as it is written here: a loop's item is `this`, and what is outside of the loops is `@root`.
    private mutating func path(_ words: String, isList: Bool = false) -> String? {
        let names = words.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard names.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } }) else {
            return nil
        }
        let items = blocks.compactMap { if case .loop(let item) = $0 { item } else { nil } }
        if let depth = items.reversed().firstIndex(of: names[0]) {
            let out = String(
                repeating: "../", count: items.reversed().distance(from: items.reversed().startIndex, to: depth))
            return names.count == 1
                ? (out.isEmpty ? "this" : String(out.dropLast())) : out + names.dropFirst().joined(separator: ".")
        }
        if names[0] == "loop" {
            let known = ["index0": "@index", "first": "@first", "last": "@last"]
            return names.count == 2 ? known[names[1]] : nil
        }
        read(names[0], isList: isList)
        return (items.isEmpty ? "" : "@root.") + names.joined(separator: ".")
    }

    private func literal(_ words: String) -> String? {
        guard let quote = words.first, quote == "\"" || quote == "'" else { return Int(words).map(String.init) }
        return words.count > 1 && words.last == quote ? words : nil
    }

    private mutating func read(_ name: String, isList: Bool) {
        if !reads.contains(name) { reads.append(name) }
        if isList { lists.insert(name) }
    }

    private mutating func keep(_ tag: String) {
        notes.append((line, "'\(tag)' is not translated; it stands in the text as a comment"))
        text += "{{!-- \(tag.replacing("--", with: "- -").replacing("}}", with: "} }")) --}}"
    }
}
