import JSON

/// What a judge said of an answer.
package struct Verdict: Sendable, Equatable {
    package var reason: String
    /// 0 to 1.
    package var score: Double
    package var passes: Bool

    /// Why a judge's answer is no verdict. It makes the case an error: a judge that is not understood passes nothing.
    package struct Unreadable: Error, Sendable, Equatable {
        package let message: String
    }

    /// Reads `{"reason": "…", "score": 0.8, "pass": true}`; all three must be there.
    package init(_ answer: Answer) throws(Unreadable) {
        let value = try Verdict.object(answer, with: ["reason", "score", "pass"])
        guard let passes = value["pass"]?.boolValue else {
            throw Unreadable(message: "the judge's answer has no 'pass'")
        }
        guard let score = value["score"]?.doubleValue, (0...1).contains(score) else {
            throw Unreadable(message: "the judge's answer has no 'score' from 0 to 1")
        }
        guard let reason = value["reason"]?.stringValue else {
            throw Unreadable(message: "the judge's answer has no 'reason'")
        }
        self.reason = reason
        self.score = score
        self.passes = passes
    }

    /// The one object of an answer that has any of the members `names`: the whole of it, or what stands in a code fence,
    /// behind a sentence or behind a block of thoughts.
    ///
    /// It ends the answer, and two are none: a judge that quotes what it judges may quote a verdict that somebody has written
    /// into it.
    static func object(_ answer: Answer, with names: [String]) throws(Unreadable) -> JSONValue {
        guard !answer.isRefusal else { throw Unreadable(message: "the judge refused") }
        if let value = JSONText.whole(answer.text) {
            if value.objectValue != nil { return value }
            throw Unreadable(message: "the judge's answer is not a JSON object")
        }
        guard answer.finishReason != "length" else { throw Unreadable(message: "the judge's answer was cut off") }
        guard let text = JudgeText.withoutThoughts(answer.text) else {
            throw Unreadable(message: "the judge's thoughts have no end, or more than one")
        }
        let found = JSONText.objects(in: text) { object in names.contains { object[$0] != nil } }
        guard let found else { throw Unreadable(message: "the judge's answer has too many braces to be read") }
        guard let value = found.first else {
            throw Unreadable(
                message: "the judge's answer is not a JSON object, and holds none with \(names.joined(separator: ", "))"
            )
        }
        guard found.count == 1 else { throw Unreadable(message: "the judge's answer has \(found.count) verdicts") }
        guard value.rest.allSatisfy({ $0.isWhitespace || $0 == "`" }) else {
            throw Unreadable(message: "the judge's answer goes on behind its verdict")
        }
        return value.value
    }

    /// What it means for an assertion. A threshold is asked of the score besides the judge's own `pass`.
    package func finding(threshold: Double?) -> Assertion.Finding {
        let isEnough = threshold.map { score >= $0 } ?? true
        return Assertion.Finding(passes: passes && isEnough, score: score, reason: reason)
    }
}

/// What a judge of two answers said.
package enum Preference: String, Sendable, Equatable {
    case first = "a"
    case second = "b"
    case tie

    /// Reads `{"reason": "…", "winner": "a"}`, with `a`, `b` or `tie`.
    package init(_ answer: Answer) throws(Verdict.Unreadable) {
        let word = try Verdict.object(answer, with: ["reason", "winner"])["winner"]?.stringValue
        guard let preference = word.flatMap(Preference.init(rawValue:)) else {
            throw Verdict.Unreadable(message: "the judge's answer has no 'winner' that is a, b or tie")
        }
        self = preference
    }

    /// One answer against another, asked in both orders: a judge that changes its mind with the order has none.
    ///
    /// - Parameters:
    ///   - forward: with the answer as `a`.
    ///   - backward: with the answer as `b`.
    /// - Returns: 1 when the answer wins, 0 when it loses, 0.5 for a tie.
    package static func score(forward: Preference, backward: Preference) -> Double {
        switch (forward, backward) {
        case (.first, .second): 1
        case (.second, .first): 0
        default: 0.5
        }
    }
}
