/// What members of a request's outermost object do at vendors, as data.
enum MemberTable {
    /// All names that are known of anybody.
    static let names: [String] = {
        var all = Set(OpenAIRequest.Endpoint.allCases.flatMap(ordinary(on:)))
        all.formUnion(effects.keys)
        for vendor in Vendor.allCases { all.formUnion(vendor.harmlessMembers) }
        return all.sorted()
    }()

    /// The members of OpenAI's API: without an effect beyond what the gateway reads and bounds.
    static func ordinary(on endpoint: OpenAIRequest.Endpoint) -> Set<String> {
        let everywhere: Set = ["model", "user", "safety_identifier", "service_tier", "client_metadata"]
        switch endpoint {
        case .chatCompletions: return everywhere.union(generation).union(chat)
        case .completions: return everywhere.union(generation).union(completions)
        case .embeddings: return everywhere.union(["input", "encoding_format", "dimensions"])
        case .responses: return everywhere.union(responses)
        }
    }

    private static let generation: Set = [
        "max_tokens", "stream", "stream_options", "temperature", "top_p", "n", "stop", "seed", "logprobs", "logit_bias",
        "frequency_penalty", "presence_penalty",
    ]

    private static let chat: Set = [
        "messages", "max_completion_tokens", "tools", "tool_choice", "parallel_tool_calls", "functions",
        "function_call",
        "response_format", "metadata", "store", "reasoning_effort", "verbosity", "modalities", "audio", "prediction",
        "top_logprobs", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "web_search_options",
        "moderation", "search_parameters", "prompt", "prompt_id",
    ]

    private static let completions: Set = ["prompt", "best_of", "echo", "suffix"]

    private static let responses: Set = [
        "input", "instructions", "max_output_tokens", "max_tool_calls", "stream", "stream_options", "temperature",
        "top_p",
        "top_logprobs", "tools", "tool_choice", "parallel_tool_calls", "text", "reasoning", "metadata", "store",
        "include",
        "truncation", "background", "prompt", "prompt_id", "prompt_cache_key", "prompt_cache_options",
        "prompt_cache_retention", "web_search_options", "previous_response_id", "conversation", "context_management",
        "search_parameters",
        "client_metadata", "image", "access_programs",
    ]

    /// Members that are obeyed by a vendor in what the gateway promises; what is no vendor's is not among them.
    static let effects: [String: MemberEffect] = {
        var table: [String: MemberEffect] = [:]
        for (effect, names) in rows {
            for name in names { table[name] = effect }
        }
        return table
    }()

    private static let rows: [(MemberEffect, [String])] = [
        // OpenRouter's, LiteLLM's, Groq's, and adapters of TGI and llama.cpp
        (.models, ["models"]),
        (.plugins, ["plugins"]),
        (
            .choosesModel,
            [
                "route", "provider", "preset", "fallbacks", "fallback_models", "context_window_fallback_dict",
                "content_policy_fallbacks", "model_list", "custom_llm_provider", "api_base", "base_url", "api_key",
                "api_version", "deployment_id", "engine", "engine_id", "agent_id", "compound_custom", "lora",
                "lora_name",
                "adapter_id", "adapter", "adapter_source", "model_id", "model_name", "safety_model", "judge_model",
            ]
        ),
        (
            .refused(.limit),
            [
                "n_predict", "num_predict", "max_new_tokens", "max_gen_len", "max_gen_toks", "max_length",
                "max_tokens_to_sample", "max_tokens_per_choice", "min_new_tokens", "min_length", "options",
                "parameters", "generation_config", "sampling_params", "thinking_budget", "enable_thinking", "nvext",
                "extra_body", "extra_options", "num_return_sequences", "num_beams", "best_n", "deferred", "background",
                "max_completion_tokens", "max_output_tokens", "max_tokens", "n_choices", "num_completions",
            ]
        ),
        (.atMostLimit, ["min_tokens"]),
        (.atMostChoices, ["best_of"]),
        (.onlyFalse, ["use_beam_search", "enable_search", "safe_prompt", "vl_high_resolution_images", "raw"]),
        (.onlyScalars, ["chat_template_kwargs"]),
        (
            .refused(.input),
            [
                "data_sources", "enhancements", "cached_content", "documents", "chat_template", "template", "system",
                "system_prompt", "context", "images", "inputs", "mm_processor_kwargs", "media_io_kwargs", "prompt_mode",
                "multimodal_data", "prompt_embeds", "add_context", "knowledge_base", "file_ids", "files", "attachments",
                "google", "num_ctx", "input_extra", "previous_response_id", "conversation", "search_options", "memory",
                "assistant_id", "thread_id", "conversation_id", "session_params", "prompt_template", "input_prefix",
                "kv_transfer_params", "messages", "input",
            ]
        ),
        (
            .refused(.fees),
            [
                "web_search", "search_settings", "enable_code_interpreter", "guardrails", "image_config",
                "cache_control",
                "tools_config", "tool_resources", "mcp_servers", "connectors", "retrieval", "web_search_options",
                "max_search_results", "num_search_results", "search_queries_only", "tools", "functions",
                "max_tool_calls",
                "prediction", "audio", "modalities", "container",
            ]
        ),
    ]
}

/// What a member does at vendors that know it.
enum MemberEffect: Sendable, Hashable {
    /// Names models in place of `model`, in an array.
    case models
    /// Names extensions, some of which choose models.
    case plugins
    /// Chooses a model, or who serves it, in a way that cannot be checked.
    case choosesModel
    /// Brings something that the bound of a call does not see.
    case refused(Subject)
    /// Nobody's that is known.
    case unknown
    /// Bounded: an integer up to the limit of output tokens.
    case atMostLimit
    /// Bounded: an integer up to the number of answers.
    case atMostChoices
    /// Bounded: `false`.
    case onlyFalse
    /// Bounded: an object of short values, none of which is a template.
    case onlyScalars

    enum Subject: String, Sendable, Hashable {
        case limit = "how much the model writes"
        case input = "what the model reads"
        case fees = "what the vendor does for a fee"
    }
}

extension Vendor {
    /// Members beyond OpenAI's that the vendor takes, and that change nothing which the gateway promises: how it samples, and
    /// the form of its answer.
    var harmlessMembers: Set<String> {
        switch self {
        case .openai: []
        case .azure: ["user_security_context"]
        case .mistral:
            ["random_seed", "document_image_limit", "document_page_limit", "output_dimension", "output_dtype"]
        case .groq:
            [
                "reasoning_format", "include_reasoning", "disable_tool_validation", "exclude_domains",
                "include_domains",
                "citation_options", "top_k",
            ]
        case .deepseek: ["thinking", "user_id"]
        case .xai: Vendor.sampling
        case .openrouter:
            Vendor.sampling.union([
                "transforms", "reasoning", "include_reasoning", "usage", "session_id", "trace", "debug",
                "structured_outputs",
            ])
        case .together:
            Vendor.sampling.union(["context_length_exceeded_behavior", "reasoning", "compliance", "echo"])
        case .fireworks:
            Vendor.sampling.union([
                "context_length_exceeded_behavior", "prompt_truncate_len", "raw_output", "perf_metrics_in_response",
                "prompt_cache_isolation_key", "mirostat_target", "mirostat_lr", "reasoning_history", "return_token_ids",
                "ignore_eos", "speculation", "thinking",
            ])
        case .perplexity:
            [
                "search_domain_filter", "search_recency_filter", "search_after_date_filter",
                "search_before_date_filter",
                "last_updated_after_filter", "last_updated_before_filter", "search_language_filter", "return_images",
                "return_related_questions", "image_domain_filter", "image_format_filter", "language_preference",
                "disable_search", "stream_mode", "top_k",
            ]
        case .cohere: ["top_k", "k", "p", "safety_mode", "strict_tools"]
        case .google: ["top_k"]
        case .qwen: ["top_k", "repetition_penalty", "preserve_thinking", "incremental_output", "result_format"]
        case .watsonxGateway: Vendor.sampling
        case .vllm, .nim, .dell, .hpe: Vendor.sampling.union(Vendor.vllmMembers)
        case .ollama: Vendor.sampling.union(Vendor.ollamaMembers)
        case .llamaCpp: Vendor.sampling.union(Vendor.llamaCppMembers)
        case .tgi: Vendor.sampling.union(Vendor.tgiMembers)
        case .lmStudio: Vendor.sampling.union(Vendor.lmStudioMembers)
        case .compatible:
            Vendor.sampling.union(Vendor.vllmMembers).union(Vendor.ollamaMembers).union(Vendor.llamaCppMembers)
                .union(Vendor.tgiMembers).union(Vendor.lmStudioMembers)
        }
    }

    private static let sampling: Set = [
        "top_k", "top_a", "min_p", "typical_p", "repetition_penalty", "repeat_penalty", "length_penalty",
        "no_repeat_ngram_size", "top_n_tokens", "stop_token_ids", "top_logprobs",
    ]

    private static let vllmMembers: Set = [
        "ignore_eos", "early_stopping", "include_stop_str_in_output", "skip_special_tokens",
        "spaces_between_special_tokens", "truncate_prompt_tokens", "prompt_logprobs", "allowed_token_ids", "bad_words",
        "echo", "add_generation_prompt", "continue_final_message", "add_special_tokens", "guided_json", "guided_regex",
        "guided_choice", "guided_grammar", "guided_decoding_backend", "guided_whitespace_pattern", "structured_outputs",
        "structural_tag", "priority", "request_id", "logits_processors", "return_tokens_as_token_ids",
        "return_token_ids",
        "cache_salt", "vllm_xargs", "include_reasoning", "thinking_token_budget", "normalize", "embed_dtype",
        "endianness",
        "truncation_side", "repetition_detection", "response_format", "regex", "ebnf", "separate_reasoning",
        "stream_reasoning", "no_stop_trim", "stop_regex", "return_hidden_states",
    ]

    private static let ollamaMembers: Set = ["think", "keep_alive", "format", "truncate"]

    private static let llamaCppMembers: Set = [
        "dynatemp_range", "dynatemp_exponent", "dry_multiplier", "dry_base", "dry_allowed_length", "dry_penalty_last_n",
        "dry_sequence_breakers", "xtc_probability", "xtc_threshold", "mirostat", "mirostat_tau", "mirostat_eta",
        "grammar",
        "grammar_lazy", "grammar_triggers", "json_schema", "n_probs", "n_keep", "min_keep", "cache_prompt", "id_slot",
        "samplers", "timings_per_token", "post_sampling_probs", "return_progress", "return_tokens", "repeat_last_n",
        "penalize_nl", "tfs_z", "typ_p", "t_max_predict_ms", "n_indent", "ignore_eos", "reasoning_format",
        "thinking_forced_open", "parse_tool_calls", "parallel_tool_calls", "n_cache_reuse", "response_fields",
        "embd_normalize", "top_n_sigma", "adaptive_target", "adaptive_decay", "speculative.n_max", "speculative.n_min",
        "speculative.p_min", "preserved_tokens", "add_generation_prompt", "reasoning_budget",
    ]

    private static let tgiMembers: Set = [
        "do_sample", "details", "decoder_input_details", "return_full_text", "watermark", "truncate", "guideline",
        "tool_prompt", "normalize",
    ]

    private static let lmStudioMembers: Set = ["ttl", "draft_model"]
}
