/// A body of roles and Jinja2 tags, rewritten with the tags of prompt files.
struct JinjaBody {
    private(set) var text = ""
    /// What was not translated.
    private(set) var notes: [(severity: PromptDiagnostic.Severity, line: Int, message: String)] = []
    /// The variables that are read, in the order of their first tag.
    private(set) var reads: [String] = []
    /// Those of them that are no text: a loop goes over them, or a member of theirs is read.
    private(set) var structures: Set<String> = []
    /// Those that were the conversation so far: `{{history}}` stands for them now.
    private(set) var histories: Set<String> = []

    private enum Block {
        case condition(closing: String)
        case loop(item: String)
        /// Its beginning was not translated.
        case unknown(closing: String)
    }

    private let source: [Character]
    private var position = 0
    private var line: Int
    private var blocks: [Block] = []
    private let conversations: Set<String>
    private let media: Set<String>
    /// Whether the tag in hand removes the white space before it, and behind it.
    private var trims = (before: false, behind: false)

    private static let roles = ["system", "user", "assistant", "developer"]
    /// Words that mean something in a tag here: a variable of that name is written with its root.
    private static let reserved: Set<String> = ["role", "history", "media", "json", "section", "else", "this"]

    /// - Parameters:
    ///   - conversations: variables that are the conversation so far.
    ///   - media: variables that are addresses of pictures.
    init(_ body: String, firstLine: Int, conversations: Set<String> = [], media: Set<String> = []) {
        source = Array(body)
        line = firstLine
        self.conversations = conversations
        self.media = media
    }

    /// - Parameter tags: whether Jinja2's tags are translated, or only the lines that name roles.
    mutating func translate(tags: Bool) {
        var isLineStart = true
        var hasRole = false
        while position < source.count {
            if isLineStart, let role = takeRole() {
                text += "{{role \"\(role == "assistant" ? "model" : role)\"}}\n"
                hasRole = true
                continue
            }
            if !hasRole, !source[position].isWhitespace {
                // What stands before the first role is the system's there, and would be the user's here.
                text += "{{role \"system\"}}\n"
                hasRole = true
            }
            if source[position...].starts(with: "![") {
                notes.append((.warning, line, "'![' may have been a picture; here it is text"))
            }
            isLineStart = source[position].isNewline
            if tags, takes("{%") {
                statement(until("%}"))
            } else if tags, takes("{#") {
                comment(until("#}"))
            } else if !tags, takes("{{{") {
                mustache(until("}}}"))
            } else if takes("{{") {
                if tags { value(until("}}")) } else { mustache(until("}}")) }
            } else {
                if source[position].isNewline { line += 1 }
                text.append(source[position])
                position += 1
            }
        }
        for _ in blocks { notes.append((.error, line, "a block is not closed")) }
    }

    // MARK: Reading

    private mutating func takes(_ mark: String) -> Bool {
        guard source[position...].starts(with: mark) else { return false }
        position += mark.count
        return true
    }

    /// The words up to a mark, without the signs that remove white space; those are in `trims`.
    private mutating func until(_ mark: String) -> String {
        var words = ""
        while position < source.count, !source[position...].starts(with: mark) {
            if source[position].isNewline { line += 1 }
            words.append(source[position])
            position += 1
        }
        position = min(source.count, position + mark.count)
        trims = (words.first == "-", words.last == "-" && words.count > 1)
        if trims.before { words.removeFirst() }
        if trims.behind { words.removeLast() }
        return Self.trimmed(words)
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }

    private mutating func put(_ tag: String) {
        append("{{\(trims.before ? "~" : "")\(tag)\(trims.behind ? "~" : "")}}")
    }

    /// A backslash alone before a tag would make text of it; of two, one is text.
    private mutating func append(_ tag: String) {
        if text.last == "\\" { text.append("\\") }
        text += tag
    }

    /// What ends a comment here cannot stand in one: its signs are set apart.
    private mutating func comment(_ words: String) {
        var apart = ""
        for sign in words {
            if sign == "-" || sign == "}", sign == apart.last { apart.append(" ") }
            apart.append(sign)
        }
        append("{{!-- \(apart) --}}")
    }

    /// A line that is a role and a colon, with or without one `#`; a role may have attributes in brackets.
    private mutating func takeRole() -> String? {
        let end = source[position...].firstIndex { $0.isNewline } ?? source.count
        var words = Self.trimmed(String(source[position..<end]))
        if words.first == "#" { words = Self.trimmed(String(words.dropFirst())) }
        guard words.hasSuffix(":") else { return nil }
        words = Self.trimmed(String(words.dropLast()))
        let name = words.prefix { $0 != "[" }
        let rest = words[name.endIndex...]
        guard rest.isEmpty || (rest.last == "]" && rest.contains("=")),
            let role = Self.roles.first(where: { $0 == Self.trimmed(String(name)).lowercased() })
        else { return nil }
        if !rest.isEmpty { notes.append((.error, line, "the role's attributes \(rest) are left out")) }
        position = min(end + 1, source.count)
        line += 1
        return role
    }

    // MARK: Tags

    private mutating func value(_ words: String) {
        if conversations.contains(words) {
            histories.insert(words)
            return put("history")
        }
        guard let path = path(words) else { return keep("{{\(words)}}") }
        put(media.contains(words) ? "media url=\(words)" : path)
    }

    /// A tag of Mustache, which is one here; those that are not are kept as comments.
    private mutating func mustache(_ words: String) {
        let sign = words.first.flatMap { "#^/&>!=".contains($0) ? $0 : nil }
        let name = Self.trimmed(String(words.dropFirst(sign == nil ? 0 : 1)))
        trims = (false, false)
        if sign == "=" || sign == ">" { return keep("{{\(words)}}") }
        if sign == nil || sign == "&", conversations.contains(name) {
            histories.insert(name)
            return put("history")
        }
        if sign == "!" { return comment(name) }
        append(media.contains(name) && sign == nil ? "{{media url=\(name)}}" : "{{\(words)}}")
        if sign == "/" { _ = blocks.popLast() }
        let root = name.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        // Inside of a section a name is one of its item.
        if blocks.isEmpty, !root.isEmpty, sign != "/" {
            read(String(root), isStructure: sign == "#" || name.dropFirst(root.count).first == ".")
        }
        if sign == "#" || sign == "^" { blocks.append(.loop(item: "")) }
    }

    private mutating func statement(_ words: String) {
        let parts = words.split(whereSeparator: \.isWhitespace).map(String.init)
        switch parts.first {
        case "if": condition(Array(parts.dropFirst()), words)
        case "elif" where parts.count == 2:
            guard case .condition(closing: "if")? = blocks.last, let path = path(parts[1]) else {
                return keep("{% \(words) %}")
            }
            put("else if \(path)")
        case "else" where parts.count == 1 && !blocks.isEmpty: put("else")
        case "endif": close(words)
        case "for" where parts.count == 4 && parts[2] == "in": loop(parts[1], over: parts[3], words)
        case "for": unknown(words, closing: "endfor")
        case "endfor": close(words)
        default: keep("{% \(words) %}")
        }
    }

    /// The end of the innermost block; of one whose beginning is a comment, a comment.
    private mutating func close(_ words: String) {
        switch blocks.last {
        case .condition(let closing)? where words == "endif":
            blocks.removeLast()
            put("/\(closing)")
        case .loop? where words == "endfor":
            blocks.removeLast()
            put("/each")
        case .unknown(closing: words)?:
            blocks.removeLast()
            put("/if")
        default: keep("{% \(words) %}")
        }
    }

    /// A block whose beginning has no counterpart: what is in it stays, and its end finds something to close.
    private mutating func unknown(_ words: String, closing: String) {
        keep("{% \(words) %}")
        append("{{#if true}}")
        blocks.append(.unknown(closing: closing))
    }

    private mutating func condition(_ parts: [String], _ words: String) {
        if parts.count == 1, let path = path(parts[0]) {
            put("#if \(path)")
            blocks.append(.condition(closing: "if"))
        } else if parts.count == 2, parts[0] == "not", let path = path(parts[1]) {
            put("#unless \(path)")
            blocks.append(.condition(closing: "unless"))
        } else if parts.count == 3, ["==", "!="].contains(parts[1]), let path = path(parts[0]),
            let value = literal(parts[2])
        {
            let kind = parts[1] == "==" ? "ifEquals" : "unlessEquals"
            put("#\(kind) \(path) \(value)")
            blocks.append(.condition(closing: kind))
        } else {
            unknown(words, closing: "endif")
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
            append("{{history}}")
            return
        }
        guard let path = path(list, isList: true) else { return unknown(words, closing: "endfor") }
        put("#each \(path)")
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
        read(names[0], isStructure: isList || names.count > 1)
        let isPlain = items.isEmpty && !Self.reserved.contains(names[0])
        return (isPlain ? "" : "@root.") + names.joined(separator: ".")
    }

    private func literal(_ words: String) -> String? {
        guard let quote = words.first, quote == "\"" || quote == "'" else { return Int(words).map(String.init) }
        return words.count > 1 && words.last == quote ? words : nil
    }

    private mutating func read(_ name: String, isStructure: Bool) {
        if !reads.contains(name) { reads.append(name) }
        if isStructure { structures.insert(name) }
    }

    private mutating func keep(_ tag: String) {
        notes.append((.error, line, "'\(tag)' is not translated; it stands in the text as a comment"))
        comment(tag)
    }
}
