/// What vendors' words for errors mean: their codes, types and reasons, and what they write where they have none.
enum FailureWords {
    /// What a word means.
    struct Meaning {
        var kind: UpstreamFailure.Kind
        /// The status that the vendor would have answered with; nil for a word that does not say whether it bills.
        var status: Int?

        init(_ kind: UpstreamFailure.Kind, _ status: Int?) {
            self.kind = kind
            self.status = status
        }
    }

    /// - Parameter word: in lower case.
    static func meaning(of word: String) -> Meaning? { meanings[word] }

    private static let meanings: [String: Meaning] = {
        let lists: [(Meaning, [String])] = [
            (
                Meaning(.rateLimited, 429),
                [
                    "rate_limit_exceeded", "slow_down", "rate_limit_error", "too_many_requests", "resource_exhausted",
                    "rate_limited", "rate_limit_reached_error", "ratelimiterror", "ratelimitexceeded",
                    "toomanyrequests", "toomanyrequestsexception", "throttlingexception", "throttling",
                    "throttling.ratequota", "throttling.allocationquota", "limit_requests", "tokens_per_minute",
                    "requests_per_minute",
                ]
            ),
            (
                Meaning(.quota, 429),
                [
                    "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
                    "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "billing_hard_limit_reached",
                    "billing_not_active", "billing_error", "insufficient_balance", "insufficient_credits",
                    "insufficient_funds", "insufficient_user_quota", "exceeded_current_quota_error",
                    "payment_required", "quota_exceeded", "servicequotaexceededexception", "arrearage",
                ]
            ),
            (
                Meaning(.authentication, 401),
                [
                    "invalid_api_key", "incorrect_api_key", "authentication_error", "account_deactivated",
                    "api_key_invalid", "unauthenticated", "unauthorized", "invalid_authentication",
                    "invalid_authentication_error", "authenticationerror", "unauthorizederror", "invalid_token",
                    "access_token_expired", "access_token_type_unsupported", "api_key_service_blocked",
                    "api_key_expired", "credentials_missing", "account_state_invalid", "consumer_suspended",
                    "consumer_invalid", "service_disabled", "invalidapikey", "unrecognizedclientexception",
                    "expiredtokenexception",
                ]
            ),
            (
                Meaning(.contextLength, 400),
                [
                    "context_length_exceeded", "exceed_context_size_error", "model_context_window_exceeded",
                    "context_window_exceeded", "input_too_long", "prompt_too_long",
                ]
            ),
            (
                Meaning(.contentFilter, nil),
                [
                    "content_filter", "content_policy_violation", "content_policy_error", "moderation_blocked",
                    "responsibleaipolicyviolation", "data_inspection_failed", "datainspectionfailed",
                    "invalid_prompt", "cyber_policy", "cyber_policy_violation", "bio_policy", "prompt_blocked",
                    "sensitive_words_detected", "image_content_policy_violation", "content_moderation",
                ]
            ),
            (
                Meaning(.notPermitted, 403),
                [
                    "unsupported_country_region_territory", "unsupported_country", "unsupported_region",
                    "country_not_supported", "region_not_supported",
                ]
            ),
            (
                Meaning(.unknownModel, 404),
                [
                    "model_not_found", "model_not_available", "deploymentnotfound", "unknown_model", "invalid_model",
                    "unsupported_model", "model_not_supported", "modelnotfound", "model_decommissioned",
                    "model_terms_required", "model_access_denied", "model_permission_denied", "model_not_allowed",
                    "model_permission_blocked_org", "model_permission_blocked_project",
                ]
            ),
            (
                Meaning(.unavailable, 503),
                [
                    "server_is_overloaded", "overloaded_error", "overloaded", "engine_overloaded",
                    "engine_overloaded_error", "model_overloaded", "service_unavailable", "service_unavailable_error",
                    "serviceunavailable", "serviceunavailableexception", "unavailable", "capacity_exceeded",
                    "no_capacity",
                ]
            ),
            (
                Meaning(.unavailable, 500),
                [
                    "server_error", "internal_server_error", "internal_error", "internalservererror",
                    "internalservererrorexception", "api_error", "internal", "timeout_error", "deadline_exceeded",
                    "bad_gateway", "upstream_error", "modelstreamerrorexception", "vector_store_timeout",
                ]
            ),
            (
                Meaning(.invalidRequest, 400),
                [
                    "invalid_request_error", "invalid_request", "invalid_value", "invalid_type", "invalid_parameter",
                    "unsupported_parameter", "unsupported_value", "missing_required_parameter", "invalid_argument",
                    "bad_request", "badrequesterror", "validation_error", "validation", "validationexception",
                    "unprocessable_entity", "tool_use_failed", "json_validate_failed", "string_above_max_length",
                    "request_too_large", "not_found_error", "invalid_json", "invalid_json_schema",
                    "previous_response_not_found", "empty_image_file", "failed_to_download_image", "invalid_image",
                    "invalid_image_url", "invalid_image_format", "invalid_base64_image", "image_parse_error",
                    "image_too_large", "image_too_small", "image_file_too_large", "image_file_not_found",
                    "invalid_image_mode", "unsupported_image_media_type",
                ]
            ),
        ]
        var meanings: [String: Meaning] = [:]
        for (meaning, words) in lists {
            for word in words { meanings[word] = meaning }
        }
        return meanings
    }()

    /// With these codes a 429 passes, whatever its type says.
    static let passing: Set = ["rate_limit_exceeded", "slow_down"]

    // MARK: Phrases, all in lower case

    /// What vendors write when the input is too long.
    static let context = [
        "maximum context length is", "exceed context limit", "exceeds the model's maximum context length",
        "model's maximum context limit", "is longer than the model's context length",
        "input tokens exceed the configured limit", "`inputs` tokens + `max_new_tokens` must be",
        "exceeds the available context size", "exceed_context_size_error",
        "exceeds the maximum number of tokens allowed", "prompt is too long", "input is too long",
        "too many input tokens", "too many tokens", "expected maxlength:", "exceed model maximum",
        "maximum input length is", "input too long:", "while limit is", "max sequence length",
    ]
    /// What they write to somebody whose key is wrong, with a status that says it is the request.
    static let credential = [
        "api key not valid", "incorrect api key", "invalid api key", "invalid api-key", "api key expired",
        "invalid authentication", "no auth credentials",
    ]
    /// What they write of a text that they will not work on.
    static let flagged = [
        "input was flagged", "prompt was flagged", "been flagged", "was flagged", "requires moderation",
        "content policy", "usage policy", "usage policies", "safety system", "content management policy",
        "content moderation",
    ]
    /// What they write of a place that they do not serve.
    static let place = [
        "country, region, or territory not supported", "location is not supported", "your country", "your region",
        "your location", "not available in this region",
    ]
    /// What they write of a model that an account may not use, where the message speaks of a model.
    static let access = [
        "access", "permission", "not allowed", "not permitted", "not authorized", "not available", "not enabled",
        "not exist", "not found", "not supported", "disabled",
    ]
    /// Of an error that has neither status nor code.
    static let unsaid: [(phrase: String, meaning: Meaning)] = [
        ("rate limit", Meaning(.rateLimited, 429)), ("too many requests", Meaning(.rateLimited, 429)),
        ("ratelimit", Meaning(.rateLimited, 429)), ("insufficient credit", Meaning(.quota, 429)),
        ("insufficient balance", Meaning(.quota, 429)), ("insufficient quota", Meaning(.quota, 429)),
        ("exceeded your current quota", Meaning(.quota, 429)), ("overloaded", Meaning(.unavailable, 503)),
        ("at capacity", Meaning(.unavailable, 503)),
    ]

    static func speaks(_ message: String, of phrases: [String]) -> Bool {
        phrases.contains(where: message.contains)
    }
}
