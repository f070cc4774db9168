import HTTPTypes

/// What somebody probably meant whose path names no endpoint: nearly always the base URL is not quite right.
enum EndpointHint {
    /// Parts of vendors' APIs that this version does not have, by the first segment behind `/v1/`.
    private static let unbuilt: Set<String> = [
        "assistants", "audio", "batches", "containers", "conversations", "files", "fine_tuning", "images", "messages",
        "moderations", "organization", "realtime", "rerank", "threads", "uploads", "vector_stores", "videos",
    ]

    /// Returns a sentence that names the endpoint or the base URL, or nil when nothing is near.
    static func text(for path: String) -> String? {
        let plain = plain(path)
        if plain.isEmpty { return "the API is below /v1; give clients a base URL that ends with it" }
        if plain.hasPrefix("/admin/") || plain == "/metrics" || plain.hasPrefix("/console") {
            return "this is the address for calls; '\(plain.prefix(64))' belongs to the admin address (admin.listen)"
        }
        if let (meant, before) = endpoint(in: plain), let text = explanation(meant: meant, before: before) {
            return text
        }
        let parts = plain.split(separator: "/")
        if parts.count > 1, parts[0] == "v1", unbuilt.contains(String(parts[1])) {
            return "'/v1/\(parts[1])' is not in this version"
        }
        if parts.count > 2, parts[0] == "v1", parts[1] == "responses" {
            return "answers are not kept to be asked for again; there is POST /v1/responses alone"
        }
        if let near = Suggestion.nearest(to: plain, among: Route.table.keys.sorted()) { return "did you mean \(near)?" }
        return endpoint(in: plain).map { "you meant \($0.meant.prefix(200)): the base URL must end with '/v1'" }
    }

    /// Without escapes, capitals, doubled slashes, and a slash at the end.
    private static func plain(_ path: String) -> String {
        let decoded = (PercentEncoding.decode(path) ?? path).lowercased()
        return decoded.split(separator: "/").filter { $0 != "." }.reduce(into: "") { $0 += "/" + $1 }
    }

    /// The endpoint whose path, with or without `/v1`, stands in `plain`, and what stands before it.
    private static func endpoint(in plain: String) -> (meant: String, before: Substring)? {
        for known in Route.table.keys.sorted(by: { $0.utf8.count > $1.utf8.count }) where known.hasPrefix("/v1/") {
            let name = known.dropFirst(3)
            if plain.hasSuffix(name) { return (known, plain.dropLast(name.count)) }
        }
        for prefix in [Route.modelPrefix, Route.promptPrefix] {
            let name = String(prefix.dropFirst(3))
            let parts = plain.split(separator: name, maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, !parts[1].isEmpty { return (prefix + parts[1], parts[0]) }
        }
        return nil
    }

    /// Nil when what stands before the endpoint is nothing that clients are known to write.
    private static func explanation(meant: String, before: Substring) -> String? {
        let name = meant.prefix(200)
        switch before {
        case "/v1": return "paths match exactly; you meant \(name)"
        case "": return "you meant \(name): the base URL must end with '/v1'"
        case _ where !before.isEmpty && before.split(separator: "/").allSatisfy({ $0 == "v1" }):
            return "you meant \(name): the base URL ends with '/v1' once, and the client adds the rest"
        case _ where before.hasPrefix("/openai"):
            let parts = before.split(separator: "/")
            let model =
                parts.count > 2 && parts[1] == "deployments" ? ", with \"model\": \"\(parts[2].prefix(64))\"" : ""
            return
                "Azure's paths are not served; you meant \(name)\(model): use a client of OpenAI's API and a base URL"
                + " that ends with '/v1'"
        case _ where before.hasSuffix("/v1"):
            return "you meant \(name): the base URL must end with '/v1' right behind the host"
        default: return nil
        }
    }
}
