import Inference
import JSON
import Prompts

/// Reads `{type: …, value: …}`; what does not fit is refused, and so are unknown types and keys.
struct AssertionReader {
    private let object: ObjectReader
    private let type: String

    /// Every type, and what may stand beside `type`, `weight` and `metric`.
    private static let types: [(name: String, keys: [String])] = [
        ("equals", ["value"]), ("contains", ["value"]), ("icontains", ["value"]), ("contains-all", ["value"]),
        ("contains-any", ["value"]), ("icontains-all", ["value"]), ("icontains-any", ["value"]),
        ("starts-with", ["value"]), ("regex", ["value"]), ("is-json", ["value"]), ("contains-json", ["value"]),
        ("json-path", ["path", "equals", "contains", "matches"]), ("word-count", ["value"]),
        ("levenshtein", ["value", "threshold"]), ("rouge-n", ["value", "threshold", "n"]),
        ("finish-reason", ["value"]), ("is-valid-tool-call", ["name", "value"]), ("refusal", []),
        ("cost", ["threshold"]), ("latency", ["threshold"]), ("judge", ["value", "rubric", "threshold"]),
        ("pairwise", ["value", "rubric", "reference", "threshold"]), ("similar", ["value", "model", "threshold"]),
        ("render-contains", ["value"]), ("render-roles", ["value"]), ("render-tokens-below", ["value"]),
    ]

    /// Whether there is a type of this name, without `not-`.
    static func knows(_ name: String) -> Bool { types.contains { $0.name == name } }

    /// Whether a type, without `not-`, has a key of its own.
    static func takes(_ key: String, type: String) -> Bool {
        types.first { $0.name == type }.map { $0.keys.contains(key) } ?? true
    }

    static func read(_ value: JSONValue, path: String) throws(Complaint) -> Assertion {
        guard let label = value["type"]?.stringValue else {
            throw Complaint("\(path) needs a type, such as {type: icontains, value: refund}")
        }
        let isNegated = label.hasPrefix("not-")
        let name = isNegated ? String(label.dropFirst(4)) : label
        guard let type = types.first(where: { $0.name == name }) else {
            let guess = ObjectReader.guess(name, among: types.map(\.name))
            let remedy = guess.isEmpty ? "; known are \(types.map(\.name).joined(separator: ", "))" : guess
            throw Complaint("\(path): there is no assertion '\(label)'\(remedy)")
        }
        let object = try ObjectReader(value, path: path, known: ["type", "weight", "metric"] + type.keys)
        let reader = AssertionReader(object: object, type: name)
        return Assertion(
            test: try reader.test(), isNegated: isNegated,
            weight: try object.number("weight", in: 0.001...1_000_000) ?? 1, label: label,
            metric: try object.text("metric"))
    }

    static func readList(_ value: JSONValue, path: String) throws(Complaint) -> [Assertion] {
        guard let list = value.arrayValue else { throw Complaint("\(path) must be a list of assertions") }
        var assertions: [Assertion] = []
        for (index, entry) in list.enumerated() { assertions.append(try read(entry, path: "\(path)[\(index)]")) }
        return assertions
    }

    private func test() throws(Complaint) -> Assertion.Test {
        switch type {
        case "equals":
            guard let value = object["value"] else { throw object.complaint("value", "is missing: what it equals") }
            return .equals(value)
        case "contains", "icontains":
            return .contains([try object.requiredText("value")], all: true, ignoringCase: type == "icontains")
        case "contains-all", "contains-any", "icontains-all", "icontains-any":
            return .contains(
                try object.requiredTexts("value"), all: type.hasSuffix("all"), ignoringCase: type.hasPrefix("i"))
        case "starts-with": return .startsWith(try object.requiredText("value"))
        case "regex": return .regex(try pattern("value"))
        case "is-json": return .isJSON(try shape())
        case "contains-json": return .containsJSON(try shape())
        case "json-path": return try jsonPath()
        case "word-count": return .wordCount(try wordCount())
        case "levenshtein":
            return .levenshtein(
                try object.requiredText("value"), atMost: try object.count("threshold", in: 0...1_000_000) ?? 5)
        case "rouge-n":
            return .rouge(
                try object.requiredText("value"), size: try object.count("n", in: 1...10) ?? 1,
                atLeast: try object.number("threshold", in: 0...1) ?? 0.75)
        case "finish-reason": return .finishReason(try object.requiredText("value"))
        case "is-valid-tool-call": return .toolCall(name: try object.text("name"), arguments: try shape())
        case "refusal": return .refusal
        case "cost": return .cost(atMost: try money())
        case "latency":
            guard let limit = try object.count("threshold", in: 1...86_400_000) else {
                throw object.complaint("threshold", "is missing: milliseconds")
            }
            return .latency(atMost: limit)
        default: return try ofModelOrRendering()
        }
    }

    private func ofModelOrRendering() throws(Complaint) -> Assertion.Test {
        switch type {
        case "judge": return .judge(try judge())
        case "pairwise": return .pairwise(try judge(), reference: try object.requiredText("reference"))
        case "similar":
            return .similar(
                try object.requiredText("value"), model: try object.requiredText("model"),
                atLeast: try object.number("threshold", in: -1...1) ?? 0.75)
        case "render-contains": return .render(.contains(try object.requiredText("value")))
        case "render-roles": return .render(.roles(try object.requiredTexts("value")))
        default:
            guard let limit = try object.count("value", in: 1...100_000_000) else {
                throw object.complaint("value", "is missing: a number of tokens")
            }
            return .render(.tokensBelow(limit))
        }
    }

    // MARK: Parts

    private func judge() throws(Complaint) -> Assertion.JudgeCall {
        Assertion.JudgeCall(
            prompt: try object.requiredText("value"), rubric: try object.text("rubric"),
            threshold: try object.number("threshold", in: 0...1))
    }

    private func pattern(_ name: String) throws(Complaint) -> TextPattern {
        let text = try object.requiredText(name)
        do throws(TextPatternError) {
            return try TextPattern(text)
        } catch {
            throw object.complaint(name, "'\(text)' \(error.message)")
        }
    }

    private func shape() throws(Complaint) -> JSONShape? {
        guard let schema = object["value"] else { return nil }
        do throws(JSONShape.Fault) {
            return try JSONShape(schema)
        } catch {
            throw object.complaint("value", "is no schema that answers are checked against: \(error.message)")
        }
    }

    private func jsonPath() throws(Complaint) -> Assertion.Test {
        let text = try object.requiredText("path")
        guard let path = JSONPath(text) else {
            throw object.complaint("path", "'\(text)' is no place such as /orders/0/id or $.orders[0].id")
        }
        let tests = ["equals", "contains", "matches"].filter { object[$0] != nil }
        guard tests.count < 2 else { throw object.complaint(tests[1], "stands beside \(tests[0]); leave one out") }
        switch tests.first {
        case "equals": return .jsonPath(path, .equals(object["equals"] ?? .null))
        case "contains": return .jsonPath(path, .contains(try object.requiredText("contains")))
        case "matches": return .jsonPath(path, .matches(try pattern("matches")))
        default: return .jsonPath(path, .exists)
        }
    }

    private func wordCount() throws(Complaint) -> ClosedRange<Int> {
        let limit = 0...1_000_000
        if object["value"]?.objectValue == nil {
            guard let count = try object.count("value", in: limit) else {
                throw object.complaint("value", "is missing: a number, or {min: 10, max: 80}")
            }
            return count...count
        }
        let bounds = try ObjectReader(object["value"] ?? .null, path: object.path + ".value", known: ["min", "max"])
        let least = try bounds.count("min", in: limit) ?? 0
        let most = try bounds.count("max", in: limit) ?? limit.upperBound
        guard least <= most else { throw bounds.complaint("max", "is below min") }
        return least...most
    }

    /// Nano-units of the threshold, which is written in US dollars.
    private func money() throws(Complaint) -> Int64 {
        guard case .number(let text)? = object["threshold"], let nano = Money.nano(decimal: text) else {
            throw object.complaint("threshold", "must be an amount in USD such as 0.002, with at most nine places")
        }
        return nano
    }
}
