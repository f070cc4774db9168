enum AlertsKey: String, ConfigurationKey {
    case webhook

    static let section = "alerts"
}

enum WebhookKey: String, ConfigurationKey {
    case url, secret, timeout
    case isPrivate = "private"

    static let section = "alerts.webhook"
}

extension AlertSettings {
    mutating func read(_ reader: MappingReader<AlertsKey>) {
        if let inner = reader.mapping(.webhook, WebhookKey.self) { webhook = WebhookSettings.read(inner) }
    }
}

extension WebhookSettings {
    /// A signature nobody can guess needs a secret nobody can: 128 bits when it is drawn from 64 letters.
    private static let shortestSecret = 22

    fileprivate static func read(_ reader: MappingReader<WebhookKey>) -> WebhookSettings? {
        let url = reader.required(.url, example: "url: https://hooks.example/llmgw").flatMap { value in
            reader.context.baseURL(value, isPrivate: isPrivate(reader))
        }
        let secret = reader.required(.secret, example: "secret: ${LLMGW_WEBHOOK_SECRET}").flatMap { value in
            secretText(value, reader.context)
        }
        guard let url, let secret else { return nil }
        var settings = WebhookSettings(url: url, secret: secret)
        settings.isPrivate = isPrivate(reader)
        reader.duration(.timeout, .milliseconds(100) ... .seconds(60), into: &settings.timeout)
        return settings
    }

    private static func isPrivate(_ reader: MappingReader<WebhookKey>) -> Bool {
        var isPrivate = false
        reader.bool(.isPrivate, into: &isPrivate)
        return isPrivate
    }

    private static func secretText(_ value: ConfigurationValue, _ context: ReadingContext) -> SecretText? {
        guard let text = context.text(value) else { return nil }
        guard text.value.utf8.count >= shortestSecret, ASCII.isVisible(text.value) else {
            context.error(value, "must have \(shortestSecret) or more visible ASCII characters")
            return nil
        }
        context.checkSecrecy(of: text, value)
        return SecretText(text.value)
    }
}
