/// The reports as a note for a merge request.
package enum MarkdownReport {
    private static let shownCases = 10

    package static func text(_ reports: [GateReport]) -> String {
        guard !reports.isEmpty else { return "No gate had to run.\n" }
        return reports.map(section).joined(separator: "\n")
    }

    private static func section(_ report: GateReport) -> String {
        let mark =
            switch report.verdict {
            case .passed: "✅ passed"
            case .failed: "❌ failed"
            case .unknown: "⚠️ could not tell"
            }
        var text = "### \(cell(report.gate.prompt)): \(mark)\n\n"
        for score in report.models { text += table(report, score) }
        let (answers, judging) = report.costs
        text +=
            "Cost \(GateReport.text(answers))" + (judging.isEmpty ? "" : ", judging \(GateReport.text(judging))")
            + ".\n"
        for note in report.notes { text += "\n> \(cell(note))\n" }
        if let stopped = report.stopped { text += "\n> Stopped: \(cell(stopped))\n" }
        return text
    }

    private static func table(_ report: GateReport, _ score: ModelScore) -> String {
        var text = "\(cell(report.title(score))), \(cell(report.subtitle(score)))\n\n"
        text += "| check | result | asked | found |\n|---|---|---|---|\n"
        for check in score.checks {
            let result = check.verdict == .pass ? "pass" : "**\(check.verdict.rawValue)**"
            text += "| \(cell(check.name)) | \(result) | \(cell(check.asked)) | \(cell(check.found)) |\n"
        }
        for corrected in score.corrected {
            text +=
                "\nCorrected for `\(cell(corrected.judge))`: \(Shown.percent(corrected.share)) "
                + "(\(Shown.percent(corrected.lower)) to \(Shown.percent(corrected.upper)))\n"
        }
        let bad = score.cases.filter { $0.passed < $0.finished || $0.errors > 0 }
        guard !bad.isEmpty else { return text + "\n" }
        text +=
            "\n<details><summary>\(Shown.count(bad.count, "case")) with failures</summary>\n\n"
            + "| case | passed | first reason |\n|---|---|---|\n"
        for row in bad.prefix(shownCases) {
            text +=
                "| \(cell(row.id)) | \(row.passed)/\(row.finished + row.errors) | \(cell(report.reason(row, score.model))) |\n"
        }
        return text + (bad.count > shownCases ? "\n… and \(bad.count - shownCases) more\n" : "") + "\n</details>\n\n"
    }

    /// Text from a model, harmless in a table: no markup, no mentions, no line breaks.
    static func cell(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars.prefix(400) {
            switch character {
            // A backslash alone ends no mention on every server; a comment between sign and name does.
            case "@": result += "@<!-- -->"
            case "|", "`", "*", "_", "[", "]", "<", ">", "\\", "#", "!": result += "\\\(character)"
            case _ where character.properties.generalCategory == .control: result += " "
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
