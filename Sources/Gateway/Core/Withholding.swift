import Providers

/// Keeps the gateway's own credentials out of what a provider says: some repeat the key that they refuse.
extension Target {
    static let withheld = "the provider's words are withheld: they repeat the gateway's credential"

    /// Whether `text` says something that is sent as a credential, however it is escaped.
    func repeatsCredential(_ text: some Collection<UInt8>) -> Bool { credentials.isRepeated(in: text) }

    /// The text, or ``withheld`` in its place.
    func withholding(_ text: String) -> String {
        repeatsCredential(text.utf8) ? Target.withheld : text
    }

    func withholding(_ failure: UpstreamFailure) -> UpstreamFailure {
        var failure = failure
        failure.message = withholding(failure.message)
        for word in [\UpstreamFailure.code, \.type, \.param] {
            if let text = failure[keyPath: word], repeatsCredential(text.utf8) { failure[keyPath: word] = nil }
        }
        return failure
    }
}
