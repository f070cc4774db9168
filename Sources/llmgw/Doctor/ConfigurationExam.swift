import Gateway
import JSON

/// Whether the files can be served.
struct ConfigurationExam {
    let path: String
    let built: GenerationBuilder.Result

    var finding: Diagnosis {
        let errors = built.diagnostics.filter { $0.severity == .error }
        let warnings = built.diagnostics.count { $0.severity == .warning }
        guard let generation = built.generation else {
            let first = errors.first?.description ?? path
            let more = errors.count > 1 ? ", and \(errors.count - 1) more" : ""
            return .fault(
                "configuration", "\(first)\(more)", "mend it; `llmgw check` shows every mistake with its line")
        }
        guard warnings == 0 else {
            let first = built.diagnostics.first { $0.severity == .warning }?.description ?? ""
            return .warning(
                "configuration", "\(warnings) warning\(warnings == 1 ? "" : "s"): \(first)",
                "`llmgw check` shows them all")
        }
        return .fine("configuration", "\(path), generation \(generation.id)")
    }
}

/// What the gateway that runs, if one does, serves.
struct RunningGatewayExam {
    private let generation: Generation

    init(_ generation: Generation) {
        self.generation = generation
    }

    var finding: Diagnosis {
        let ledger = generation.configuration.ledger.path
        do throws(Failure) {
            guard let answer = try ControlSocket.send("GET", "/healthz", beside: ledger) else {
                return .fine("gateway", "none runs on this ledger")
            }
            let serving = (try? JSONValue(parsing: answer.body))?["generation"]?.stringValue
            guard answer.status == 200, let serving else {
                return .fault("gateway", "one runs and answers \(answer.status)", "look at its log")
            }
            guard serving == generation.id else {
                return .warning(
                    "gateway", "one runs and serves generation \(serving), the files are \(generation.id)",
                    "`llmgw reload` has it read them")
            }
            return .fine("gateway", "one runs and serves generation \(serving)")
        } catch {
            return .fault("gateway", error.message, "look at its log, or run this as its user")
        }
    }
}
