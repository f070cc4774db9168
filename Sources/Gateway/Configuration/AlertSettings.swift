/// Where alerts of budgets go, beside the log and the plugins.
package struct AlertSettings: Sendable, Hashable {
    package var webhook: WebhookSettings?
}

/// An endpoint of the operator's that is told of each alert.
package struct WebhookSettings: Sendable, Hashable {
    package var url: BaseURL
    /// Signs each message.
    package var secret: SecretText
    /// Whether a private address, or http to another host than loopback, is meant. Default: false.
    package var isPrivate = false
    /// How long one delivery may take. Default: 5 s.
    package var timeout: Duration = .seconds(5)

    package init(url: BaseURL, secret: SecretText) {
        self.url = url
        self.secret = secret
    }
}
