import Admin
import Gateway
import JSON

extension Command {
    static let check = Command(
        name: "check", summary: "everything that serve would refuse, and everything that matches nothing",
        notes: [
            "Exit code 2 when serve would refuse; warnings alone are fine.",
            "Nothing is changed; of a ledger only what it knows of prompts is read.",
        ],
        options: [.config, .jsonFormat],
        examples: [
            Example("llmgw check", "config/gateway.yaml and all that it names"),
            Example("llmgw check --config prod/gateway.yaml --format json", "for a pipeline"),
        ]
    ) { arguments, context in
        let path = context.configurationPath(arguments)
        let built = GenerationBuilder(
            path: path, environment: context.environment, factories: PluginTable.factories
        ).build()
        let rules = built.generation.map { EffectiveRules($0) }
        if arguments.text("format") == "json" {
            context.output.write(json(path, built, rules) + [10])
        } else {
            for finding in built.diagnostics { context.output.line(finding.description) }
            if !built.diagnostics.isEmpty { context.output.line() }
            context.output.line("\(path): \(summary(built))")
            if let rules { context.output.write(rules.text) }
        }
        return built.generation == nil ? .usage : .success
    }

    private static func summary(_ built: GenerationBuilder.Result) -> String {
        let errors = built.diagnostics.count { $0.severity == .error }
        let warnings = built.diagnostics.count - errors
        let counts = "\(errors) error\(errors == 1 ? "" : "s"), \(warnings) warning\(warnings == 1 ? "" : "s")"
        return built.generation.map { "\(counts); generation \($0.id)" } ?? "\(counts); serve would refuse it"
    }

    private static func json(_ path: String, _ built: GenerationBuilder.Result, _ rules: EffectiveRules?) -> [UInt8] {
        var body = JSONWriter()
        body.beginObject()
        body.member("file", path)
        body.member("valid", built.generation != nil)
        body.member("generation", built.generation?.id)
        body.name("diagnostics")
        body.beginArray()
        for finding in built.diagnostics { finding.write(to: &body) }
        body.endArray()
        body.name("applications")
        body.beginArray()
        rules?.write(to: &body)
        body.endArray()
        body.endObject()
        return body.bytes
    }
}
