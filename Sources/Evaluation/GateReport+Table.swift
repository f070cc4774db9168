import Inference
import Reports

/// The report as people read it.
extension GateReport {
    /// How many failing cases are shown; the rest is in the files of `--out` and `--junit`.
    private static let shownCases = 20
    /// Characters of a reason.
    private static let shownReason = 160

    package var table: String {
        var text = models.map(table).joined(separator: "\n")
        let (answers, judging) = costs
        text += "\ncost: \(GateReport.text(answers))"
        if !judging.isEmpty { text += ", judging: \(GateReport.text(judging))" }
        if unpriced > 0 { text += "; \(Shown.count(unpriced, "answer")) of models without a price" }
        for note in notes { text += "\nnote: \(note)" }
        if let stopped { text += "\nstopped: \(stopped)" }
        return text + "\n\(summary)\n"
    }

    /// One line: the verdict, and on what it stands.
    package var summary: String {
        let failing = models.flatMap(\.checks).filter { $0.verdict != .pass }.map(\.name)
        let why = failing.isEmpty ? "" : ": " + failing.joined(separator: ", ")
        return switch verdict {
        case .passed: "passed: \(gate.file)"
        case .failed: "FAILED: \(gate.file)\(why)"
        case .unknown: "COULD NOT TELL: \(gate.file)\(stopped == nil ? why : "")"
        }
    }

    private func table(_ score: ModelScore) -> String {
        var text = "\(title(score))\n\(subtitle(score))\n\n"
        let rows = score.checks.map {
            [$0.name, $0.verdict == .pass ? "pass" : $0.verdict.rawValue.uppercased(), $0.asked, short($0, score)]
        }
        text += TextTable([Column("check"), Column("result"), Column("asked"), Column("found")], rows: rows).text
        if let rate = score.passRate { text += "pass rate: \(rate.text), 95 % interval\n" }
        if let regression = score.regression { text += "no_regression: \(regression.evidence)\n" }
        for corrected in score.corrected {
            text +=
                "corrected for \(corrected.judge): \(Shown.percent(corrected.share)) "
                + "(\(Shown.percent(corrected.lower)) to \(Shown.percent(corrected.upper))); "
                + "it passed \(Shown.percent(corrected.passed))\n"
        }
        return text + failures(score)
    }

    /// What was found, as short as a table's cell; the evidence of a comparison stands below the table.
    private func short(_ check: GateCheck, _ score: ModelScore) -> String {
        guard check.name == "no_regression", let regression = score.regression else { return check.found }
        return regression.change
    }

    /// `support-reply@3.1.0 sha256:e9933fcc6c7a, answered by chat-default (sim-small)`
    func title(_ score: ModelScore) -> String {
        let digest = score.digest.map { " sha256:\($0.prefix(12))" } ?? ""
        let model = score.model ?? "its own model"
        let behind = score.answeredBy.isEmpty ? "" : " (\(score.answeredBy.joined(separator: ", ")))"
        return "\(score.prompt ?? gate.prompt)\(digest), answered by \(model)\(behind)"
    }

    func subtitle(_ score: ModelScore) -> String {
        let repeated = gate.repetitions == 1 ? "" : ", \(gate.repetitions) runs each"
        return "\(Shown.count(dataset.cases.count, "case"))\(repeated) of \(dataset.file), gate \(gate.file)"
            + (isOffline ? ", simulated models" : "")
    }

    private func failures(_ score: ModelScore) -> String {
        let bad = score.cases.filter { $0.passed < $0.finished || $0.errors > 0 }
        guard !bad.isEmpty else { return "" }
        let rows = bad.prefix(GateReport.shownCases).map { row in
            [row.id, "\(row.passed)/\(row.finished + row.errors)", reason(row, score.model)]
        }
        let rest = bad.count > rows.count ? "… and \(bad.count - rows.count) more\n" : ""
        return "\n"
            + TextTable([Column("case"), Column("passed", .right), Column("first reason")], rows: Array(rows)).text
            + rest
    }

    /// Why the first run of a case that did not pass did not.
    func reason(_ score: CaseScore, _ model: String?) -> String {
        let threshold = dataset.row(score.id)?.threshold
        let sample = samples.first {
            $0.key.role == .candidate && $0.key.caseID == score.id && $0.key.model == model
                && $0.passes(threshold: threshold) != true
        }
        guard let sample else { return "" }
        let text = sample.error.map { "error: \($0)" } ?? sample.failures.first ?? ""
        return text.count > GateReport.shownReason ? text.prefix(GateReport.shownReason - 1) + "…" : text
    }
}
