import CivilTime
import Gateway
import JSON

extension Command {
    static let doctor = Command(
        name: "doctor", summary: "look at all that the gateway stands on, and say what to mend",
        notes: [
            "Configuration, providers, the ledger and its disk, file descriptors, the clock, versions. Each provider is asked",
            "once for its list of models, which costs nothing; --offline leaves that out. Nothing is changed. Exit code 0 when",
            "nothing is wrong, warnings aside; 1 when something is; 2 when the configuration cannot be served.",
        ],
        options: [
            .config, Option("offline", .flag, "ask no provider"),
            Option("timeout", .duration, "how long a provider may take; 10s unless told"), .jsonFormat,
        ],
        examples: [
            Example("llmgw doctor", "before the first start, or when something is odd"),
            Example("llmgw doctor --offline --format json", "for a script, without a call to anybody"),
        ]
    ) { arguments, context in
        let path = context.configurationPath(arguments)
        let built = GenerationBuilder(
            path: path, environment: context.environment, factories: PluginTable.factories
        ).build()
        var findings = [ConfigurationExam(path: path, built: built).finding]
        if let generation = built.generation { findings.append(RunningGatewayExam(generation).finding) }
        // What prompts or the ledger keep from being served has a configuration all the same.
        let today = CivilDate(daysSince1970: Int(Clock.utcMilliseconds() / 86_400_000)).description
        let load = Configuration.load(path: path, environment: context.environment, today: today)
        if let configuration = built.generation?.configuration ?? load.configuration {
            findings += LedgerExam(configuration.ledger).findings
            findings += ProcessExam(configuration).findings
            if !arguments.has("offline") {
                let limit = arguments.milliseconds("timeout").map { Duration.milliseconds($0) } ?? .seconds(10)
                findings += try ProviderExam.findings(configuration, within: limit)
            }
        }
        findings.append(ProcessExam.libraries)
        let worst = findings.map(\.verdict).max() ?? .fine
        if arguments.text("format") == "json" {
            context.output.write(json(findings, worst) + [10])
        } else {
            context.output.write(page(findings, Paint(context)))
        }
        guard built.generation != nil else { return .usage }
        return worst == .fault ? .findings : .success
    }

    private static func page(_ findings: [Diagnosis], _ paint: Paint) -> String {
        let width = findings.map(\.subject.count).max() ?? 0
        var text = ""
        for finding in findings {
            let (word, colour): (String, Paint.Colour) =
                switch finding.verdict {
                case .fine: ("fine   ", .green)
                case .warning: ("warning", .yellow)
                case .fault: ("fault  ", .red)
                }
            let gap = String(repeating: " ", count: width - finding.subject.count)
            text += "\(paint.text(word, colour))  \(finding.subject)\(gap)  \(finding.text)\n"
            if let remedy = finding.remedy {
                text += String(repeating: " ", count: width + 11) + "→ \(remedy)\n"
            }
        }
        let faults = findings.count { $0.verdict == .fault }
        let warnings = findings.count { $0.verdict == .warning }
        let counts = "\(faults) fault\(faults == 1 ? "" : "s"), \(warnings) warning\(warnings == 1 ? "" : "s")"
        return text + "\n" + (faults + warnings == 0 ? "nothing to mend" : counts) + "\n"
    }

    private static func json(_ findings: [Diagnosis], _ worst: Diagnosis.Verdict) -> [UInt8] {
        var body = JSONWriter()
        body.beginObject()
        body.member("verdict", worst.rawValue)
        body.name("findings")
        body.beginArray()
        for finding in findings { finding.write(to: &body) }
        body.endArray()
        body.endObject()
        return body.bytes
    }
}
