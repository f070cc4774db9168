import Analysis
import Inference
import JSON
import Prompts

extension Assertion {
    /// What an assertion came to.
    package struct Finding: Sendable, Equatable {
        package var passes: Bool
        /// 0 to 1; of most kinds only these two.
        package var score: Double
        /// What is wrong; empty when it passes.
        package var reason: String
        /// False when it could not be checked: then it passes neither plain nor negated.
        package var isDecided = true

        package init(passes: Bool, score: Double? = nil, reason: String) {
            self.passes = passes
            self.score = score ?? (passes ? 1 : 0)
            self.reason = passes ? "" : reason
        }

        /// What could not be checked, and why.
        static func undecided(_ reason: String) -> Finding {
            var finding = Finding(passes: false, reason: reason)
            finding.isDecided = false
            return finding
        }
    }

    /// Checks what needs no further model; nil for those that do, and for those of the rendering.
    package func check(_ answer: Answer) -> Finding? {
        guard let plain = plainCheck(answer) else { return nil }
        return isNegated ? negated(plain) : plain
    }

    /// The finding of the assertion with `not-` before it; what could not be checked stays as it is.
    package func negated(_ finding: Finding) -> Finding {
        guard finding.isDecided else { return finding }
        return Finding(passes: !finding.passes, score: 1 - finding.score, reason: unwanted)
    }

    /// What a negated assertion has found.
    private var unwanted: String {
        func list(_ texts: [String]) -> String { texts.map { "'\($0)'" }.joined(separator: ", ") }
        return switch test {
        case .contains(let texts, let all, _) where all || texts.count == 1: "the answer contains \(list(texts))"
        case .contains(let texts, _, _): "the answer contains one of \(list(texts))"
        case .startsWith(let text): "the answer starts with '\(text)'"
        case .regex(let pattern): "the answer has what matches \(pattern.text)"
        case .jsonPath(let path, _): "the answer has it at \(path.text)"
        case .refusal: "the model refused"
        default: "the answer does what it must not"
        }
    }

    private func plainCheck(_ answer: Answer) -> Finding? {
        switch test {
        case .equals(let value): Finding(passes: Assertion.equals(answer.text, value), reason: "the answer is another")
        case .contains(let texts, let all, let ignoringCase): contains(answer.text, texts, all, ignoringCase)
        case .startsWith(let text):
            Finding(
                passes: answer.text.hasPrefix(text) || answer.text.utf8.starts(with: text.utf8),
                reason: "the answer does not start with '\(text)'")
        case .regex(let pattern): regex(answer.text, pattern)
        case .isJSON(let shape): isJSON(answer.text, shape)
        case .containsJSON(let shape):
            Finding(
                passes: JSONText.inside(answer.text) { shape?.mismatch($0) == nil } != nil,
                reason: shape == nil
                    ? "the answer contains no JSON" : "the answer contains no JSON that fits the schema")
        case .jsonPath(let path, let test): jsonPath(answer.text, path, test)
        case .wordCount(let range): wordCount(answer.text, range)
        case .levenshtein(let text, let limit): levenshtein(answer.text, text, limit)
        case .rouge(let text, let size, let least): rouge(answer.text, text, size, least)
        case .finishReason(let wanted):
            Finding(
                passes: answer.finishReason == wanted,
                reason: "the answer ended with '\(answer.finishReason ?? "")', not '\(wanted)'")
        case .toolCall(let name, let shape): toolCall(answer, name, shape)
        case .refusal: Finding(passes: answer.isRefusal, reason: "the model did not refuse")
        case .cost(let limit): cost(answer.cost, limit)
        case .latency(let limit):
            Finding(passes: answer.milliseconds <= limit, reason: "\(answer.milliseconds) ms, above \(limit) ms")
        case .render, .judge, .pairwise, .similar: nil
        }
    }

    // MARK: Kinds

    private static func equals(_ text: String, _ value: JSONValue) -> Bool {
        if let wanted = value.stringValue { return text.utf8.elementsEqual(wanted.utf8) }
        return JSONText.whole(text).map { JSONText.areEqual($0, value) } ?? false
    }

    private func contains(_ text: String, _ wanted: [String], _ all: Bool, _ ignoringCase: Bool) -> Finding {
        let text = ignoringCase ? text.lowercased() : text
        let missing = wanted.filter { !TextSearch.finds(ignoringCase ? $0.lowercased() : $0, in: text) }
        return Finding(
            passes: all ? missing.isEmpty : missing.count < wanted.count,
            score: all ? Double(wanted.count - missing.count) / Double(max(1, wanted.count)) : nil,
            reason: "the answer does not contain \(missing.map { "'\($0)'" }.joined(separator: ", "))")
    }

    /// A match may begin or end in what is not searched.
    private static let tooLong = Finding.undecided(
        "the text is longer than the \(TextPattern.maxText) characters that are searched")

    private func regex(_ text: String, _ pattern: TextPattern) -> Finding {
        guard !pattern.isTooLong(text) else { return Assertion.tooLong }
        return Finding(passes: pattern.isFound(in: text), reason: "nothing matches \(pattern.text)")
    }

    private func isJSON(_ text: String, _ shape: JSONShape?) -> Finding {
        guard let value = JSONText.whole(text) else { return Finding(passes: false, reason: "the answer is not JSON") }
        let mismatch = shape?.mismatch(value)
        return Finding(passes: mismatch == nil, reason: mismatch ?? "")
    }

    private func jsonPath(_ text: String, _ path: JSONPath, _ test: JSONPathTest) -> Finding {
        guard let whole = JSONText.whole(text) else { return Finding(passes: false, reason: "the answer is not JSON") }
        guard let value = path.value(in: whole) else {
            return Finding(passes: false, reason: "the answer has nothing at \(path.text)")
        }
        let found = value.stringValue ?? String(decoding: value.serialized(), as: UTF8.self)
        if case .matches(let pattern) = test, pattern.isTooLong(found) { return Assertion.tooLong }
        let passes =
            switch test {
            case .exists: true
            case .equals(let wanted): JSONText.areEqual(value, wanted)
            case .contains(let wanted): TextSearch.finds(wanted, in: found)
            case .matches(let pattern): pattern.isFound(in: found)
            }
        return Finding(passes: passes, reason: "\(path.text) is \(Assertion.excerpt(found))")
    }

    private func wordCount(_ text: String, _ range: ClosedRange<Int>) -> Finding {
        let count = text.split(whereSeparator: \.isWhitespace).count
        return Finding(
            passes: range.contains(count), reason: "\(count) words, not \(range.lowerBound) to \(range.upperBound)")
    }

    /// The work grows with the product of the lengths: of longer texts only the beginning is compared.
    private static let maxCompared = 4_000

    private func levenshtein(_ text: String, _ wanted: String, _ limit: Int) -> Finding {
        let (left, right) = (Array(text.unicodeScalars), Array(wanted.unicodeScalars))
        guard max(left.count, right.count) <= Assertion.maxCompared else {
            return .undecided("texts of more than \(Assertion.maxCompared) characters are not compared")
        }
        let edits = TextSimilarity.levenshtein(left, right)
        return Finding(passes: edits <= limit, reason: "\(edits) edits away, above \(limit)")
    }

    private func rouge(_ text: String, _ wanted: String, _ size: Int, _ least: Double) -> Finding {
        let score = TextSimilarity.rouge(text, wanted, size: size)
        return Finding(
            passes: score >= least, score: score,
            reason: "ROUGE-\(size) is \(Shown.decimal(score, places: 3)), below \(Shown.number(least))")
    }

    private func toolCall(_ answer: Answer, _ name: String?, _ shape: JSONShape?) -> Finding {
        guard !answer.toolCalls.isEmpty else { return Finding(passes: false, reason: "the model called no tool") }
        for call in answer.toolCalls {
            guard let arguments = JSONText.whole(call.arguments), arguments.objectValue != nil else {
                return Finding(passes: false, reason: "the arguments of '\(call.name)' are no JSON object")
            }
            if let mismatch = shape?.mismatch(arguments) {
                return Finding(passes: false, reason: "the arguments of '\(call.name)': \(mismatch)")
            }
        }
        let names = answer.toolCalls.map(\.name)
        return Finding(
            passes: name.map(names.contains) ?? true, reason: "the model called \(names.joined(separator: ", "))")
    }

    private func cost(_ cost: Money?, _ limit: Int64) -> Finding {
        guard let cost else {
            return .undecided("the model has no price, so its cost is not known")
        }
        guard cost.currency == .usd else {
            return .undecided("the cost is in \(cost.currency), and the threshold in USD")
        }
        return Finding(passes: cost.nano <= limit, reason: "\(cost), above \(Money.decimal(nano: limit)) USD")
    }

    /// At most 80 characters of an answer, for messages.
    static func excerpt(_ text: String) -> String {
        text.count <= 80 ? "'\(text)'" : "'\(text.prefix(79))…'"
    }
}
