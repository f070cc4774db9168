import Inference
import JSON
import Providers
import Testing

/// A usage under the names of some vendor, and what it bills.
private struct Sample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let usage: String
    let classes: Usage
    var implausible: [String] = []
}

private func usage(
    _ input: Int64, _ output: Int64, cached: Int64 = 0, written: Int64 = 0, written1h: Int64 = 0, reasoning: Int64 = 0,
    _ extras: [String: Int64]? = nil
) -> Usage {
    var usage = Usage(input: input, output: output)
    (usage.cachedInput, usage.cacheWrite, usage.cacheWrite1h) = (cached, written, written1h)
    (usage.reasoning, usage.extras) = (reasoning, extras)
    return usage
}

@Suite struct UsageNamesTests {
    private static let samples = [
        Sample(
            testDescription: "Kimi's cached tokens",
            usage: #"{"prompt_tokens":100,"completion_tokens":5,"cached_tokens":60}"#,
            classes: usage(40, 5, cached: 60)),
        Sample(
            testDescription: "Mistral's cached tokens",
            usage: #"{"prompt_tokens":100,"completion_tokens":5,"num_cached_tokens":60}"#,
            classes: usage(40, 5, cached: 60)),
        Sample(
            testDescription: "DeepSeek's hits",
            usage: #"{"prompt_tokens":100,"completion_tokens":5,"prompt_cache_hit_tokens":60}"#,
            classes: usage(40, 5, cached: 60)),
        Sample(
            testDescription: "zero under one name, a count under another",
            usage:
                #"{"prompt_tokens":100,"completion_tokens":5,"cached_tokens":60,"prompt_tokens_details":{"cached_tokens":0}}"#,
            classes: usage(40, 5, cached: 60)),
        Sample(
            testDescription: "names of the Responses API on chat",
            usage:
                #"{"input_tokens":100,"output_tokens":5,"input_tokens_details":{"cached_tokens":60},"output_tokens_details":{"reasoning_tokens":3}}"#,
            classes: usage(40, 5, cached: 60, reasoning: 3)),
        Sample(
            testDescription: "Anthropic's names, whose input leaves out the cache",
            usage: """
                {"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":100,"cache_creation_input_tokens":20,
                 "cache_creation":{"ephemeral_5m_input_tokens":5,"ephemeral_1h_input_tokens":15}}
                """, classes: usage(10, 5, cached: 100, written: 5, written1h: 15)),
        Sample(
            testDescription: "Anthropic's names within a total of OpenAI's",
            usage:
                #"{"prompt_tokens":130,"completion_tokens":5,"total_tokens":135,"cache_read_input_tokens":100,"cache_creation_input_tokens":20}"#,
            classes: usage(10, 5, cached: 100, written: 20)),
        Sample(
            testDescription: "the total says that the cache stands beside",
            usage: #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":115,"cache_read_input_tokens":100}"#,
            classes: usage(10, 5, cached: 100)),
        Sample(
            testDescription: "lifetimes without a sum",
            usage: #"{"prompt_tokens":100,"completion_tokens":5,"cache_creation":{"ephemeral_5m_input_tokens":60}}"#,
            classes: usage(40, 5, written: 60)),
        Sample(
            testDescription: "Perplexity's searches and cost",
            usage:
                #"{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14,"num_search_queries":2,"cost":{"total_cost":0.005}}"#,
            classes: usage(9, 5, ["web_search": 2, Usage.vendorCost: 5_000_000])),
        Sample(
            testDescription: "DeepInfra's cost",
            usage: #"{"prompt_tokens":9,"completion_tokens":5,"estimated_cost":1.4e-05}"#,
            classes: usage(9, 5, [Usage.vendorCost: 14_000])),
        Sample(
            testDescription: "a cost in text", usage: #"{"prompt_tokens":9,"completion_tokens":5,"cost":"0.000014"}"#,
            classes: usage(9, 5, [Usage.vendorCost: 14_000])),
        Sample(
            testDescription: "xAI's ticks",
            usage: #"{"prompt_tokens":9,"completion_tokens":5,"cost_in_usd_ticks":37756000}"#,
            classes: usage(9, 5, [Usage.vendorCost: 3_775_600])),
        Sample(
            testDescription: "a cost that is none", usage: #"{"prompt_tokens":9,"completion_tokens":5,"cost":-1}"#,
            classes: usage(9, 5), implausible: ["cost"]),
        Sample(
            testDescription: "Anthropic's tools",
            usage:
                #"{"prompt_tokens":9,"completion_tokens":5,"server_tool_use":{"web_search_requests":3,"web_fetch_requests":1}}"#,
            classes: usage(9, 5, ["web_search": 3, "web_fetch": 1])),
        Sample(
            testDescription: "reasoning beside the output",
            usage: #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":35,"reasoning_tokens":20}"#,
            classes: usage(10, 25, reasoning: 20)),
        Sample(
            testDescription: "more reasoning than output",
            usage: #"{"prompt_tokens":10,"completion_tokens":100,"total_tokens":110,"reasoning_tokens":500}"#,
            classes: usage(10, 600, reasoning: 500), implausible: ["reasoning"]),
        Sample(
            testDescription: "a total that is more",
            usage: #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":40}"#,
            classes: usage(10, 30, reasoning: 25), implausible: ["total"]),
        Sample(
            testDescription: "a total that is less",
            usage: #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":4}"#,
            classes: usage(10, 5), implausible: ["total"]),
        Sample(
            testDescription: "names that contradict each other",
            usage: #"{"prompt_tokens":10,"input_tokens":12,"completion_tokens":5}"#,
            classes: usage(12, 5), implausible: ["input"]),
        Sample(
            testDescription: "a part that is no number",
            usage: #"{"prompt_tokens":10,"completion_tokens":5,"cached_tokens":-3}"#,
            classes: usage(10, 5), implausible: ["cached_input"]),
    ]

    /// The same names mean the same on every API.
    @Test(arguments: samples)
    private func isReadOnEveryAPI(_ sample: Sample) throws {
        let chat = #"{"id":"x","model":"m","choices":[{"finish_reason":"stop"}],"usage":\#(sample.usage)}"#
        let response = #"{"id":"x","status":"completed","output":[],"usage":\#(sample.usage)}"#
        for (endpoint, body) in [
            (OpenAIRequest.Endpoint.chatCompletions, chat), (.completions, chat), (.responses, response),
        ] {
            let reading = try OpenAIAdapter().decode(endpoint, status: 200, body: Array(body.utf8), now: 0)
            #expect(reading.usage == sample.classes, "\(endpoint)")
            #expect(reading.implausible == sample.implausible, "\(endpoint)")
        }
    }

    @Test func aChoicesOwnUsageIsRead() throws {
        let body =
            #"{"choices":[{"index":0,"message":{"content":"Hi","usage":"x"},"usage":{"prompt_tokens":9,"completion_tokens":1,"cached_tokens":4}}]}"#
        let reading = try OpenAIAdapter().decode(status: 200, body: Array(body.utf8), now: 0)
        #expect(reading.usage == usage(5, 1, cached: 4))
    }

    @Test func embeddingsHaveNoOutput() throws {
        for figures in [#"{"total_tokens":8}"#, #"{"prompt_tokens":8}"#, #"{"input_tokens":8,"total_tokens":8}"#] {
            let body = #"{"data":[{"embedding":[0.5]}],"usage":\#(figures)}"#
            let reading = try OpenAIAdapter().decode(.embeddings, status: 200, body: Array(body.utf8), now: 0)
            #expect(reading.usage == Usage(input: 8, output: 0) && reading.implausible == [], "\(figures)")
        }
    }

    @Test(arguments: [
        (#"{"total_tokens":8}"#, ["total"]), (#"{"prompt_tokens":-5,"completion_tokens":3}"#, ["input"]),
        (#"{"prompt_tokens":10.5,"completion_tokens":500,"total_tokens":511}"#, ["input"]),
        (#"{"prompt_tokens":1e30,"completion_tokens":3}"#, ["input"]),
        (#"{"prompt_tokens":8,"completion_tokens":"3"}"#, ["output"]), ("[]", ["usage"]), (#""many""#, ["usage"]),
        (#"{"prompt_tokens":NaN,"completion_tokens":3}"#, ["input"]),
    ])
    func whatIsUnreadableIsNotMissing(figures: String, names: [String]) throws {
        let body = #"{"choices":[{"message":{"content":"Hi"}}],"usage":\#(figures)}"#
        let reading = try OpenAIAdapter().decode(status: 200, body: Array(body.utf8), now: 0)
        #expect(reading.usage == nil && reading.implausible == names)
        for nothing in ["null", "{}"] {
            let body = #"{"choices":[{"message":{"content":"Hi"}}],"usage":\#(nothing)}"#
            let reading = try OpenAIAdapter().decode(status: 200, body: Array(body.utf8), now: 0)
            #expect(reading.usage == nil && reading.implausible == [])
        }
    }

    /// In a stream nothing that was counted becomes less.
    @Test func aLaterZeroTakesNothingBack() throws {
        func event(_ figures: String) -> String { "data: {\"choices\":[],\"usage\":\(figures)}\n\n" }
        let text = #"data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}"# + "\n\n"
        var relay = OpenAIStreamRelay(hidesUsage: true)
        var output: [UInt8] = []
        let stream =
            text + event(#"{"prompt_tokens":40,"completion_tokens":5}"#)
            + event(#"{"prompt_tokens":0,"completion_tokens":0}"#)
        try relay.feed(Array((stream + "data: [DONE]\n\n").utf8), into: &output)
        #expect(relay.reading.usage == Usage(input: 40, output: 5) && relay.reading.isCounted)
        #expect(relay.reading.implausible == ["input", "output"])
    }
}
