import Testing

@testable import llmgw

@Suite struct CommandTableTests {
    private func fault(_ words: String...) -> String? {
        do throws(Failure) {
            _ = try CommandTable.find(words)
            return nil
        } catch {
            return error.code == .usage ? error.message : "wrong code"
        }
    }

    private func ran(_ words: String...) throws -> (name: String, rest: [String])? {
        guard case .run(let command, let rest) = try CommandTable.find(words) else { return nil }
        return (command.name, rest)
    }

    @Test func findsCommandsOfOneWordAndOfTwo() throws {
        #expect(try ran("costs", "--day", "2026-11-21")?.rest == ["--day", "2026-11-21"])
        #expect(try ran("keys", "create", "demo")?.name == "keys create")
        #expect(try ran("keys", "create", "demo")?.rest == ["demo"])
    }

    @Test func unknownCommandsGetASuggestion() {
        #expect(fault("cost") == "there is no command 'cost'; did you mean 'costs'?; `llmgw --help` lists them")
        #expect(fault("keys", "crate")?.contains("did you mean 'create'?") == true)
        #expect(fault("keys")?.contains("keys create, keys list") == true)
    }

    @Test(arguments: ["experiments", "plugins", "providers", "monitor"])
    func whatIsNotBuiltIsNoCommand(name: String) {
        #expect(fault(name)?.hasPrefix("there is no command '\(name)'") == true)
    }

    @Test func eachCommandHasExamplesThatItsOwnParserTakes() throws {
        for command in CommandTable.all {
            #expect(!command.examples.isEmpty, "\(command.name) has no example")
            for example in command.examples where example.line.hasPrefix("llmgw ") {
                let line = example.line.prefix { $0 != ">" }
                let words = line.split(separator: " ").dropFirst().map(String.init)
                guard case .run(let found, let rest) = try CommandTable.find(words) else { continue }
                #expect(found.name == command.name)
                _ = try Arguments(rest, for: found)
            }
        }
    }

    @Test func helpOfACommandNamesEachOfItsOptions() {
        for command in CommandTable.all {
            let help = Help.text(of: [command])
            for option in command.allOptions { #expect(help.contains("--\(option.name)")) }
            for line in help.split(separator: "\n") { #expect(line.count <= 130, "\(line)") }
        }
    }

    @Test func theOverviewNamesEachCommand() {
        let help = Help.overview(CommandTable.all)
        for command in CommandTable.all { #expect(help.contains("\n  \(command.name)")) }
    }

    @Test(arguments: Completions.Shell.allCases)
    func completionsKnowEachCommandAndOption(shell: Completions.Shell) {
        let script = Completions.script(for: shell, CommandTable.all)
        for command in CommandTable.all {
            for word in command.name.split(separator: " ") { #expect(script.contains(word)) }
            for option in command.options { #expect(script.contains(option.name)) }
        }
    }
}
