import Glibc
import Inference
import JSON
import Providers
import Testing

/// A vendor's usage as JSON, a price, and what the two come to; `Tests/Tools/golden.py` recomputes each figure.
private struct Golden: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let document: JSONValue

    static let folder = #filePath.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Golden"

    static let all: [Golden] = names.map { name in
        let document = try? JSONValue(parsing: bytes(of: "\(folder)/\(name)"))
        return Golden(testDescription: name, document: document ?? .null)
    }

    private static var names: [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".json") { names.append(name) }
        }
        return names.sorted()
    }

    private static func bytes(of path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }

    var vendor: VendorUsage? {
        let name = document["vendor"]?.stringValue ?? ""
        if let dialect = UsageDialect(rawValue: name) { return .chat(dialect) }
        return [
            "responses": .responses, "anthropic": .anthropic, "converse": .converse, "gemini": .gemini,
            "cohere": .cohere, "titan": .titan,
        ][name]
    }

    /// The usage objects, in the order in which they came.
    var objects: [JSONDocument] {
        let usage = document["usage"] ?? .null
        return (usage.arrayValue ?? [usage]).compactMap { try? JSONDocument($0.serialized()) }
    }

    var price: Price {
        let entry = document["price"] ?? .null
        var price = Price(
            provider: "p", model: "m", from: "2026-11-01", currency: .usd, rates: Golden.rates(entry), source: "test")
        for step in entry["long_context"]?.arrayValue ?? [] {
            let above = step["above_input_tokens"]?.integerValue ?? 0
            price.set(Golden.rates(step), when: RateConditions(aboveInput: above))
        }
        for tier in entry["tiers"]?.objectValue ?? [] {
            price.set(Golden.rates(tier.value), when: RateConditions(tier: tier.name))
        }
        for rates in entry["rates"]?.arrayValue ?? [] {
            let when = RateConditions(
                tier: rates["when"]?["tier"]?.stringValue, aboveInput: rates["when"]?["above_input"]?.integerValue,
                geo: rates["when"]?["geo"]?.stringValue)
            price.set(Golden.rates(rates), when: when)
        }
        for piece in entry["per_call"]?.objectValue ?? [] {
            price.perCall[piece.name] = Money.nano(decimal: piece.value.stringValue ?? "")
        }
        return price
    }

    private static func rates(_ entry: JSONValue) -> Rates {
        func nano(_ name: String) -> Int64? { entry[name]?.stringValue.flatMap { Money.nano(decimal: $0) } }
        var rates = Rates(input: nano("input") ?? -1, output: nano("output") ?? -1)
        for each in BillingClass.all where each != .input && each != .output { rates[each] = nano(each.name) }
        return rates
    }

    var expected: JSONValue { document["expect"] ?? .null }

    var usage: Usage {
        func count(_ name: String) -> Int64 { expected[name]?.integerValue ?? 0 }
        var usage = Usage()
        for each in BillingClass.all { usage[each] = count(each.name) }
        usage.reasoning = count("reasoning")
        for extra in expected["extras"]?.objectValue ?? [] {
            usage.extras = usage.extras ?? [:]
            usage.extras?[extra.name] = extra.value.integerValue
        }
        return usage
    }

    func texts(_ name: String) -> [String] { expected[name]?.arrayValue?.compactMap(\.stringValue) ?? [] }
}

@Suite struct GoldenUsageTests {
    @Test func everyVendorHasGoldenFiles() {
        let vendors = Set(Golden.all.compactMap(\.vendor))
        let all: Set<VendorUsage> = [.responses, .anthropic, .converse, .gemini, .cohere, .titan]
        #expect(vendors == all.union(UsageDialect.allCases.map { .chat($0) }))
        #expect(Golden.all.count >= 70)
    }

    @Test(arguments: Golden.all)
    private func billsWhatTheVendorBills(_ golden: Golden) throws {
        let vendor = try #require(golden.vendor)
        let billed = try #require(vendor.read(golden.objects))
        #expect(billed.usage == golden.usage)
        #expect(billed.clamped == golden.texts("clamped"))
        #expect(billed.tier == golden.expected["tier"]?.stringValue)
        #expect(billed.geo == golden.expected["geo"]?.stringValue)
        let tier = billed.tier ?? golden.document["tier"]?.stringValue
        let charge = try #require(golden.price.charge(for: billed.usage, tier: tier, geo: billed.geo))
        #expect(charge.nano == golden.expected["nano"]?.integerValue)
        #expect(charge.unpricedClasses == golden.texts("flags"))
    }

    /// Of several usage objects each overwrites the ones before, field by field; so repeating one changes nothing.
    @Test(arguments: Golden.all)
    private func addsNothingUp(_ golden: Golden) throws {
        let vendor = try #require(golden.vendor)
        let last = try #require(golden.objects.last)
        #expect(vendor.read(golden.objects + [last, last]) == vendor.read(golden.objects))
    }

    /// The streams and whole answers of OpenAI's dialect go through the same reader.
    @Test(arguments: Golden.all.filter { if case .chat = $0.vendor { true } else { false } })
    private func aWholeAnswerIsReadAlike(_ golden: Golden) throws {
        guard case .chat(let dialect) = golden.vendor, golden.objects.count == 1 else { return }
        let usage = String(decoding: golden.objects[0].bytes, as: UTF8.self)
        let body = #"{"id":"x","model":"m","choices":[{"finish_reason":"stop"}],"usage":\#(usage)}"#
        let adapter = OpenAIAdapter(OpenAIQuirks(usage: dialect))
        let reading = try adapter.decode(status: 200, body: Array(body.utf8), now: 0)
        #expect(reading.usage == golden.usage && reading.clampedClasses == golden.texts("clamped"))
    }

    @Test(arguments: [
        "{}", "[]", #"{"input_tokens":-1}"#, #"{"promptTokenCount":1e400}"#, #"{"inputTokens":"7"}"#,
        #"{"promptTokenCount":null,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":9}]}"#,
        #"{"billed_units":{"input_tokens":1.5}}"#, #"{"prompt_tokens":99999999999999999999}"#,
    ])
    func whatIsNoUsageIsNotReported(text: String) throws {
        guard let document = try? JSONDocument(Array(text.utf8)) else { return }
        let all: [VendorUsage] = [.responses, .anthropic, .converse, .gemini, .cohere, .titan, .chat(.openai)]
        for vendor in all { #expect(vendor.read([document]) == nil, "\(vendor)") }
    }

    /// Whatever a vendor claims, no class is negative and nothing traps.
    @Test func figuresAtTheEdgeStayInRange() throws {
        let most = Int64.max
        let text = """
            {"prompt_tokens":\(most),"completion_tokens":\(most),"total_tokens":\(most),"input_tokens":\(most),
             "output_tokens":\(most),"cache_read_input_tokens":\(most),"cache_creation_input_tokens":\(most),
             "cache_creation":{"ephemeral_5m_input_tokens":\(most),"ephemeral_1h_input_tokens":\(most)},
             "inputTokens":\(most),"outputTokens":\(most),"cacheWriteInputTokens":\(most),
             "cacheDetails":[{"ttl":"5m","inputTokens":\(most)},{"ttl":"9d","inputTokens":\(most)}],
             "promptTokenCount":\(most),"toolUsePromptTokenCount":\(most),"candidatesTokenCount":\(most),
             "thoughtsTokenCount":\(most),"totalTokenCount":\(most),"cachedContentTokenCount":5,
             "promptTokensDetails":[{"modality":"AUDIO","tokenCount":\(most)},{"modality":"IMAGE","tokenCount":\(most)}],
             "billed_units":{"input_tokens":\(most),"search_units":\(most)},"cached_tokens":\(most),
             "inputTextTokenCount":\(most),"num_sources_used":\(most),"cost":1e40,"prompt_cache_hit_tokens":\(most),
             "prompt_cache_miss_tokens":\(most)}
            """
        let document = try JSONDocument(Array(text.utf8))
        let all: [VendorUsage] = [.responses, .anthropic, .converse, .gemini, .cohere, .titan]
        for vendor in all + UsageDialect.allCases.map({ .chat($0) }) {
            let usage = try #require(vendor.read([document])?.usage)
            #expect(BillingClass.all.allSatisfy { usage[$0] >= 0 }, "\(vendor)")
        }
    }
}
