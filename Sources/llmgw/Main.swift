import Glibc

/// The program: reads the command line and runs one command.
@main struct Main {
    static func main() {
        // A reader that leaves makes a write fail; it must not end the process.
        signal(SIGPIPE, SIG_IGN)
        let words = CommandLine.arguments
        var code = run(Array(words.dropFirst()), program: words.first ?? "llmgw")
        Output.standard.flush()
        Output.errors.flush()
        if let fault = Output.standard.fault, code == .success || code == .findings {
            // Half a report must not look like a whole one.
            Output.errors.line("llmgw: standard output cannot be written: \(fault)")
            Output.errors.flush()
            code = .failure
        }
        exit(code.rawValue)
    }

    private static func run(_ words: [String], program: String) -> ExitCode {
        do {
            let context = Context(program: program, environment: try Context.readEnvironment())
            switch try CommandTable.find(words) {
            case .version: context.output.line("llmgw \(Help.version)")
            case .overview: context.output.write(Help.overview(CommandTable.all))
            case .help(let commands): context.output.write(Help.text(of: commands))
            case .run(let command, let rest):
                let arguments = try Arguments(rest, for: command)
                guard !arguments.has("help") else {
                    context.output.write(Help.text(of: [command]))
                    return .success
                }
                return try command.run(arguments, context)
            }
            return .success
        } catch {
            let failure = error as? Failure ?? Failure(.failure, "\(error)")
            Output.standard.flush()
            Output.errors.line("llmgw: \(failure.message)")
            Output.errors.flush()
            return failure.code
        }
    }
}
