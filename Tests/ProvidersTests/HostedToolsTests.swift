import Inference
import JSON
import Testing

@testable import Providers

@Suite struct HostedToolsTests {
    private func price(_ pieces: [String: Int64]) -> Price {
        var price = Price(
            provider: "p", model: "m", from: "2026-11-01", currency: .usd,
            rates: Rates(input: 1_000_000_000, output: 8_000_000_000), source: "a test")
        price.perCall = pieces
        return price
    }

    private func tools(
        _ body: String, _ dialect: HostedTools.Dialect = .responses(.openai), model: String = "m"
    ) throws -> HostedTools {
        HostedTools(try JSONDocument(Array(body.utf8)), dialect: dialect, model: model)
    }

    private func written(_ tools: HostedTools, _ body: String) throws -> String {
        let document = try JSONDocument(Array(body.utf8))
        var edits = JSONEdits()
        tools.write(to: &edits, of: document)
        return String(decoding: edits.applied(to: document), as: UTF8.self)
    }

    @Test func whatRunsAtTheClientHasNoFee() throws {
        let body =
            #"{"tools":[{"type":"function"},{"type":"custom"},{"name":"f"},{"type":"local_shell"},{"type":"bash_20250124"}]}"#
        #expect(try tools(body).isEmpty)
        #expect(try tools(body, .chat(.compatible)).isEmpty)
        #expect(try tools("{}", .chat(.openrouter)).isEmpty)
        let shells =
            #"{"tools":[{"type":"shell"},{"type":"shell","environment":null},{"type":"tool_search"},"#
            + #"{"type":"shell","environment":{"type":"local","skills":[]}}]}"#
        #expect(try tools(shells).isEmpty)
        #expect(try tools(#"{"search_parameters":{"mode":"off"},"web_search_options":null}"#, .chat(.xai)).isEmpty)
    }

    @Test(arguments: [
        (#"{"tools":[{"type":"web_search"}]}"#, HostedTools.Dialect.responses(.openai), "m", "web_search"),
        (#"{"tools":[{"type":"web_search_2025_08_26"}]}"#, .responses(.openai), "m", "web_search"),
        (#"{"tools":[{"type":"web_search_preview"}]}"#, .responses(.openai), "m", "web_search_preview"),
        (#"{"tools":[{"type":"web_search_preview_2025_03_11"}]}"#, .responses(.openai), "m", "web_search_preview"),
        (#"{"tools":[{"type":"code_interpreter","container":{}}]}"#, .responses(.openai), "m", "code_interpreter"),
        (#"{"tools":[{"type":"shell","environment":{"type":"container_auto"}}]}"#, .responses(.openai), "m", "shell"),
        (#"{"tools":[{"type":"shell","environment":{"type":"new"}}]}"#, .responses(.openai), "m", "shell"),
        (#"{"tools":[{"type":"what_is_new"}]}"#, .responses(.openai), "m", "hosted_tool"),
        (#"{"tools":[{"type":7}]}"#, .chat(.compatible), "m", "hosted_tool"),
        (#"{"web_search_options":{}}"#, .chat(.openai), "m", "web_search"),
        ("{}", .chat(.openai), "gpt-4o-search-preview", "web_search"),
        ("{}", .chat(.openrouter), "vendor/m:online", "web_search"),
        ("{}", .responses(.openrouter), "vendor/m:online", "web_search"),
        (#"{"plugins":[{"id":"web"}]}"#, .chat(.openrouter), "m", "web_search"),
        (#"{"plugins":[{"id":"web"}]}"#, .responses(.openrouter), "m", "web_search"),
        (#"{"search_parameters":{"mode":"auto"}}"#, .chat(.xai), "m", "search_sources"),
        (#"{"search_parameters":{"mode":"auto"}}"#, .responses(.xai), "m", "search_sources"),
        (#"{"web_search_options":{}}"#, .responses(.compatible), "m", "web_search"),
        (#"{"messages":[{"content":[{"type":"input_audio"}]}]}"#, .chat(.mistral), "m", "audio_seconds"),
    ])
    private func whatTheVendorBillsByThePieceIsFound(
        body: String, dialect: HostedTools.Dialect, model: String, piece: String
    ) throws {
        #expect(try tools(body, dialect, model: model).tools.map(\.piece) == [piece])
    }

    @Test func oneLimitForAllToolsIsWorthTheDearest() throws {
        let book = price(["web_search": 10, "file_search": 3])
        let both = #""tools":[{"type":"web_search"},{"type":"file_search"}]"#
        let limited = try tools("{\(both),\"max_tool_calls\":4}")
        #expect(limited.gap(at: book) == nil)
        #expect(limited.fees(at: book, choices: 1) == 40)
        #expect(limited.readings(choices: 1) == 5)
        let unlimited = try tools("{\(both)}")
        #expect(unlimited.gap(at: book) == .unbounded(unlimited.tools[0], takesLimit: true))
    }

    /// `max_tool_calls` holds for `tools` alone.
    @Test func aSearchOutsideOfToolsIsNotLimitedByTheirLimit() throws {
        let body = #"{"plugins":[{"id":"web"}],"tools":[{"type":"file_search"}],"max_tool_calls":2}"#
        let book = price(["web_search": 10, "file_search": 3])
        let open = try tools(body, .responses(.openrouter))
        #expect(open.gap(at: book) == .unbounded(open.tools[1], takesLimit: false))
        #expect(open.fees(at: book, choices: 1) == 16)
        #expect(open.readings(choices: 1) == 3)
        let sources = #"{"search_parameters":{"max_search_results":4},"tools":[{"type":"mcp"}],"max_tool_calls":2}"#
        let both = try tools(sources, .responses(.xai))
        let prices = price(["search_sources": 100, "mcp": 1])
        #expect(both.gap(at: prices) == nil)
        #expect(both.fees(at: prices, choices: 1) == 402)
        var usage = Usage()
        usage.extras = ["search_sources": 4]
        #expect(both.uncounted(beside: usage, at: prices, choices: 1) == ["mcp": 2])
    }

    @Test func aContainerIsBilledOnceCalledOrNot() throws {
        let book = price(["code_interpreter": 30, "code_interpreter_64g": 1920, "web_search": 10])
        let list =
            #""tools":[{"type":"code_interpreter","container":{"type":"auto","memory_limit":"64g"}},{"type":"web_search"}]"#
        let tools = try tools("{\(list),\"max_tool_calls\":4}")
        #expect(tools.gap(at: book) == nil)
        #expect(tools.fees(at: book, choices: 1) == 1920 + 4 * 10)
        #expect(tools.readings(choices: 1) == 5)
        #expect(tools.uncounted(beside: Usage(), at: book, choices: 1) == ["code_interpreter_64g": 1])
        // Each of its calls makes the model read its input again.
        let endless = try self.tools("{\(list)}")
        #expect(endless.gap(at: book) == .unbounded(endless.tools[0], takesLimit: true))
        #expect(endless.unknown == [])
    }

    @Test(arguments: [
        (#""container":{"type":"auto"}"#, "code_interpreter"), (#""container":"cntr_1""#, "code_interpreter"),
        (#""container":{"type":"auto","memory_limit":"1g"}"#, "code_interpreter"),
        (#""container":{"type":"auto","memory_limit":null}"#, "code_interpreter"),
        (#""container":{"type":"auto","memory_limit":"4g"}"#, "code_interpreter_4g"),
        (#""container":{"type":"auto","memory_limit":"4=9,x"}"#, "hosted_tool"),
        (#""container":{"type":"auto","memory_limit":4}"#, "hosted_tool"),
    ])
    func theMemoryOfAContainerSaysWhatIsBilled(member: String, piece: String) throws {
        let body = #"{"tools":[{"type":"code_interpreter",\#(member)}]}"#
        #expect(try tools(body).tools.map(\.piece) == [piece])
        #expect(try tools(body).uncounted(beside: Usage(), at: price([:]), choices: 1) == [piece: 1])
        #expect(try tools(body, .responses(.xai)).tools.map(\.piece) == ["code_interpreter"])
    }

    @Test func aFeeForTheRequestIsBilledOnceWhateverItAsksFor() throws {
        let book = price(["request": 5, "web_search": 10])
        for dialect in UsageDialect.allCases {
            var plain = try tools("{}", .chat(dialect))
            plain.addRequestFee(at: price(["web_search": 10]))
            #expect(plain.isEmpty)
            plain.addRequestFee(at: book)
            #expect(plain.gap(at: book) == nil && !plain.bringInput)
            #expect(plain.fees(at: book, choices: 3) == 5)
            #expect(plain.uncounted(beside: Usage(), at: book, choices: 3) == ["request": 1])
        }
        var searching = try tools(#"{"tools":[{"type":"web_search"}],"max_tool_calls":2}"#)
        searching.addRequestFee(at: book)
        #expect(searching.bringInput && searching.fees(at: book, choices: 1) == 25)
    }

    @Test func aPieceWithoutAPriceIsAGapAndAFreeOneIsNot() throws {
        let search = try tools(#"{"tools":[{"type":"mcp"}],"max_tool_calls":1}"#)
        #expect(search.gap(at: price(["web_search": 1])) == .unpriced(search.tools[0]))
        #expect(search.gap(at: price(["mcp": 0])) == nil)
        // A free tool that may be called for ever makes the model read its input for ever.
        let endless = try tools(#"{"tools":[{"type":"mcp"}]}"#)
        #expect(endless.gap(at: price(["mcp": 0])) == .unbounded(endless.tools[0], takesLimit: true))
        let options = try tools(#"{"web_search_options":{}}"#, .chat(.compatible))
        #expect(options.gap(at: price(["web_search": 0])) == nil)
        #expect(options.gap(at: price(["web_search": 1])) == .unbounded(options.tools[0], takesLimit: false))
    }

    @Test func theCeilingStandsWhereTheRequestHasNoLimit() throws {
        let body = #"{"tools":[{"type":"web_search"}]}"#
        var open = try tools(body)
        open.impose(3, lowers: false)
        #expect(open.imposedLimit == 3)
        #expect(try written(open, body) == #"{"tools":[{"type":"web_search"}],"max_tool_calls":3}"#)
    }

    @Test func aLargerLimitOfTheClientIsLoweredOnlyByACap() throws {
        let body = #"{"max_tool_calls":9,"tools":[{"type":"web_search"}]}"#
        var kept = try tools(body)
        kept.impose(3, lowers: false)
        #expect(kept.imposedLimit == nil && kept.sharedLimit == 9)
        #expect(try written(kept, body) == body)
        var lowered = try tools(body)
        lowered.impose(3, lowers: true)
        #expect(try written(lowered, body) == #"{"max_tool_calls":3,"tools":[{"type":"web_search"}]}"#)
    }

    @Test func eachToolOfAnthropicsGetsItsOwnLimit() throws {
        let body = """
            {"tools":[{"type":"web_search_20250305","max_uses":2},{"type":"web_fetch_20250910"},{"type":"function"}],\
            "search_parameters":{}}
            """
        var each = try tools(body, .chat(.compatible))
        each.impose(5, lowers: false)
        #expect(each.fees(at: price(["web_search": 10, "web_fetch": 1, "search_sources": 100]), choices: 2) == 1050)
        #expect(each.readings(choices: 2) == 15)
        let sent = """
            {"tools":[{"type":"web_search_20250305","max_uses":2},{"type":"web_fetch_20250910","max_uses":5},\
            {"type":"function"}],"search_parameters":{"max_search_results":5}}
            """
        #expect(try written(each, body) == sent)
    }

    @Test func aLimitThatIsNoCountIsNone() throws {
        for limit in ["-1", "\"3\"", "null", "1.5", "1e300"] {
            let tools = try tools(#"{"tools":[{"type":"web_search"}],"max_tool_calls":\#(limit)}"#)
            #expect(tools.sharedLimit == nil, "\(limit)")
        }
        let huge = try tools(#"{"tools":[{"type":"web_search"}],"max_tool_calls":9223372036854775807}"#)
        #expect(huge.fees(at: price(["web_search": .max]), choices: 128) == .max)
        #expect(huge.readings(choices: 128) == .max)
    }

    @Test func whatTheVendorDoesNotCountIsBilledAtItsMost() throws {
        let book = price(["web_search": 10, "web_fetch": 3, "mcp": 30])
        let options = try tools(#"{"web_search_options":{}}"#, .chat(.openai))
        #expect(options.uncounted(beside: Usage(), at: book, choices: 2) == ["web_search": 2])
        let list = #""tools":[{"type":"web_search"},{"type":"web_fetch"},{"type":"mcp"}]"#
        var usage = Usage()
        usage.extras = ["web_search": 3]
        let limited = try tools("{\(list),\"max_tool_calls\":5}")
        #expect(limited.uncounted(beside: usage, at: book, choices: 1) == ["mcp": 2])
        #expect(try tools("{\(list)}").unknown == ["mcp", "web_fetch"])
        #expect(limited.unknown == [])
    }

    @Test(arguments: [
        (#"{"type":"web_search"}"#, ["web_search": 3]),
        (#"{"type":"web_search_preview"}"#, ["web_search_preview": 3]),
        (#"{"type":"web_search"},{"type":"web_search_preview_2025_03_11"}"#, ["web_search_preview": 3]),
    ])
    func searchesAreOfTheToolThatTheRequestHas(list: String, extras: [String: Int64]) throws {
        let book = price(["web_search": 10, "web_search_preview": 25])
        var usage = Usage()
        usage.extras = ["web_search": 3]
        try tools("{\"tools\":[\(list)]}").attributeSearches(in: &usage, at: book, choices: 1)
        #expect(usage.extras == extras)
    }

    /// Whatever a vendor does within the limits that it is sent, the charge is within the bound.
    @Test func noChargeOfPiecesAndReadingsExceedsTheBound() throws {
        let types = [
            "web_search", "web_search_preview", "file_search", "code_interpreter", "mcp", "function",
            "shell", "web_search_20250305", "web_fetch_20250910", "brand_new",
        ]
        let dialects = [
            HostedTools.Dialect.responses(.openai), .responses(.xai), .responses(.openrouter), .chat(.openai),
            .chat(.xai), .chat(.openrouter), .chat(.compatible),
        ]
        var bounded = 0
        for _ in 0..<4_000 {
            let dialect = dialects.randomElement()!
            var book = price([:])
            for piece in [
                "web_search", "web_search_preview", "web_fetch", "file_search", "code_interpreter",
                "code_interpreter_64g", "shell", "shell_64g", "request", "mcp", "search_sources", "hosted_tool",
            ] {
                if Int.random(in: 0..<8) > 0 {
                    book.perCall[piece] = [0, .random(in: 1...50_000_000)].randomElement()!
                }
            }
            let list = (0..<Int.random(in: 0...3)).map { _ in
                let uses = Bool.random() ? ",\"max_uses\":\(Int.random(in: 0...6))" : ""
                let place = Bool.random() ? "container" : "environment"
                let memory = Bool.random() ? ",\"\(place)\":{\"memory_limit\":\"64g\"}" : ""
                return "{\"type\":\"\(types.randomElement()!)\"\(uses)\(memory)}"
            }
            var members = ["\"tools\":[\(list.joined(separator: ","))]"]
            if Bool.random() { members.append("\"max_tool_calls\":\(Int.random(in: 0...9))") }
            if Int.random(in: 0..<4) == 0 { members.append("\"web_search_options\":{}") }
            if Int.random(in: 0..<4) == 0 { members.append("\"plugins\":[{\"id\":\"web\"}]") }
            if Int.random(in: 0..<4) == 0 {
                members.append("\"search_parameters\":{\"max_search_results\":\(Int.random(in: 0...20))}")
            }
            var tools = try tools("{\(members.joined(separator: ","))}", dialect)
            tools.addRequestFee(at: book)
            if Bool.random() { tools.impose(.random(in: 1...7), lowers: .random()) }
            let choices = dialect.isResponses ? 1 : Int64.random(in: 1...3)
            guard tools.gap(at: book) == nil else { continue }
            bounded += 1
            let (window, output) = (Int64.random(in: 1...100_000), Int64.random(in: 0...10_000))
            let bound = book.upperBound(
                input: window * tools.readings(choices: choices), output: output,
                pieces: tools.fees(at: book, choices: choices))
            let (counts, readings) = run(tools, choices)
            var usage = Usage(input: readings * window, output: output)
            usage.extras = counts
            tools.attributeSearches(in: &usage, at: book, choices: choices)
            for (piece, count) in tools.uncounted(beside: usage, at: book, choices: choices) {
                usage.extras?[piece] = count
            }
            let charge = try #require(book.charge(for: usage))
            #expect(charge.nano <= bound ?? -1, "\(members) \(dialect) \(counts)")
            #expect(charge.unpricedClasses == [])
        }
        #expect(bounded > 1_000)
    }

    /// A vendor that calls its tools at random, up to its limits: what it counts, and how often the model read its input.
    private func run(_ tools: HostedTools, _ choices: Int64) -> (counts: [String: Int64], readings: Int64) {
        var (counts, readings, left) = ([String: Int64](), Int64(1), (tools.sharedLimit ?? .max / 4) * choices)
        for tool in tools.tools.shuffled() {
            let limit = tool.sharesLimit ? left : (tool.limit ?? 1_000) * choices
            let calls = Int64.random(in: 0...min(limit, 1_000))
            if tool.sharesLimit { left -= calls }
            if tool.isLoop { readings += calls }
            let name = tool.piece == "web_search_preview" ? "web_search" : tool.piece
            if tool.isReported { counts[name, default: 0] += calls }
        }
        return (counts, readings)
    }
}
