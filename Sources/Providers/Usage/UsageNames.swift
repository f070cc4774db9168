import JSON

/// A figure of a `usage` object, whatever its name.
enum UsageFigure: Int, CaseIterable, Sendable {
    /// Everything that was read; in Anthropic's manner what a cache gave or took stands beside it.
    case prompt
    case completion
    case total
    /// Read from a cache; a part of ``prompt``.
    case cached
    /// Read without a cache's help.
    case missed
    /// Written to a cache; a part of ``prompt``.
    case written
    /// The same in Anthropic's names: a part of the prompt, or beside it.
    case cacheRead, cacheCreated
    case written5m, written1h, written12h
    case audioInput, imageInput, audioOutput, imageOutput
    case reasoning

    /// The billing class, or total, by which reports name it.
    var name: String {
        switch self {
        case .prompt, .missed: "input"
        case .completion: "output"
        case .total: "total"
        case .cached, .cacheRead: "cached_input"
        case .written, .cacheCreated, .written5m: "cache_write"
        case .written1h: "cache_write_1h"
        case .written12h: "cache_write_12h"
        case .audioInput: "audio_input"
        case .imageInput: "image_input"
        case .audioOutput: "audio_output"
        case .imageOutput: "image_output"
        case .reasoning: "reasoning"
        }
    }
}

/// The names under which upstreams that speak OpenAI's dialect report usage: one table for every API of it.
///
/// Of two names for a figure in one object, the one that comes first and is above zero counts.
enum UsageNames {
    typealias Table<Meaning> = [(name: StaticString, meaning: Meaning)]

    /// What stands in `usage` itself.
    static let figures: Table<UsageFigure> = [
        ("prompt_tokens", .prompt), ("input_tokens", .prompt),
        ("completion_tokens", .completion), ("output_tokens", .completion),
        ("total_tokens", .total),
        ("cached_tokens", .cached), ("num_cached_tokens", .cached), ("prompt_cache_hit_tokens", .cached),
        ("cached_prompt_tokens", .cached), ("cached_input_tokens", .cached), ("cache_read_tokens", .cached),
        ("prompt_cache_miss_tokens", .missed),
        ("cache_write_tokens", .written), ("cache_creation_tokens", .written),
        ("cache_read_input_tokens", .cacheRead), ("cache_creation_input_tokens", .cacheCreated),
        ("cache_write_input_tokens", .cacheCreated),
        ("reasoning_tokens", .reasoning), ("thinking_tokens", .reasoning),
    ]

    /// Objects in `usage` that split what was read, and their figures.
    static let inputDetails: [StaticString] = [
        "prompt_tokens_details", "input_tokens_details", "prompt_token_details", "input_token_details",
    ]
    static let inputParts: Table<UsageFigure> = [
        ("cached_tokens", .cached), ("cache_read_tokens", .cached), ("cached_input_tokens", .cached),
        ("cache_read_input_tokens", .cached), ("cache_write_tokens", .written), ("cache_creation_tokens", .written),
        ("cached_creation_tokens", .written), ("cache_creation_input_tokens", .written),
        ("audio_tokens", .audioInput), ("image_tokens", .imageInput),
    ]

    /// Objects that split what was written to a cache by lifetime; they stand in `usage` or in the details of the input.
    static let lifetimeDetails: [StaticString] = [
        "cache_creation", "cache_write_tokens_details", "cache_creation_token_details",
    ]
    static let lifetimes: Table<UsageFigure> = [
        ("ephemeral_5m_input_tokens", .written5m), ("ephemeral_1h_input_tokens", .written1h),
        ("ttl_30m_tokens", .written5m), ("ttl_12h_tokens", .written12h),
    ]

    /// Objects in `usage` that split what was written, and their figures.
    static let outputDetails: [StaticString] = [
        "completion_tokens_details", "output_tokens_details", "completion_token_details", "output_token_details",
    ]
    static let outputParts: Table<UsageFigure> = [
        ("reasoning_tokens", .reasoning), ("thinking_tokens", .reasoning), ("audio_tokens", .audioOutput),
        ("image_tokens", .imageOutput),
    ]

    /// What is billed by the piece, in `usage` itself.
    static let pieces: Table<String> = [
        ("num_search_queries", "web_search"), ("num_sources_used", "search_sources"), ("search_units", "search_units"),
        ("citation_tokens", "citation_tokens"), ("prompt_audio_seconds", "audio_seconds"),
    ]

    /// Objects, in `usage` or beside it, whose members count the calls of a vendor's tools.
    static let toolDetails: [StaticString] = [
        "server_tool_use", "server_tool_use_details", "server_side_tool_usage_details",
    ]
    static let tools: Table<String> = [
        ("web_search_requests", "web_search"), ("web_fetch_requests", "web_fetch"),
        ("code_execution_requests", "code_interpreter"), ("web_search_calls", "web_search"),
        ("x_search_calls", "x_search"), ("code_interpreter_calls", "code_interpreter"),
        ("file_search_calls", "file_search"), ("document_search_calls", "document_search"),
    ]

    /// What a call cost by the vendor's own account, and what a unit of the figure is, in powers of ten of a dollar.
    static let costs: Table<Int> = [
        ("cost", 0), ("estimated_cost", 0), ("total_cost", 0), ("cost_in_usd_ticks", -10),
    ]

    static func meaning<Meaning>(of name: JSONNode, in table: Table<Meaning>, _ document: JSONDocument) -> Meaning? {
        table.first { document.equals(name, $0.name) }?.meaning
    }

    static func lists(_ name: JSONNode, in names: [StaticString], _ document: JSONDocument) -> Bool {
        names.contains { document.equals(name, $0) }
    }
}
