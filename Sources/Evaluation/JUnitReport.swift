/// The runs as a JUnit report, in the form that GitLab shows well.
///
/// GitLab shows `classname` as the suite and drops test cases whose name it has seen; it shows the text inside
/// `<failure>`, not the attribute; and it reads `<system-out>` of failures alone. The report fails no job: the exit code
/// does.
package enum JUnitReport {
    /// - Parameter attachment: the path of a file with a sample's answer, where there is one.
    package static func text(
        _ reports: [GateReport], attachment: @escaping (GateReport, Sample) -> String? = { _, _ in nil }
    ) -> String {
        var suites = ""
        var writer = Writer(excerpt: excerpt(reports), attachment: attachment)
        for report in reports {
            let origin = reports.count > 1 ? " (\(report.gate.file))" : ""
            for score in report.models { suites += writer.suite(report, score, origin) }
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"llmgw eval\">\n\(suites)</testsuites>\n"
    }

    /// GitLab reads reports below 30 MB: so many characters of each failure leave room for the rest.
    private static func excerpt(_ reports: [GateReport]) -> Int {
        let failures = reports.reduce(0) { $0 + $1.samples.count { $0.passes(threshold: nil) != true } }
        return max(200, min(4_000, 5_000_000 / max(1, failures)))
    }

    /// `support-reply@3.2.0 / chat-default`
    fileprivate static func className(_ report: GateReport, _ score: ModelScore) -> String {
        "\(score.prompt ?? report.gate.prompt) / \(score.model ?? "its own model")"
    }

    /// `parcel-1 asks for parcel #2`, with the model, where there are several.
    ///
    /// - Parameter origin: the gate file, where the report has several.
    static func name(_ report: GateReport, _ sample: Sample, origin: String = "") -> String {
        let row = report.dataset.row(sample.key.caseID)
        let description = row?.description.map { " \($0)" } ?? ""
        let model = report.models.count > 1 ? sample.key.model.map { " [\($0)]" } ?? "" : ""
        return "\(sample.key.caseID)\(description)\(model)\(origin) #\(sample.key.repetition)"
    }

    /// Text inside XML 1.0: markup escaped, and characters that XML cannot hold left out.
    package static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\u{20}"..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}":
                result.unicodeScalars.append(scalar)
            default: break
            }
        }
        return result
    }
}

/// Writes the suites of one report. Names that come out the same get a number: GitLab would drop the later ones.
private struct Writer {
    /// Characters of a failure's reasons, and of its answer.
    let excerpt: Int
    let attachment: (GateReport, Sample) -> String?
    private var names = DistinctNames()

    init(excerpt: Int, attachment: @escaping (GateReport, Sample) -> String?) {
        self.excerpt = excerpt
        self.attachment = attachment
    }

    mutating func suite(_ report: GateReport, _ score: ModelScore, _ origin: String) -> String {
        let name = JUnitReport.className(report, score)
        let samples = report.samples.filter { $0.key.role == .candidate && $0.key.model == score.model }
        var tests: [String] = []
        for sample in samples { tests.append(test(report, sample, name, origin)) }
        for one in score.checks { tests.append(check(report, one, name, score)) }
        let failures = tests.count { $0.contains("<failure") }
        let errors = tests.count { $0.contains("<error") }
        return """
              <testsuite name="\(JUnitReport.escaped(name))" tests="\(tests.count)" failures="\(failures)" errors="\(errors)">
            \(tests.joined())  </testsuite>

            """
    }

    private mutating func test(
        _ report: GateReport, _ sample: Sample, _ className: String, _ origin: String
    ) -> String {
        let seconds = Shown.decimal(Double(sample.answer.milliseconds) / 1_000, places: 3)
        let head = head(
            className, JUnitReport.name(report, sample, origin: origin), file: report.dataset.file, time: seconds)
        if let error = sample.error {
            return head + ">\n      <error message=\"no result\">\(escaped(error))</error>\n    </testcase>\n"
        }
        guard sample.passes(threshold: report.dataset.row(sample.key.caseID)?.threshold) == false else {
            return head + "/>\n"
        }
        let request = sample.requestID.map { "\n\nllmgw requests \($0)" } ?? ""
        let text =
            escaped(sample.failures.joined(separator: "\n")) + "\n\nanswer:\n" + escaped(sample.answer.text) + request
        let output = attachment(report, sample).map { path in
            "\n      <system-out>[[ATTACHMENT|\(JUnitReport.escaped(path))]]</system-out>"
        }
        return head + ">\n      <failure message=\"\(escaped(sample.failures.first ?? "fails"))\">\(text)</failure>"
            + (output ?? "") + "\n    </testcase>\n"
    }

    /// `<testcase …`, without its end.
    private mutating func head(_ className: String, _ name: String, file: String, time: String? = nil) -> String {
        let name = names.distinct(JUnitReport.escaped(name))
        let time = time.map { " time=\"\($0)\"" } ?? ""
        return "    <testcase classname=\"\(JUnitReport.escaped(className))\" name=\"\(name)\""
            + " file=\"\(JUnitReport.escaped(file))\"\(time)"
    }

    private func escaped(_ text: String) -> String { JUnitReport.escaped(String(text.prefix(excerpt))) }

    /// A threshold of the gate as a test of its own: single cases may fail where a gate passes, and the reverse.
    private mutating func check(
        _ report: GateReport, _ check: GateCheck, _ className: String, _ score: ModelScore
    ) -> String {
        let model = report.models.count > 1 ? score.model.map { " [\($0)]" } ?? "" : ""
        let head = head(className, "gate \(check.name)\(model) of \(report.gate.file)", file: report.gate.file)
        let text = JUnitReport.escaped("\(check.name): asked \(check.asked), found \(check.found)")
        return switch check.verdict {
        case .pass: head + "/>\n"
        case .fail: head + ">\n      <failure message=\"\(text)\">\(text)</failure>\n    </testcase>\n"
        case .unknown: head + ">\n      <error message=\"\(text)\">\(text)</error>\n    </testcase>\n"
        }
    }
}
