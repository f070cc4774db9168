import Inference

extension Configuration {
    /// Complains about what applications and experiments say of prompts, once it is known which there are.
    ///
    /// A pattern that matches no prompt is a warning, since the prompt may be on its way; an experiment on a prompt that
    /// does not exist is an error.
    /// - Parameter names: of all prompts, without variants: `support-reply`, `billing/dunning`.
    package func promptFindings(among names: Set<String>) -> [Diagnostic] {
        var findings: [Diagnostic] = []
        for application in applications.values.sorted(by: { $0.name < $1.name }) {
            for pattern in application.prompts where !names.contains(where: pattern.matches) {
                let hint = Suggestion.text(for: pattern.description, among: names.sorted())
                let path = "applications.\(application.name).prompts"
                findings.append(finding(.warning, path, "'\(pattern)' matches no prompt\(hint)"))
            }
        }
        for experiment in experiments {
            for (key, selector) in experiment.promptSelectors
            where !names.contains(Configuration.promptName(in: selector)) {
                let hint = Suggestion.text(for: Configuration.promptName(in: selector), among: names.sorted())
                findings.append(
                    finding(.error, "experiments.\(experiment.id).\(key)", "no prompt is named '\(selector)'\(hint)"))
            }
        }
        return findings
    }

    func finding(_ severity: Diagnostic.Severity, _ path: String, _ message: String) -> Diagnostic {
        let place = places[path] ?? SourcePlace(file: file)
        return Diagnostic(
            severity: severity, file: place.file, line: place.line, column: place.column, message: "\(path): \(message)"
        )
    }

    /// `support-reply.warm@3.2.0` asks for a variant and a version of `support-reply`.
    private static func promptName(in selector: String) -> String {
        let path = selector.prefix { $0 != "@" }
        let start = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
        guard let dot = path[start...].firstIndex(of: ".") else { return String(path) }
        return String(path[..<dot])
    }
}

extension ExperimentSettings {
    /// Each with its key in the experiment's file.
    fileprivate var promptSelectors: [(key: String, selector: String)] {
        let own = prompt.map { [("prompt", $0)] } ?? []
        return own
            + variants.enumerated().compactMap { index, variant in
                variant.prompt.map { ("variants[\(index)].prompt", $0) }
            }
    }
}
