/// Scheme, host and port of a base URL: what a request's URL must begin with.
struct Origin {
    /// For example `https://api.openai.com`, as the base URL writes it.
    let text: String
    /// IPv6 in brackets.
    let host: String
    let isTLS: Bool

    /// Returns nil for what is no http or https URL with a host, and for one with a user's name in it.
    init?(_ url: String) {
        guard let scheme = ["https://", "http://"].first(where: { url.hasPrefix($0) }) else { return nil }
        let authority = url.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        let host = Origin.host(of: authority)
        guard !host.isEmpty, !authority.contains("@"), !authority.contains("\\") else { return nil }
        self.host = host.lowercased()
        text = scheme + authority
        isTLS = scheme == "https://"
    }

    private static func host(of authority: Substring) -> Substring {
        if authority.hasPrefix("[") {
            return authority.firstIndex(of: "]").map { authority[...$0] } ?? ""
        }
        return authority.prefix { $0 != ":" }
    }

    /// Whether a URL leads to this origin and nowhere else.
    func contains(_ url: String) -> Bool {
        guard url.utf8.starts(with: text.utf8) else { return false }
        let next = url.utf8.dropFirst(text.utf8.count).first
        return next == nil || next == UInt8(ascii: "/") || next == UInt8(ascii: "?")
    }
}
