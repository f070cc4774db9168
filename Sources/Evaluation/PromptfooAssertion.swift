import JSON

/// Promptfoo's assertions in the words of a dataset.
enum PromptfooAssertion {
    private static let renamed = [
        "is-refusal": "refusal", "is-valid-openai-tools-call": "is-valid-tool-call",
        "is-valid-function-call": "is-valid-tool-call", "is-valid-openai-function-call": "is-valid-tool-call",
    ]

    /// Types that there are, or were, and that have no counterpart; in a CSV the rest is a text that an answer equals.
    private static let foreign: Set<String> = [
        "agent-rubric", "answer-relevance", "assert-set", "bleu", "classifier", "contains-html", "contains-sql",
        "contains-xml", "context-faithfulness", "context-recall", "context-relevance", "conversation-relevance", "eval",
        "f-score", "factuality", "fn", "g-eval", "gleu", "grade", "guardrails", "human", "is-html", "is-sql", "is-xml",
        "javascript", "llm-rubric", "max-score", "meteor", "model-graded-closedqa", "model-graded-factuality",
        "moderation", "perplexity", "perplexity-score", "pi", "python", "ruby", "search-rubric", "select-best",
        "tool-call-f1", "trace-error-spans", "trace-span-count", "trace-span-duration", "webhook",
    ]

    /// Types that promptfoo has not: alone, without a colon behind it, such a word is a text.
    private static let own: Set<String> = [
        "judge", "pairwise", "json-path", "render-contains", "render-roles", "render-tokens-below",
    ]

    /// Whether a word names an assertion, with or without `not-`.
    ///
    /// - Parameter isAlone: whether no colon stands behind it.
    static func isName(_ word: String, isAlone: Bool) -> Bool {
        guard !isAlone || !own.contains(plain(word)) else { return false }
        return foreign.contains(plain(word)) || AssertionReader.knows(plain(name(word)))
    }

    /// A set without a threshold is its assertions: all must pass.
    static func flat(_ value: JSONValue) -> [JSONValue] {
        guard value["type"] == .string("assert-set"), let list = value["assert"]?.arrayValue,
            value.objectValue?.allSatisfy({ ["type", "assert", "metric"].contains($0.name) }) == true
        else { return [value] }
        return list
    }

    /// The assertion as a dataset has it.
    ///
    /// - Parameter variables: of its row; promptfoo puts them into the places `{{name}}` of what an assertion asks.
    static func translated(_ value: JSONValue, _ variables: [JSONMember]) throws(Complaint) -> JSONValue {
        guard let type = value["type"]?.stringValue, let members = value.objectValue else {
            throw Complaint("an assertion needs a type, such as {type: icontains, value: refund}")
        }
        var result: [JSONMember] = []
        for member in members {
            if member.name == "type" {
                result.append(JSONMember("type", .string(name(type))))
            } else if member.name == "threshold", !AssertionReader.takes("threshold", type: plain(name(type))) {
                continue  // it means nothing there either
            } else {
                let filled = try filled(member.value, variables)
                result.append(
                    JSONMember(member.name, member.name == "value" ? try operand(filled, of: name(type)) : filled))
            }
        }
        _ = try AssertionReader.read(.object(result), path: "assert")
        return .object(result)
    }

    // MARK: Parts

    private static func name(_ word: String) -> String {
        let isNegated = word.hasPrefix("not-")
        let plain = plain(word)
        return (isNegated ? "not-" : "") + (renamed[plain] ?? plain)
    }

    private static func plain(_ word: String) -> String { word.hasPrefix("not-") ? String(word.dropFirst(4)) : word }

    /// Promptfoo takes lists as text with commas, numbers as text, and a schema as the text of one.
    private static func operand(_ value: JSONValue, of type: String) throws(Complaint) -> JSONValue {
        func text(_ value: JSONValue) -> JSONValue {
            if case .number(let digits) = value { .string(digits) } else { value }
        }
        switch plain(type) {
        case "contains-all", "contains-any", "icontains-all", "icontains-any":
            if let list = value.arrayValue { return .array(list.map(text)) }
            guard let text = value.stringValue else { return value }
            guard let parts = PromptfooList.parts(of: text) else {
                throw Complaint("the list '\(text)' has text beside a quoted element, or a quote that is never closed")
            }
            return .array(parts.map { .string($0) })
        case "contains", "icontains", "starts-with", "regex": return text(value)
        case "is-json", "contains-json":
            return value.stringValue.flatMap { try? JSONValue(parsing: Array($0.utf8)) } ?? value
        default: return value
        }
    }

    static func trimmed(_ text: Substring) -> String {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// The value with variables in the places of their names.
    private static func filled(_ value: JSONValue, _ variables: [JSONMember]) throws(Complaint) -> JSONValue {
        switch value {
        case .string(let text): return .string(try filled(text, variables))
        case .array(let list):
            var elements: [JSONValue] = []
            for element in list { elements.append(try filled(element, variables)) }
            return .array(elements)
        case .object(let members):
            var others: [JSONMember] = []
            for member in members { others.append(JSONMember(member.name, try filled(member.value, variables))) }
            return .object(others)
        default: return value
        }
    }

    private static func filled(_ text: String, _ variables: [JSONMember]) throws(Complaint) -> String {
        guard !text.hasPrefix("file://") else { throw Complaint("what it asks is in another file, '\(text)'") }
        guard !text.contains("{%") else { throw Complaint("'\(text)' is a template with statements") }
        var result = ""
        var rest = Substring(text)
        while let open = rest.firstRange(of: "{{") {
            guard let end = rest[open.upperBound...].firstRange(of: "}}") else { break }
            let name = trimmed(rest[open.upperBound..<end.lowerBound])
            let known = variables.first { $0.name == name }?.value
            switch known {
            case .string(let value)?: result += rest[..<open.lowerBound] + value
            case .number(let digits)?: result += rest[..<open.lowerBound] + digits
            default: throw Complaint("'{{\(name)}}' in what it asks is no text or number among the variables")
            }
            rest = rest[end.upperBound...]
        }
        return result + rest
    }
}
