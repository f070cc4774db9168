/// What authenticates the gateway at a provider: its key, and headers that may carry secrets.
extension ProviderSettings {
    mutating func readKey(_ value: ConfigurationValue, _ context: ReadingContext) {
        guard let key = credentialText(value, context) else { return }
        context.checkSecrecy(of: key, value)
        guard ASCII.isVisible(key.value), key.value.utf8.count <= 16 << 10 else {
            context.error(value, "must be visible ASCII characters without blanks, at most 16 KiB")
            return
        }
        if key.value.isEmpty {
            if !key.hasVariables { context.error(value, "is empty; leave it out for a provider that takes none") }
        } else if credential == .none {
            credential = .bearer(SecretText(key.value))
        }
    }

    mutating func readHeaders(_ value: ConfigurationValue, _ context: ReadingContext) {
        for (name, value) in context.named(value, what: "header") {
            let name = name.lowercased()
            guard let text = credentialText(value, context) else { continue }
            if ProviderSettings.soundsSecret(name) { context.checkSecrecy(of: text, value) }
            guard ASCII.consists(name, of: "-_.") else {
                context.error(value, "a header's name has letters, digits, '-', '_' and '.'")
                continue
            }
            guard !ProviderSettings.ownHeaders.contains(name) else {
                context.error(value, "is set by the gateway itself; leave it out")
                continue
            }
            guard text.value.utf8.allSatisfy({ (32...126).contains($0) }) else {
                context.error(value, "a header's value has only visible ASCII characters and blanks")
                continue
            }
            if headers.contains(where: { $0.name == name }) {
                context.error(value, "is named twice: the case of letters makes no difference")
            } else {
                headers.append(Header(name: name, value: SecretText(text.value)))
            }
        }
        if case .bearer = credential, headers.contains(where: { $0.name == "authorization" }) {
            context.error(value, "sets authorization, and so does api_key; keep one of them")
        }
    }

    private static func soundsSecret(_ header: String) -> Bool {
        ["auth", "key", "token", "secret", "cookie"].contains { header.contains($0) }
    }

    /// Headers that follow from the request or the connection.
    private static let ownHeaders: Set<String> = [
        "accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect",
        "host",
        "keep-alive", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// Reads a text that may be missing: that leaves the provider without a credential, and does not stop the others.
    private mutating func credentialText(
        _ value: ConfigurationValue, _ context: ReadingContext
    ) -> VariableExpander.Expanded? {
        switch context.expanded(value) {
        case .success(let text):
            return text
        case .failure(.missing(let reason)):
            context.warning(value, "\(reason); requests for provider '\(name)' will be answered 503")
            credential = .missing(reason)
        case .failure(.malformed(let reason)): context.error(value, reason)
        case nil: break
        }
        return nil
    }
}
