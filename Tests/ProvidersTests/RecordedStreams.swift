import Inference
import Providers
import Testing

/// A stream as a vendor sends it when usage was asked for, and what the gateway must make of it.
struct RecordedStream: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// What every client gets.
    var shown: String
    /// The event that only a client who asked for usage gets.
    var usageEvent = ""
    /// What other clients get of it.
    var restOfUsageEvent = ""
    var terminator = "data: [DONE]\n\n"
    var usage: Usage?
    var finishReason = "stop"
    var tier: String?

    var bytes: [UInt8] { Array((shown + usageEvent + terminator).utf8) }

    static let all = [openAI, azure, vLLM, ollama, llamaCpp, mistral, groq, deepSeek, completions, tools, joined]

    private static func usage(_ input: Int64, _ output: Int64, cached: Int64 = 0, reasoning: Int64 = 0) -> Usage {
        var usage = Usage(input: input, output: output)
        usage.cachedInput = cached
        usage.reasoning = reasoning
        return usage
    }

    static let openAI = RecordedStream(
        testDescription: "OpenAI",
        shown: """
            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1763700000,"model":"m","service_tier":"default","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null}],"usage":null,"obfuscation":"x"}

            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1763700000,"model":"m","service_tier":"default","choices":[{"index":0,"delta":{"content":"\\"usage\\":{\\"prompt_tokens\\":1}"},"finish_reason":null}],"usage":null}

            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1763700000,"model":"m","service_tier":"default","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}


            """,
        usageEvent: """
            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1763700000,"model":"m","service_tier":"default","choices":[],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":3}}}


            """,
        usage: usage(15, 10, cached: 4, reasoning: 3), tier: "default")

    static let azure = RecordedStream(
        testDescription: "Azure: the first event has no choices",
        shown: """
            data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0}]}

            data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop","index":0}],"id":"c","model":"m"}


            """,
        usageEvent: """
            data: {"choices":[],"id":"c","model":"m","usage":{"completion_tokens":1,"prompt_tokens":9,"total_tokens":10}}


            """,
        usage: usage(9, 1))

    static let vLLM = RecordedStream(
        testDescription: "vLLM with usage in every event",
        shown: """
            data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":{"prompt_tokens":9,"total_tokens":9,"completion_tokens":0}}

            data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"H"},"finish_reason":"length","stop_reason":null}],"usage":{"prompt_tokens":9,"total_tokens":10,"completion_tokens":1}}


            """,
        usageEvent: """
            data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[],"usage":{"prompt_tokens":9,"total_tokens":11,"completion_tokens":2}}


            """,
        usage: usage(9, 2), finishReason: "length")

    static let ollama = RecordedStream(
        testDescription: "Ollama",
        shown: """
            data: {"id":"chatcmpl-7","object":"chat.completion.chunk","model":"llama3.2:3b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi","reasoning":"x"},"finish_reason":null}]}

            data: {"id":"chatcmpl-7","object":"chat.completion.chunk","model":"llama3.2:3b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}]}


            """,
        usageEvent: """
            data: {"id":"chatcmpl-7","object":"chat.completion.chunk","model":"llama3.2:3b","system_fingerprint":"fp_ollama","choices":[],"usage":{"prompt_tokens":26,"completion_tokens":8,"total_tokens":34}}


            """,
        usage: usage(26, 8))

    static let llamaCpp = RecordedStream(
        testDescription: "llama.cpp with timings",
        shown: """
            data: {"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],"model":"m","id":"chatcmpl-x"}

            data: {"choices":[{"finish_reason":null,"index":0,"delta":{"reasoning_content":"hm"}}],"model":"m","id":"chatcmpl-x"}

            data: {"choices":[{"finish_reason":"stop","index":0,"delta":{}}],"model":"m","id":"chatcmpl-x"}


            """,
        usageEvent: """
            data: {"choices":[],"model":"m","id":"chatcmpl-x","usage":{"completion_tokens":3,"prompt_tokens":7,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":6}},"timings":{"prompt_n":1,"predicted_ms":1.5e1}}


            """,
        restOfUsageEvent: """
            data: {"choices":[{"index":0,"delta":{},"finish_reason":null}],"model":"m","id":"chatcmpl-x","timings":{"prompt_n":1,"predicted_ms":1.5e1}}


            """,
        usage: usage(1, 3, cached: 6))

    static let mistral = RecordedStream(
        testDescription: "Mistral: usage in the last event of text",
        shown: """
            data: {"id":"a","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}

            data: {"id":"a","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"!"},"finish_reason":"model_length"}],"usage":{"prompt_tokens":5,"total_tokens":7,"completion_tokens":2}}


            """,
        usage: usage(5, 2), finishReason: "model_length")

    static let groq = RecordedStream(
        testDescription: "Groq: usage in x_groq",
        shown: """
            data: {"id":"g","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"logprobs":null,"finish_reason":null}],"x_groq":{"id":"req_1"}}

            data: {"id":"g","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"x_groq":{"id":"req_1","usage":{"queue_time":0.1,"prompt_tokens":18,"completion_tokens":4,"total_tokens":22}}}


            """,
        usageEvent: """
            data: {"id":"g","object":"chat.completion.chunk","model":"m","choices":[],"usage":{"prompt_tokens":18,"completion_tokens":4,"total_tokens":22}}


            """,
        usage: usage(18, 4))

    static let deepSeek = RecordedStream(
        testDescription: "DeepSeek: comments while waiting, CRLF",
        shown: ": keep-alive\r\n\r\n: keep-alive\r\n\r\n"
            + #"data: {"id":"d","choices":[{"index":0,"delta":{"content":null,"reasoning_content":"ü€😀"},"finish_reason":null}]}"#
            + "\r\n\r\n"
            + #"data: {"id":"d","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":90,"completion_tokens":30,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":26,"completion_tokens_details":{"reasoning_tokens":10}}}"#
            + "\r\n\r\n",
        terminator: "data: [DONE]\r\n\r\n", usage: usage(26, 30, cached: 64, reasoning: 10))

    static let completions = RecordedStream(
        testDescription: "/v1/completions",
        shown: """
            data: {"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[{"text":"Once","index":0,"logprobs":null,"finish_reason":null}]}

            data: {"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[{"text":"","index":0,"logprobs":null,"finish_reason":"length"}]}


            """,
        usageEvent: """
            data: {"id":"cmpl-1","object":"text_completion","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":2,"completion_tokens":1,"total_tokens":3}}


            """,
        usage: usage(2, 1), finishReason: "length")

    static let tools = RecordedStream(
        testDescription: "calls of tools, and a member named error far inside",
        shown: """
            data: {"id":"t","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}}],"error":{"x":1},"finish_reason":"no"},"finish_reason":null}],"error":null}

            data: {"id":"t","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"error\\":\\"boom\\"}"}}]},"finish_reason":"tool_calls"}]}


            """,
        usage: nil, finishReason: "tool_calls")

    static let joined = RecordedStream(
        testDescription: "events of several data lines",
        shown: "event: chunk\nid: 7\ndata: {\"id\":\"j\",\ndata: \"choices\":[{\"finish_reason\":\"stop\"}]}\n\n",
        usageEvent: "data: {\"choices\":[],\ndata: \"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n",
        usage: usage(1, 2))
}

extension StreamRelay {
    /// The end, where nothing of the answer can still be to come.
    mutating func end() throws(StreamFailure) {
        var output: [UInt8] = []
        try end(into: &output)
    }
}
