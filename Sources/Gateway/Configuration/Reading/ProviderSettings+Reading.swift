import Providers
import YAML

enum ProviderKey: String, ConfigurationKey {
    case kind, vendor, headers, proxy, credential, disconnect, timeouts, usage
    case baseURL = "base_url"
    case apiKey = "api_key"
    case caFile = "ca_file"
    case isPrivate = "private"
    case onDisconnect = "on_disconnect"
    case cancelStopsBilling = "cancel_stops_billing"
    case maxTokensMember = "max_tokens_member"
    case streamOptions = "stream_options"
    case responsesAPI = "responses_api"
    case allowMembers = "allow_members"
    case unknownMembers = "unknown_members"

    static let section = "providers.NAME"
    static let unbuilt: Set<ProviderKey> = [.credential]
}

enum DrainKey: String, ConfigurationKey {
    case time, bytes, streams

    static let section = "providers.NAME.disconnect"
}

enum CancelKey: String, ConfigurationKey {
    case slack

    static let section = "providers.NAME.cancel_stops_billing"
}

enum TimeoutsKey: String, ConfigurationKey {
    case connect, idle, total
    case firstByte = "first_byte"

    static let section = "providers.NAME.timeouts"
}

extension ProviderSettings {
    /// Kinds that are reserved for adapters which this version does not have.
    private static let unbuiltKinds: Set<String> = [
        "anthropic", "azure", "azure_ai", "bedrock", "cohere", "gemini", "groq", "mistral", "deepseek", "vertex_ai",
        "watsonx", "xai",
    ]

    /// Returns nil when the provider has no kind that is known; other mistakes are reported and left at their defaults.
    static func read(_ name: String, _ reader: MappingReader<ProviderKey>) -> ProviderSettings? {
        guard let kind = kind(reader) else { return nil }
        var provider = ProviderSettings(name: name, kind: kind)
        if let value = reader.scalar(.vendor) { provider.vendor = reader.context.choice(value, of: Vendor.self) }
        provider.readConnection(reader)
        provider.readBehaviour(reader)
        return provider
    }

    private static func kind(_ reader: MappingReader<ProviderKey>) -> Kind? {
        guard let value = reader.required(.kind, example: "kind: openai") else { return nil }
        if case .string(let word) = value.node.value, unbuiltKinds.contains(word) {
            reader.context.error(
                value, "'\(word)' is not in this version; if it offers OpenAI's API, use kind: openai with its base_url"
            )
            return nil
        }
        return reader.context.choice(
            value, of: Kind.self, aliases: ["vllm": "openai", "ollama": "openai", "sim": "simulated"])
    }

    private mutating func readConnection(_ reader: MappingReader<ProviderKey>) {
        reader.bool(.isPrivate, into: &isPrivate)
        switch kind {
        case .openai:
            if let value = reader.required(.baseURL, example: "base_url: https://api.openai.com/v1") {
                baseURL = reader.context.baseURL(value, isPrivate: isPrivate)
                checkPath(value, reader.context)
            }
        case .simulated:
            for key in [ProviderKey.vendor, .baseURL, .apiKey, .headers, .caFile, .proxy] where reader.has(key) {
                reader.context.findings.add(
                    .error, reader.place(key), "\(reader.path(key)): a simulated provider has no network; leave it out")
            }
            return
        }
        if let value = reader.scalar(.apiKey) { readKey(value, reader.context) }
        if let value = reader.optional(.headers) { readHeaders(value, reader.context) }
        if let value = reader.scalar(.caFile) { caFile = reader.context.path(value) }
        if let value = reader.scalar(.proxy) { proxy = ProviderSettings.proxy(value, reader.context) }
    }

    /// Most vendors' API is below a path, and whoever leaves it out reads of a 404 at the first call.
    private func checkPath(_ value: ConfigurationValue, _ context: ReadingContext) {
        guard let baseURL, baseURL.path.isEmpty, !speaker.isAtRoot else { return }
        context.warning(value, "has no path; OpenAI's API is below '/v1' nearly everywhere: '\(baseURL)/v1'")
    }

    private mutating func readBehaviour(_ reader: MappingReader<ProviderKey>) {
        reader.choice(.onDisconnect, into: &onDisconnect)
        reader.choice(.maxTokensMember, into: &maxTokensMember)
        reader.bool(.streamOptions, into: &sendsStreamOptions)
        if let inner = reader.mapping(.cancelStopsBilling, CancelKey.self),
            let value = inner.required(.slack, example: "slack: 64")
        {
            cancelSlack = inner.context.integer(value, in: 1...100_000)
        }
        if let value = reader.scalar(.responsesAPI) { speaksResponses = reader.context.bool(value) }
        if let value = reader.optional(.allowMembers) {
            allowedMembers = Set(reader.context.strings(value, of: "members").map(\.text))
        }
        if let value = reader.scalar(.unknownMembers) {
            unknownMembers = reader.context.choice(value, of: MemberPolicy.Unknown.self)
        }
        if let value = reader.scalar(.usage) { usage = reader.context.choice(value, of: UsageDialect.self) }
        if let inner = reader.mapping(.disconnect, DrainKey.self) { drain.read(inner) }
        if let inner = reader.mapping(.timeouts, TimeoutsKey.self) { timeouts.read(inner) }
    }

    private static func proxy(_ value: ConfigurationValue, _ context: ReadingContext) -> BaseURL? {
        guard let text = context.string(value) else { return nil }
        do throws(BaseURL.Malformed) {
            let url = try BaseURL(text)
            if !url.path.isEmpty { context.error(value, "has a path; a proxy is http://host:port") }
            return url
        } catch {
            context.error(value, "\(error)")
            return nil
        }
    }
}

extension DrainSettings {
    mutating func read(_ reader: MappingReader<DrainKey>) {
        reader.duration(.time, .zero ... .seconds(3_600), into: &time)
        reader.size(.bytes, 0...(1 << 30), into: &bytes)
        reader.integer(.streams, 0...100_000, into: &streams)
    }
}

extension TimeoutSettings {
    mutating func read(_ reader: MappingReader<TimeoutsKey>) {
        let range: ClosedRange<Duration> = .milliseconds(1) ... .seconds(86_400)
        reader.duration(.connect, range, into: &connect)
        reader.duration(.firstByte, range, into: &firstByte)
        reader.duration(.idle, range, into: &idle)
        reader.duration(.total, range, into: &total)
    }
}
