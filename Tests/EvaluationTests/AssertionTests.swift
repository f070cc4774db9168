import Inference
import JSON
import Testing

@testable import Evaluation

@Suite struct AssertionTests {
    private func assertion(_ json: String) throws -> Assertion {
        try AssertionReader.read(try JSONValue(parsing: Array(json.utf8)), path: "assert[0]")
    }

    private func passes(_ json: String, _ answer: Answer) throws -> Bool {
        try #require(try assertion(json).check(answer)).passes
    }

    @Test(arguments: [
        (#"{"type": "equals", "value": "yes"}"#, "yes", "Yes"),
        (#"{"type": "equals", "value": {"a": 1, "b": [true]}}"#, #"{"b":[true],"a":1.0}"#, #"{"a":2,"b":[true]}"#),
        (#"{"type": "contains", "value": "cel"}"#, "parcel", "ParCel"),
        (#"{"type": "icontains", "value": "PAR"}"#, "parcel", "mail"),
        (#"{"type": "not-icontains", "value": "refund"}"#, "a voucher", "a Refund"),
        (#"{"type": "not-contains", "value": "5"}"#, "4", "5\u{FE0F}\u{20E3}"),
        (#"{"type": "not-icontains", "value": "refund"}"#, "a voucher", "a Refund\u{200D}!"),
        (#"{"type": "contains", "value": "\n"}"#, "a\r\nb", "a b"),
        (#"{"type": "contains", "value": "é"}"#, "caf\u{65}\u{301}", "cafe"),
        (#"{"type": "starts-with", "value": "1"}"#, "1\u{FE0F}\u{20E3} first", "2"),
        (#"{"type": "contains-all", "value": ["a", "b"]}"#, "a b", "a c"),
        (#"{"type": "contains-any", "value": ["a", "b"]}"#, "b c", "c d"),
        (#"{"type": "icontains-any", "value": ["A"]}"#, "a", "b"),
        (#"{"type": "starts-with", "value": "Dear "}"#, "Dear Bob", "dear Bob"),
        (#"{"type": "regex", "value": "^\\d{4}$"}"#, "7731", "77312"),
        (#"{"type": "is-json"}"#, #" {"a": 1} "#, #"Here: {"a": 1}"#),
        (
            #"{"type": "is-json", "value": {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}}"#,
            #"{"a": 1}"#, #"{"a": "1"}"#
        ),
        (#"{"type": "contains-json"}"#, "Sure:\n```json\n{\"a\": 1}\n```", "Sure: {a: 1}"),
        (
            #"{"type": "contains-json", "value": {"type": "object", "required": ["b"], "properties": {"b": {}}}}"#,
            #"{"a": {"b": 1}}"#, #"{"a": 1}"#
        ),
        (
            #"{"type": "json-path", "path": "/category", "equals": "shipping"}"#, #"{"category":"shipping"}"#,
            #"{"category":"billing"}"#
        ),
        (
            #"{"type": "json-path", "path": "$.orders[1].id", "contains": "77"}"#, #"{"orders":[{},{"id":"7731"}]}"#,
            #"{"orders":[{"id":"7731"}]}"#
        ),
        (#"{"type": "json-path", "path": "/n", "matches": "^[0-9]+$"}"#, #"{"n":12}"#, #"{"n":"x"}"#),
        (#"{"type": "json-path", "path": "/a~1b"}"#, #"{"a/b":null}"#, #"{"a":1}"#),
        (#"{"type": "word-count", "value": {"min": 2, "max": 3}}"#, "two words", "these are four words"),
        (#"{"type": "word-count", "value": 1}"#, "one", ""),
        (#"{"type": "levenshtein", "value": "kitten", "threshold": 3}"#, "sitting", "something else"),
        (#"{"type": "rouge-n", "value": "the cat sat", "threshold": 0.9}"#, "The cat sat.", "A dog ran."),
        (#"{"type": "refusal"}"#, "I’m sorry, but I can’t do that.", "Of course, sorry for the delay."),
        (#"{"type": "not-refusal"}"#, "Of course.", "I cannot help with that."),
    ])
    func ofTexts(json: String, good: String, bad: String) throws {
        #expect(try passes(json, Answer(text: good)))
        #expect(try !passes(json, Answer(text: bad)))
    }

    @Test func costIsComparedWithoutFloatingPoint() throws {
        var answer = Answer(text: "")
        answer.cost = Money(shown: "0.002000000 USD")
        #expect(try passes(#"{"type": "cost", "threshold": 0.002}"#, answer))
        #expect(try !passes(#"{"type": "cost", "threshold": 0.001999999}"#, answer))
        answer.cost = nil
        #expect(try !passes(#"{"type": "cost", "threshold": 5}"#, answer), "what has no price is not cheap")
    }

    @Test func latencyAndEnd() throws {
        var answer = Answer(text: "")
        answer.milliseconds = 400
        answer.finishReason = "length"
        #expect(try passes(#"{"type": "latency", "threshold": 400}"#, answer))
        #expect(try !passes(#"{"type": "latency", "threshold": 399}"#, answer))
        #expect(try !passes(#"{"type": "finish-reason", "value": "stop"}"#, answer))
    }

    @Test func toolCallsHaveNameAndArguments() throws {
        let json =
            #"{"type": "is-valid-tool-call", "name": "find", "value": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}}"#
        var answer = Answer(text: "")
        #expect(try !passes(json, answer))
        answer.toolCalls = [Answer.ToolCall(name: "find", arguments: #"{"id": "7"}"#)]
        #expect(try passes(json, answer))
        answer.toolCalls[0].arguments = #"{"id": 7}"#
        #expect(try !passes(json, answer))
        answer.toolCalls = [Answer.ToolCall(name: "drop", arguments: #"{"id": "7"}"#)]
        #expect(try !passes(json, answer))
    }

    @Test(arguments: [
        (#"{"type": "contain", "value": "x"}"#, "assert[0]: there is no assertion 'contain'; did you mean 'contains'?"),
        (#"{"type": "contains", "vlaue": "x"}"#, "assert[0]: unknown key 'vlaue'; did you mean 'value'?"),
        (#"{"type": "contains"}"#, "assert[0]: value is missing: a text"),
        (#"{"value": "x"}"#, "assert[0] needs a type, such as {type: icontains, value: refund}"),
        (#"{"type": "regex", "value": "(a"}"#, "assert[0]: value '(a' has a '(' without ')'"),
        (
            #"{"type": "regex", "value": "(?=a)"}"#,
            "assert[0]: value '(?=a)' has a group '(?=…', which is not supported; flags stand at the beginning"
        ),
        (
            #"{"type": "json-path", "path": "category"}"#,
            "assert[0]: path 'category' is no place such as /orders/0/id or $.orders[0].id"
        ),
        (
            #"{"type": "json-path", "path": "/a", "equals": 1, "contains": "1"}"#,
            "assert[0]: contains stands beside equals; leave one out"
        ),
        (
            #"{"type": "cost", "threshold": 1e-3}"#,
            "assert[0]: threshold must be an amount in USD such as 0.002, with at most nine places"
        ),
        (
            #"{"type": "is-json", "value": {"oneOf": []}}"#,
            "assert[0]: value is no schema that answers are checked against: 'oneOf' is not supported in a schema that values are checked against"
        ),
    ])
    func mistakesAreNamed(json: String, message: String) {
        #expect(throws: Complaint(message)) { try assertion(json) }
    }

    @Test(arguments: [
        #"levenshtein", "value": "a"}"#, #"cost", "threshold": 1}"#, #"regex", "value": "b"}"#,
    ])
    func whatCannotBeCheckedPassesNeitherWay(kind: String) throws {
        let answer = Answer(text: String(repeating: "a", count: 300_000))
        #expect(try !passes(#"{"type": ""# + kind, answer))
        #expect(try !passes(#"{"type": "not-"# + kind, answer))
    }

    @Test func renderingIsCheckedWithoutAModel() throws {
        let messages = try JSONValue(
            parsing: Array(
                #"[{"role":"system","content":"Be kind."},{"role":"user","content":[{"type":"text","text":"Hi Bob"}]}]"#
                    .utf8))
        func fault(_ json: String) throws -> String? { try assertion(json).renderFault(in: messages) }
        #expect(try fault(#"{"type": "render-contains", "value": "Bob"}"#) == nil)
        #expect(try fault(#"{"type": "not-render-contains", "value": "Bob"}"#) != nil)
        #expect(try fault(#"{"type": "render-roles", "value": ["system", "user"]}"#) == nil)
        #expect(try fault(#"{"type": "render-roles", "value": ["user"]}"#) == "the roles are system, user")
        #expect(try fault(#"{"type": "render-tokens-below", "value": 5}"#) == nil)
        #expect(try fault(#"{"type": "render-tokens-below", "value": 4}"#) == "about 4 tokens, which is not below 4")
        #expect(try assertion(#"{"type": "render-contains", "value": "Bob"}"#).check(Answer(text: "Bob")) == nil)
    }
}
