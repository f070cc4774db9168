/// All commands, in the order of the help.
enum CommandTable {
    static let all: [Command] = [
        .initialise, .serve, .reload, .demo, .check, .doctor, .simulate,
        .keysCreate, .keysList, .keysRevoke, .keysRotate,
        .costs, .budgets, .requests, .alertsList, .alertsResend,
        .pricesList, .pricesCheck, .pricesReprice, .pricesRelease, .pricesReconcile,
        .promptsList, .promptsShow, .promptsRender, .promptsDiff, .promptsLint, .promptsTest,
        .promptsNew, .promptsPromote, .promptsRollback, .promptsHistory, .promptsBump, .promptsImport,
        .promptsSync, .promptsBundle, .promptsVerify, .promptsBench,
        .eval, .evalJudge, .evalImport,
        .feedbackList,
        .ledgerVerify, .ledgerBackup, .ledgerRecover, .ledgerBench, .ledgerAuditVerify,
        .completions, .manual,
    ]

    /// What a command line asks for.
    enum Call {
        case run(Command, [String])
        case help(of: [Command])
        case overview
        case version
    }

    /// Finds the command by the longest name that the line begins with.
    static func find(_ words: [String]) throws(Failure) -> Call {
        guard let first = words.first else { return .overview }
        switch first {
        case "--version", "version": return .version
        case "--help", "-h": return .overview
        case "-v", "-V", "-version": throw .usage("there is no command '\(first)'; did you mean '--version'?")
        case "help": return words.count == 1 ? .overview : .help(of: try named(Array(words.dropFirst())))
        default: break
        }
        for count in [3, 2] where words.count >= count {
            let name = words.prefix(count).joined(separator: " ")
            if let command = all.first(where: { $0.name == name }) {
                return .run(command, Array(words.dropFirst(count)))
            }
        }
        if let command = all.first(where: { $0.name == first }) { return .run(command, Array(words.dropFirst())) }
        let members = try named([first])
        guard words.count > 1, !["--help", "-h"].contains(words[1]) else {
            if words.count > 1 { return .help(of: members) }
            throw .usage("\(first) needs to know what to do: \(members.map(\.name).joined(separator: ", "))")
        }
        let seconds = members.map { String($0.name.dropFirst(first.count + 1)) }
        throw .usage(
            "there is no command '\(first) \(words[1])'\(Guess.text(for: words[1], among: seconds)); \(first) takes "
                + seconds.joined(separator: ", "))
    }

    /// The command of this name, or the members of this group.
    private static func named(_ words: [String]) throws(Failure) -> [Command] {
        let name = words.joined(separator: " ")
        let found = all.filter { $0.name == name || $0.group == name }
        guard found.isEmpty else { return found }
        let names = all.map(\.name) + Set(all.compactMap(\.group)).sorted()
        throw .usage("there is no command '\(name)'\(Guess.text(for: name, among: names)); `llmgw --help` lists them")
    }
}
