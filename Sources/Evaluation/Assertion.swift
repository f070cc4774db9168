package import JSON
package import Prompts

/// One thing that an answer must have, or, negated, must not have.
package struct Assertion: Sendable, Equatable {
    package var test: Test
    /// `not-` stands before the type.
    package var isNegated = false
    /// Relative to the other assertions of a case that has a threshold; above 0.
    package var weight = 1.0
    /// As the file names it, such as `not-icontains`.
    package var label: String
    /// What it shall be called in reports, in place of its type.
    package var metric: String?

    package var title: String { metric ?? label }

    package enum Test: Sendable, Equatable {
        case equals(JSONValue)
        case contains([String], all: Bool, ignoringCase: Bool)
        case startsWith(String)
        case regex(TextPattern)
        case isJSON(JSONShape?)
        case containsJSON(JSONShape?)
        case jsonPath(JSONPath, JSONPathTest)
        case wordCount(ClosedRange<Int>)
        /// At most so many edits.
        case levenshtein(String, atMost: Int)
        case rouge(String, size: Int, atLeast: Double)
        case finishReason(String)
        case toolCall(name: String?, arguments: JSONShape?)
        case refusal
        /// Nano-units of US dollars.
        case cost(atMost: Int64)
        /// Milliseconds from the call to the whole answer.
        case latency(atMost: Int)
        case render(RenderTest)
        case judge(JudgeCall)
        case pairwise(JudgeCall, reference: String)
        case similar(String, model: String, atLeast: Double)
    }

    package enum JSONPathTest: Sendable, Equatable {
        case exists
        case equals(JSONValue)
        case contains(String)
        case matches(TextPattern)
    }

    /// A judge that is asked about an answer.
    package struct JudgeCall: Sendable, Equatable {
        /// The selector of the judge's prompt, such as `judges/helpful@1.2.0`.
        package var prompt: String
        /// What this judge shall look at, where its prompt has the variable `rubric`.
        package var rubric: String?
        /// The least score that passes, besides the judge's own `pass`; nil asks for none.
        package var threshold: Double?

        package init(prompt: String, rubric: String?, threshold: Double?) {
            self.prompt = prompt
            self.rubric = rubric
            self.threshold = threshold
        }
    }
}

extension Assertion {
    /// Whether it looks at the rendered messages, before any model has answered.
    package var isOfRendering: Bool {
        if case .render = test { true } else { false }
    }
}
