import Glibc
import Prompts

/// The files of the demonstration: what somebody would keep in git.
enum DemoFiles {
    static let configuration = """
        listen: 127.0.0.1:0
        admin: {listen: 127.0.0.1:0}
        ledger: {path: ../var/ledger.db}
        prices: prices.yaml
        metrics: metrics.yaml
        experiments: experiments
        prompts: {path: ../prompts, allow_unreleased: true}
        log: {level: error}
        providers:
          sim: {kind: simulated}
        models:
          chat: {targets: [{provider: sim, model: "sim-small:delay=20"}], max_output_tokens: 200}
          chat-steady: {targets: [{provider: sim, model: sim-500}, {provider: sim, model: sim-small}]}
        applications:
          support-bot: {team: support, models: [chat, chat-steady], prompts: ["support-*"]}
          night-batch: {team: data, models: [chat], budgets: [{window: day, limit: 0.002 USD}]}

        """

    static let prices = """
        prices:
          - {provider: simulated, model: sim-small, from: "2020-01-01", currency: USD, input: 0.15, output: 0.60, source: invented}
          - {provider: simulated, model: sim-500, from: "2020-01-01", currency: USD, input: 0.15, output: 0.60, source: invented}

        """

    static let experiment = """
        id: shorter-answers
        hypothesis: Shorter answers help more.
        prompt: support-reply
        unit: user
        salt: shorter-answers-1
        phase: 1
        coverage: 1
        status: running
        variants:
          - {name: control, weight: 1}
          - {name: short, weight: 1, prompt: "support-short@production"}

        """

    static func prompt(version: String, instruction: String) -> String {
        """
        ---
        description: Answers one customer.
        version: \(version)
        model: chat
        input:
          schema:
            message: string, what the customer wrote
        ---
        {{role "system"}}
        \(instruction)
        {{role "user"}}
        {{message}}

        """
    }

    private static let all: [(path: String, text: String)] = [
        ("config/gateway.yaml", configuration),
        ("config/prices.yaml", prices),
        ("config/metrics.yaml", "helpful: {type: boolean, level: request, goal: increase}\n"),
        ("config/experiments/shorter-answers.yaml", experiment),
        ("prompts/support-reply.prompt", prompt(version: "1.0.0", instruction: "Answer kindly and in detail.")),
        ("prompts/support-short.prompt", prompt(version: "1.0.0", instruction: "Answer kindly, in one sentence.")),
    ]

    /// Makes a temporary folder with all files, for its owner alone, and returns its path.
    static func write() throws(Failure) -> String {
        var template = Array("/tmp/llmgw-demo.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw fault("/tmp") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for name in ["config", "config/experiments", "prompts", "prompts/labels"] {
            guard mkdir("\(folder)/\(name)", 0o700) == 0 else { throw fault("\(folder)/\(name)") }
        }
        for file in all {
            guard WholeFile.create("\(folder)/\(file.path)", Array(file.text.utf8)) else {
                throw fault("\(folder)/\(file.path)")
            }
        }
        let labels = try labels("\(folder)/prompts")
        guard WholeFile.create("\(folder)/prompts/labels/production.yaml", Array(labels.utf8)) else {
            throw fault("\(folder)/prompts/labels/production.yaml")
        }
        return folder
    }

    /// What is in production: each prompt's version, and the digest that it must have.
    private static func labels(_ folder: String) throws(Failure) -> String {
        do throws(PromptLoadErrors) {
            let library = try PromptLibrary.load(directory: folder, commit: nil, allowUnreleased: true)
            return library.entries.map { entry in
                "\(entry.name): \"\(entry.version ?? "") sha256:\(entry.digest.prefix(12))\"\n"
            }.joined()
        } catch {
            throw Failure(.failure, error.diagnostics.map(\.description).joined(separator: "\n"))
        }
    }

    private static func fault(_ path: String) -> Failure {
        Failure(.failure, "\(path): \(String(cString: strerror(errno)))")
    }
}
