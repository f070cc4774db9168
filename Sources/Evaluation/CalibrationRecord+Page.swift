import Analysis
import Reports

/// A calibration as people read it.
extension CalibrationRecord {
    package var page: String {
        func share(_ value: Double?, _ count: Int) -> String {
            value.map { "\(Shown.percent($0)) of \(count)" } ?? "not known: no such answers"
        }
        let rows = [
            ["good answers that it passes (sensitivity)", share(agreement.sensitivity, agreement.positives)],
            ["bad answers that it fails (specificity)", share(agreement.specificity, agreement.negatives)],
            [
                "agreement beyond chance (Cohen's kappa)",
                agreement.kappa.map { Shown.decimal($0, places: 3) } ?? "not known",
            ],
            ["floor", Shown.decimal(floor, places: 3)],
        ]
        let holds = (agreement.kappa ?? -1) >= floor
        return "\(judge) sha256:\(digest.prefix(12)), \(Shown.count(agreement.count, "labelled answer"))\n\n"
            + TextTable([Column("measure"), Column("found", .right)], rows: rows).text
            + (holds ? "\nholds\n" : "\nFAILED: kappa is below the floor\n")
    }
}
