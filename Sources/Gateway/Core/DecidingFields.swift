package import HTTPTypes
package import Inference

/// The fields of a request that decide who asks, for what, and what becomes of it: each stands at most once.
///
/// Of two fields with one name a proxy may read the first and this server the last, or the other way round; then what one
/// has let through is not what the other serves (RFC 9110 §5.3 allows such fields once). Both ports check the same list.
package enum DecidingFields {
    private static let names: [StaticString] = [
        "authorization", "x-api-key", "api-key", "origin", "content-type", "content-encoding", "idempotency-key",
        "x-llmgw-user", "x-llmgw-session", "x-llmgw-tags", "x-llmgw-experiment", "x-llmgw-include",
        "x-hub-signature-256", "x-gitlab-token", "access-control-request-method",
    ]

    /// Throws 400 for a field that stands there twice, and for two keys that differ.
    package static func check(_ fields: HTTPFields) throws(GatewayError) {
        for name in names where fields.count(of: name) > 1 {
            throw GatewayError(
                400, "invalid_value", "the header '\(name)' is there more than once; send it once",
                param: name.description)
        }
        _ = try key(in: fields)
    }

    /// The bytes of the key in `Authorization: Bearer …`, `x-api-key` or `api-key`; nil when there is none. Throws 400 for
    /// two that differ.
    package static func key(in fields: HTTPFields) throws(GatewayError) -> ArraySlice<UInt8>? {
        var found: ArraySlice<UInt8>?
        if let range = fields.range(of: "x-api-key") { found = fields.bytes[range] }
        if let range = fields.range(of: "api-key") { found = try same(fields.bytes[range], as: found) }
        guard let range = fields.range(of: "authorization") else { return found }
        let value = fields.bytes[range]
        guard value.prefix(7).elementsEqual("bearer ".utf8, by: { $0 | 0x20 == $1 }) else {
            return found == nil ? nil : try same([], as: found)
        }
        return try same(value.dropFirst(7), as: found)
    }

    private static func same(
        _ key: ArraySlice<UInt8>, as other: ArraySlice<UInt8>?
    ) throws(GatewayError) -> ArraySlice<UInt8> {
        guard let other, other != key else { return key }
        throw GatewayError(
            400, "invalid_value",
            "two headers carry different keys; send one of 'Authorization: Bearer …', 'x-api-key' and 'api-key'",
            param: "authorization")
    }
}
