import Inference
import Providers
import Testing

/// A vendor's usage, and what it bills by class.
private struct Sample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let usage: String
    let classes: Usage?

    init(_ vendor: String, _ usage: String, _ classes: Usage?) {
        (testDescription, self.usage, self.classes) = (vendor, usage, classes)
    }
}

private func classes(
    _ input: Int64, _ output: Int64, cached: Int64 = 0, written: Int64 = 0, audio: (Int64, Int64) = (0, 0),
    image: Int64 = 0, reasoning: Int64 = 0
) -> Usage {
    var usage = Usage(input: input, output: output)
    usage.cachedInput = cached
    usage.cacheWrite = written
    usage.audioInput = audio.0
    usage.audioOutput = audio.1
    usage.imageInput = image
    usage.reasoning = reasoning
    return usage
}

@Suite struct ChatUsageTests {
    private static let samples = [
        Sample(
            "OpenAI",
            """
            {"prompt_tokens":120,"completion_tokens":40,"total_tokens":160,
             "prompt_tokens_details":{"cached_tokens":64,"cache_write_tokens":32,"audio_tokens":0,"text_tokens":120},
             "completion_tokens_details":{"reasoning_tokens":25,"audio_tokens":0,"rejected_prediction_tokens":0}}
            """, classes(24, 40, cached: 64, written: 32, reasoning: 25)),
        Sample(
            "OpenAI with sound and image",
            """
            {"prompt_tokens":100,"completion_tokens":50,"prompt_tokens_details":{"audio_tokens":30,"image_tokens":20},
             "completion_tokens_details":{"audio_tokens":45}}
            """, classes(50, 5, audio: (30, 45), image: 20)),
        Sample(
            "DeepSeek",
            """
            {"prompt_tokens":90,"completion_tokens":30,"total_tokens":120,"prompt_cache_hit_tokens":64,
             "prompt_cache_miss_tokens":26,"completion_tokens_details":{"reasoning_tokens":10}}
            """, classes(26, 30, cached: 64, reasoning: 10)),
        Sample(
            "xAI, reasoning outside",
            """
            {"prompt_tokens":10,"completion_tokens":5,"total_tokens":35,"completion_tokens_details":{"reasoning_tokens":20}}
            """, classes(10, 25, reasoning: 20)),
        Sample(
            "xAI, reasoning inside",
            """
            {"prompt_tokens":10,"completion_tokens":25,"total_tokens":35,"completion_tokens_details":{"reasoning_tokens":20}}
            """, classes(10, 25, reasoning: 20)),
        Sample(
            "Groq", #"{"queue_time":0.01,"prompt_tokens":8,"prompt_time":0.1,"completion_tokens":2,"total_tokens":10}"#,
            classes(8, 2)),
        Sample(
            "vLLM", #"{"prompt_tokens":8,"total_tokens":10,"completion_tokens":2,"prompt_tokens_details":null}"#,
            classes(8, 2)),
        Sample("embeddings", #"{"prompt_tokens":8,"total_tokens":8}"#, classes(8, 0)),
        Sample("a total alone", #"{"completion_tokens":2,"total_tokens":8}"#, classes(6, 2)),
        Sample(
            "more cached than sent",
            #"{"prompt_tokens":8,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":9}}"#,
            classes(0, 0, cached: 8)),
        Sample(
            "figures at the edge",
            """
            {"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807,"total_tokens":9223372036854775807,
             "completion_tokens_details":{"reasoning_tokens":9223372036854775807}}
            """, classes(.max, .max, reasoning: .max)),
        Sample("negative", #"{"prompt_tokens":-5,"completion_tokens":3}"#, nil),
        Sample("too large", #"{"prompt_tokens":99999999999999999999,"completion_tokens":3}"#, nil),
        Sample("of another kind", #"{"prompt_tokens":"8"}"#, nil),
        Sample("empty", "{}", nil),
        Sample("null", "null", nil),
    ]

    @Test(arguments: samples)
    private func billsDisjointClasses(_ sample: Sample) throws {
        let body = #"{"id":"x","model":"m","choices":[{"finish_reason":"stop"}],"usage":\#(sample.usage)}"#
        let reading = try OpenAIAdapter().decode(status: 200, body: Array(body.utf8), now: 0)
        #expect(reading.usage == sample.classes)
    }
}
