import Prompts

enum ServerKey: String, ConfigurationKey {
    case listen, admin, ledger, content, prices, metrics, experiments, prompts, limits, log, errors, alerts, threads
    case cors
    case organisation, providers, models, applications, budgets, plugins, tls

    static let section = "gateway.yaml"
    static let unbuilt: Set<ServerKey> = [.tls]
}

enum AdminKey: String, ConfigurationKey {
    case listen, token, hosts

    static let section = "admin"
}

enum LedgerKey: String, ConfigurationKey {
    case path, synchronous, retention
    case admissionWait = "admission_wait"

    static let section = "ledger"
}

enum ContentKey: String, ConfigurationKey {
    case path, retention
    case maxAnswer = "max_answer"

    static let section = "content"
}

enum RetentionKey: String, ConfigurationKey {
    case attempts, refused, feedback, idempotency

    static let section = "ledger.retention"
}

enum PromptsKey: String, ConfigurationKey {
    case path, repository, ref, bundle
    case syncEvery = "sync_every"
    case webhookSecret = "webhook_secret"
    case allowUnreleased = "allow_unreleased"
    case mediaHosts = "media_hosts"

    static let section = "prompts"
}

enum LogKey: String, ConfigurationKey {
    case level, format

    static let section = "log"
}

enum CORSKey: String, ConfigurationKey {
    case origins

    static let section = "cors"
}

enum ErrorsKey: String, ConfigurationKey {
    case budgetStatus = "budget_status"

    static let section = "errors"
}

extension AdminSettings {
    /// The fewest characters of an admin token: 192 bits when it is drawn from 64 letters.
    static let shortestToken = 32

    mutating func read(_ reader: MappingReader<AdminKey>) {
        if let value = reader.scalar(.listen) { listen = ListenAddress.list(value, in: reader.context) }
        if let value = reader.scalar(.token) { token = AdminSettings.token(value, in: reader.context) }
        if let value = reader.optional(.hosts) {
            hosts = reader.context.strings(value, of: "host names").compactMap { host, value in
                if ASCII.consists(host, of: ".-_:[]") { return host.lowercased() }
                reader.context.error(value, "is no host name; write it as browsers send it, without scheme and port")
                return nil
            }
        }
        if token == nil, let open = listen.first(where: { !$0.isLocal }) {
            reader.context.findings.add(
                .error, reader.place(.listen),
                "admin.listen: \(open) is reachable from other machines and there is no token; set admin.token to "
                    + "\(AdminSettings.shortestToken) or more characters, or listen on 127.0.0.1")
        }
    }

    private static func token(_ value: ConfigurationValue, in context: ReadingContext) -> SecretText? {
        guard let text = context.text(value) else { return nil }
        if text.value.isEmpty {
            if !text.hasVariables { context.error(value, "is empty; leave the key out to answer on loopback only") }
            return nil
        }
        guard text.value.utf8.count >= shortestToken, ASCII.isVisible(text.value) else {
            context.error(value, "must have \(shortestToken) or more visible ASCII characters")
            return nil
        }
        context.checkSecrecy(of: text, value)
        return SecretText(text.value)
    }
}

extension LedgerSettings {
    mutating func read(_ reader: MappingReader<LedgerKey>) {
        if let value = reader.scalar(.path), let found = reader.context.path(value) { path = found }
        reader.choice(.synchronous, into: &synchronous)
        reader.duration(.admissionWait, .zero ... .seconds(60), into: &admissionWait)
        if let inner = reader.mapping(.retention, RetentionKey.self) { retention.read(inner) }
    }
}

extension RetentionSettings {
    /// A day at least: what is younger may still be asked for, or retried.
    mutating func read(_ reader: MappingReader<RetentionKey>) {
        let times: [(RetentionKey, WritableKeyPath<RetentionSettings, Duration?>)] = [
            (.attempts, \.attempts), (.refused, \.refused), (.feedback, \.feedback), (.idempotency, \.idempotency),
        ]
        for (key, member) in times {
            guard let value = reader.scalar(key) else { continue }
            self[keyPath: member] = reader.context.duration(value, in: .seconds(86_400) ... .seconds(36_500 * 86_400))
        }
    }
}

extension ContentSettings {
    mutating func read(_ reader: MappingReader<ContentKey>) {
        if let value = reader.scalar(.path), let found = reader.context.path(value) { path = found }
        reader.duration(.retention, .seconds(60) ... .seconds(366 * 86_400), into: &retention)
        reader.size(.maxAnswer, 1024...(32 << 20), into: &maxAnswer)
    }
}

extension PromptSettings {
    mutating func read(_ reader: MappingReader<PromptsKey>) {
        reader.bool(.allowUnreleased, into: &allowUnreleased)
        if let value = reader.optional(.mediaHosts) {
            mediaHosts = reader.context.strings(value, of: "hosts").map(\.text)
        }
        if let value = reader.scalar(.bundle) { return readBundle(value, reader) }
        if let value = reader.required(.path, example: "../prompts") {
            path = reader.context.path(value)
            folder = reader.context.string(value) ?? folder
        }
        if let value = reader.scalar(.repository) { repository = PromptSettings.repository(value, reader.context) }
        let needRepository = [PromptsKey.ref, .syncEvery, .webhookSecret]
        if repository == nil, !reader.has(.repository), let key = needRepository.first(where: reader.has) {
            reader.context.findings.add(
                .error, reader.place(key), "\(reader.path(key)): says nothing without prompts.repository; add that")
        }
        if let value = reader.scalar(.ref), let found = reader.context.string(value) { ref = found }
        reader.duration(.syncEvery, .zero ... .seconds(86_400), into: &syncEvery)
        if syncEvery > .zero, syncEvery < .seconds(1) {
            reader.context.findings.add(
                .error, reader.place(.syncEvery), "prompts.sync_every: must be 1s or more, or 0s for never")
        }
        if let value = reader.scalar(.webhookSecret) {
            webhookSecret = PromptSettings.webhookSecret(value, reader.context)
        }
    }

    private mutating func readBundle(_ value: ConfigurationValue, _ reader: MappingReader<PromptsKey>) {
        bundle = reader.context.path(value)
        let others = [PromptsKey.path, .repository, .ref, .syncEvery, .webhookSecret]
        if let other = others.first(where: reader.has) {
            reader.context.findings.add(
                .error, reader.place(other),
                "\(reader.path(other)): goes with a folder, and prompts.bundle is a file;"
                    + " leave one of them out")
        }
    }

    /// Returns an address as it is, and a path relative to the file.
    private static func repository(_ value: ConfigurationValue, _ context: ReadingContext) -> String? {
        guard let text = context.string(value) else { return nil }
        guard GitMirror.isRemote(text) else {
            guard !text.contains("://"), !text.contains("@") else {
                context.error(value, "must be a folder, or an address that begins with https://, ssh:// or file://")
                return nil
            }
            return context.path(value)
        }
        let authority = text.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" }
        guard !text.hasPrefix("https://") || !authority.contains("@") else {
            context.error(value, "holds a credential, which git would show; use git's credential helper, or ssh://")
            return nil
        }
        return text
    }

    private static func webhookSecret(_ value: ConfigurationValue, _ context: ReadingContext) -> SecretText? {
        guard let text = context.text(value) else { return nil }
        if text.value.isEmpty, text.hasVariables { return nil }
        guard text.value.utf8.count >= 16, ASCII.isVisible(text.value) else {
            context.error(value, "must have 16 or more visible ASCII characters")
            return nil
        }
        context.checkSecrecy(of: text, value)
        return SecretText(text.value)
    }
}

extension LogSettings {
    mutating func read(_ reader: MappingReader<LogKey>) {
        reader.choice(.level, into: &level, aliases: ["warn": "warning", "trace": "debug", "fatal": "error"])
        reader.choice(.format, into: &format)
    }
}

extension CrossOriginSettings {
    mutating func read(_ reader: MappingReader<CORSKey>) {
        guard let value = reader.required(.origins, example: "origins: ['https://app.example.com']") else { return }
        for (text, value) in reader.context.strings(value, of: "origins") {
            if CrossOriginSettings.isOrigin(text) {
                origins.insert(text)
            } else {
                reader.context.error(
                    value,
                    "is no origin; write scheme, host and port as browsers send them, such as"
                        + " https://app.example.com, in lower case and without a path")
            }
        }
    }

    /// Browsers send no user, path or slash, and leave out the scheme's own port.
    private static func isOrigin(_ text: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix), text == text.lowercased() else {
            return false
        }
        let authority = text.dropFirst(scheme.count)
        guard !authority.isEmpty, !authority.hasSuffix(scheme == "https://" ? ":443" : ":80"),
            ASCII.consists(String(authority), of: ".-_:[]")
        else { return false }
        return (try? BaseURL(text)) != nil
    }
}

extension ErrorSettings {
    mutating func read(_ reader: MappingReader<ErrorsKey>) {
        guard let value = reader.scalar(.budgetStatus) else { return }
        guard let status = reader.context.integer(value, in: 400...499) else { return }
        if status == 402 || status == 429 {
            budgetStatus = Int(status)
        } else {
            reader.context.error(value, "must be 402 or 429")
        }
    }
}

extension ReadingContext {
    /// A secret that stands in the file itself needs a file that only its owner reads.
    func checkSecrecy(of text: VariableExpander.Expanded, _ value: ConfigurationValue) {
        if !text.hasVariables, isExposed {
            error(
                value, "is a secret in a file that others may read; use ${NAME} or ${file:/path}, or chmod 600 the file"
            )
        }
        for file in text.exposedFiles {
            warning(value, "\(file) holds a secret and others may read it; chmod 600 it")
        }
    }
}
