import Inference

extension PriceLint {
    /// What a configuration's models miss in the price book that it names.
    package static func findings(in configuration: Configuration, today: String) -> [Diagnostic] {
        var findings: [Diagnostic] = []
        for model in configuration.models.values.sorted(by: { $0.name < $1.name }) {
            for (index, target) in model.targets.enumerated() where !target.isFree {
                guard configuration.price(of: target, on: today) == nil else { continue }
                let path = "models.\(model.name).targets[\(index)]"
                let place = configuration.places[path] ?? SourcePlace(file: configuration.file)
                let later = configuration.prices(of: target).first.map { "; the first is from \($0.from)" } ?? ""
                findings.append(
                    Diagnostic(
                        severity: .warning, file: place.file, line: place.line, column: place.column,
                        message:
                            "\(path): \(target.provider)/\(target.model) has no price on \(today)\(later); add one, "
                            + "or 'free: true' to the target"))
            }
        }
        return findings
    }
}
