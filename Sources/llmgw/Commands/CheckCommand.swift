import Admin
import CivilTime
import Gateway
import JSON
import Ledger
import Threads

extension Command {
    static let check = Command(
        name: "check", summary: "everything that serve would refuse, and everything that matches nothing",
        notes: [
            "Exit code 2 when serve would refuse, 1 when a budget is for a key that nobody has or a gate names what is not",
            "there; warnings alone are fine.",
            "Nothing is changed; of a ledger only what it knows of prompts and keys is read.",
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
        let plan = try built.generation.map { try descriptors($0.configuration) }
        let findings = built.diagnostics + (built.generation.map { laterFindings($0.configuration, plan) } ?? [])
        let rules = built.generation.map { EffectiveRules($0) }
        if arguments.text("format") == "json" {
            context.output.write(json(path, built, findings, plan, rules) + [10])
        } else {
            for finding in findings { context.output.line(finding.description) }
            if !findings.isEmpty { context.output.line() }
            context.output.line("\(path): \(summary(built, findings))")
            if let plan { context.output.line(plan.summary) }
            if let rules { context.output.write(rules.text) }
        }
        guard built.generation != nil else { return .usage }
        return findings.contains { $0.severity == .error } ? .findings : .success
    }

    /// What only this machine, its ledger and its folder of prompts know.
    private static func laterFindings(_ configuration: Configuration, _ plan: DescriptorPlan?) -> [Diagnostic] {
        (plan.map { configuration.findings(of: $0) } ?? []) + keyFindings(configuration)
            + GateReferences.findings(in: configuration)
    }

    /// Budgets of keys beside the keys that the ledger has; a ledger that is not there yet has none to tell of.
    private static func keyFindings(_ configuration: Configuration) -> [Diagnostic] {
        let now = Clock.utcMilliseconds()
        let reader = try? LedgerLocation(configuration).existingReader()
        let keys = reader.flatMap { try? $0.keys() }?.filter { key in
            key.revokedAt.map { $0 > now } ?? true && key.expiresAt.map { $0 > now } ?? true
        }
        return configuration.keyFindings(keys?.map { ($0.application, $0.name.isEmpty ? $0.id : $0.name) })
    }

    /// What a gateway that was started as this command was could have open.
    private static func descriptors(_ configuration: Configuration) throws(Failure) -> DescriptorPlan {
        try DescriptorPlan.raised(for: configuration.limits, loops: configuration.threads ?? Processors.count)
    }

    private static func write(_ plan: DescriptorPlan, to body: inout JSONWriter) {
        body.name("descriptors")
        body.beginObject()
        body.member("limit", Int64(plan.limit))
        body.member("wanted", Int64(plan.wanted))
        body.member("clients", Int64(plan.clients))
        body.member("providers", Int64(plan.providers))
        body.member("reserve", Int64(plan.reserve))
        body.endObject()
    }

    private static func summary(_ built: GenerationBuilder.Result, _ findings: [Diagnostic]) -> String {
        func count(_ severity: Diagnostic.Severity) -> Int { findings.count { $0.severity == severity } }
        func text(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
        let notes = count(.note) == 0 ? "" : ", \(text(count(.note), "note"))"
        let counts = "\(text(count(.error), "error")), \(text(count(.warning), "warning"))\(notes)"
        return built.generation.map { "\(counts); generation \($0.id)" } ?? "\(counts); serve would refuse it"
    }

    private static func json(
        _ path: String, _ built: GenerationBuilder.Result, _ findings: [Diagnostic], _ plan: DescriptorPlan?,
        _ rules: EffectiveRules?
    ) -> [UInt8] {
        var body = JSONWriter()
        body.beginObject()
        body.member("file", path)
        body.member("valid", built.generation != nil)
        body.member("generation", built.generation?.id)
        body.name("diagnostics")
        body.beginArray()
        for finding in findings { finding.write(to: &body) }
        body.endArray()
        if let plan { write(plan, to: &body) }
        body.name("applications")
        body.beginArray()
        rules?.write(to: &body)
        body.endArray()
        body.endObject()
        return body.bytes
    }
}
