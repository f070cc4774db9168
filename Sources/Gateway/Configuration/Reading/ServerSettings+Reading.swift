enum ServerKey: String, ConfigurationKey {
    case listen, admin, ledger, content, prices, metrics, experiments, prompts, limits, log, errors, alerts, threads
    case organisation, providers, models, applications, budgets, plugins, tls

    static let section = "gateway.yaml"
    static let unbuilt: Set<ServerKey> = [.tls]
}

enum AdminKey: String, ConfigurationKey {
    case listen, token, hosts

    static let section = "admin"
}

enum LedgerKey: String, ConfigurationKey {
    case path, synchronous
    case admissionWait = "admission_wait"

    static let section = "ledger"
}

enum ContentKey: String, ConfigurationKey {
    case path, retention
    case maxAnswer = "max_answer"

    static let section = "content"
}

enum PromptsKey: String, ConfigurationKey {
    case path, repository, ref
    case syncEvery = "sync_every"
    case allowUnreleased = "allow_unreleased"

    static let section = "prompts"
    static let unbuilt: Set<PromptsKey> = [.repository, .ref, .syncEvery]
}

enum LogKey: String, ConfigurationKey {
    case level, format

    static let section = "log"
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
        if let value = reader.required(.path, example: "../prompts") { path = reader.context.path(value) }
        reader.bool(.allowUnreleased, into: &allowUnreleased)
    }
}

extension LogSettings {
    mutating func read(_ reader: MappingReader<LogKey>) {
        reader.choice(.level, into: &level, aliases: ["warn": "warning", "trace": "debug", "fatal": "error"])
        reader.choice(.format, into: &format)
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
