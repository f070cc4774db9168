import Providers

/// Keeps the gateway's own credentials out of what a provider says: some repeat the key that they refuse.
extension Target {
    static let withheld = "the provider's words are withheld: they repeat the gateway's credential"

    /// Whether `text` holds the beginning of something that is sent as a credential; a cut text may lack the rest.
    func repeatsCredential(_ text: some Collection<UInt8>) -> Bool {
        headers.contains { header in
            let value = header.name == "authorization" ? header.value.dropFirst("Bearer ".count) : header.value[...]
            return value.utf8.count >= 16 && text.firstRange(of: value.utf8.prefix(12)) != nil
        }
    }

    /// The text, or ``withheld`` in its place.
    func withholding(_ text: String) -> String {
        repeatsCredential(text.utf8) ? Target.withheld : text
    }

    func withholding(_ failure: UpstreamFailure) -> UpstreamFailure {
        var failure = failure
        failure.message = withholding(failure.message)
        return failure
    }
}
