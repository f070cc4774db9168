import CivilTime
import Inference
import JSON
import Ledger

extension RequestEnd {
    /// Members of an object that the caller has begun.
    func write(to body: inout JSONWriter) {
        identity.write(to: &body)
        body.member("endpoint", endpoint)
        body.member("outcome", outcome.rawValue)
        body.member("status", status)
        body.member("error", errorCode)
        body.member("stream", stream)
        body.member("fallback", fallback)
        body.member("started", Timestamp.format(startedAt, fraction: true))
        body.member("duration_ms", durationMs)
        body.name("first_byte_ms")
        body.optional(firstByteMs)
        body.member("session", session)
        body.member("tags", tags)
        body.name("max_tokens")
        body.optional(maxTokens)
        body.name("max_tokens_imposed")
        body.value(isLimitImposed.map { .bool($0) } ?? .null)
        body.name("clipped_to")
        body.optional(clippedTo)
        body.member("degraded_from", degradedFrom)
        body.member("cut_by", cutBy)
        body.member("idempotency_key", idempotencyKey)
    }
}

extension CallIdentity {
    func write(to body: inout JSONWriter) {
        body.member("application", application)
        body.member("team", team)
        body.member("key", key)
        body.member("model", model)
        body.member("prompt", prompt.map { $0.name })
        body.member("prompt_version", prompt?.version)
        body.member("prompt_label", prompt?.label)
        body.member("prompt_override", prompt?.override)
        body.member("prompt_digest", prompt?.digest)
        body.member("prompt_commit", prompt?.commit)
        body.member("experiment", variant?.experiment)
        body.name("phase")
        body.optional(variant.map { Int64($0.phase) })
        body.member("variant", variant?.variant)
        body.member("generation", generation)
        body.member("commit", commit)
    }
}

extension Usage {
    /// The classes that the attempt used, by name; those of text are always named.
    var classes: [(name: String, tokens: Int64)] {
        let used = BillingClass.all.filter { self[$0] != 0 || $0 == .input || $0 == .output }
        return used.map { ($0.name, self[$0]) } + (reasoning == 0 ? [] : [("reasoning", reasoning)])
    }

    /// What the vendor itself says that the call cost, in dollars; nil when it says nothing.
    var vendorCostText: String? { extras?[Usage.vendorCost].map { Money.decimal(nano: $0) } }
}

extension JSONWriter {
    mutating func optional(_ value: Int64?) {
        if let value { integer(value) } else { null() }
    }
}
