import Reports

/// One option of a command: its name, what it takes, and what it is for.
struct Option: Sendable {
    /// Without the dashes, such as `admin-listen`.
    let name: String
    let kind: OptionKind
    let help: String
    /// Whether it may be given several times; its values are in `Arguments.texts(_:)`.
    let repeats: Bool

    init(_ name: String, _ kind: OptionKind, _ help: String, repeats: Bool = false) {
        self.name = name
        self.kind = kind
        self.help = help
        self.repeats = repeats
    }

    /// `--listen A`, as a synopsis has it.
    var synopsis: String {
        kind.placeholder.map { "--\(name) \($0)" } ?? "--\(name)"
    }
}

extension Option {
    static let help = Option("help", .flag, "show this text")
    static let config = Option(
        "config", .file, "the configuration; else $LLMGW_CONFIG, else config/gateway.yaml")
    static let database = Option("db", .file, "the ledger's file, in place of the configuration's")
    static let jsonFormat = Option("format", .choice(["text", "json"]), "text unless told")
    static let csvDialect = Option(
        "csv-dialect", .choice(CSV.Dialect.allCases.map(\.rawValue)), "of CSV; eu: semicolons and decimal commas")
    static let tableFormat = Option("format", .choice(["table", "csv", "json"]), "table unless told")
}
