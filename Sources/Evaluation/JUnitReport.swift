/// The runs as a JUnit report, in the form that GitLab shows well.
///
/// GitLab shows `classname` as the suite and drops test cases whose name it has seen; it shows the text inside
/// `<failure>`, not the attribute; and it reads `<system-out>` of failures alone. The report fails no job: the exit code
/// does.
package enum JUnitReport {
    /// - Parameter attachment: the path of a file with a sample's answer, where there is one.
    package static func text(_ reports: [GateReport], attachment: (GateReport, Sample) -> String? = { _, _ in nil })
        -> String
    {
        var suites = ""
        for report in reports {
            let origin = reports.count > 1 ? " (\(report.gate.file))" : ""
            for score in report.models { suites += suite(report, score, origin, attachment) }
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"llmgw eval\">\n\(suites)</testsuites>\n"
    }

    private static func suite(
        _ report: GateReport, _ score: ModelScore, _ origin: String, _ attachment: (GateReport, Sample) -> String?
    ) -> String {
        let name = className(report, score)
        let samples = report.samples.filter { $0.key.role == .candidate && $0.key.model == score.model }
        var tests = samples.map { test(report, $0, name, origin, attachment(report, $0)) }
        tests += score.checks.map { check(report, $0, name, score) }
        let failures = tests.count { $0.contains("<failure") }
        let errors = tests.count { $0.contains("<error") }
        return """
              <testsuite name="\(escaped(name))" tests="\(tests.count)" failures="\(failures)" errors="\(errors)">
            \(tests.joined())  </testsuite>

            """
    }

    /// `support-reply@3.2.0 / chat-default`
    private static func className(_ report: GateReport, _ score: ModelScore) -> String {
        "\(score.prompt ?? report.gate.prompt) / \(score.model ?? "its own model")"
    }

    /// `parcel-1 asks for parcel #2`: unique, since ids and repetitions are. With the model, where there are several.
    ///
    /// - Parameter origin: the gate file, where the report has several.
    static func name(_ report: GateReport, _ sample: Sample, origin: String = "") -> String {
        let row = report.dataset.cases.first { $0.id == sample.key.caseID }
        let description = row?.description.map { " \($0)" } ?? ""
        let model = report.models.count > 1 ? sample.key.model.map { " [\($0)]" } ?? "" : ""
        return "\(sample.key.caseID)\(description)\(model)\(origin) #\(sample.key.repetition)"
    }

    private static func test(
        _ report: GateReport, _ sample: Sample, _ className: String, _ origin: String, _ attachment: String?
    ) -> String {
        let threshold = report.dataset.cases.first { $0.id == sample.key.caseID }?.threshold
        let seconds = Shown.decimal(Double(sample.answer.milliseconds) / 1_000, places: 3)
        let head =
            "    <testcase classname=\"\(escaped(className))\" name=\"\(escaped(name(report, sample, origin: origin)))\" "
            + "file=\"\(escaped(report.dataset.file))\" time=\"\(seconds)\""
        if let error = sample.error {
            return head + ">\n      <error message=\"no result\">\(escaped(error))</error>\n    </testcase>\n"
        }
        guard sample.passes(threshold: threshold) == false else { return head + "/>\n" }
        let text =
            sample.failures.joined(separator: "\n") + "\n\nanswer:\n" + String(sample.answer.text.prefix(4_000))
            + (sample.requestID.map { "\n\nllmgw requests \($0)" } ?? "")
        let output = attachment.map { "\n      <system-out>[[ATTACHMENT|\(escaped($0))]]</system-out>" } ?? ""
        return head + ">\n      <failure message=\"\(escaped(sample.failures.first ?? "fails"))\">\(escaped(text))"
            + "</failure>\(output)\n    </testcase>\n"
    }

    /// A threshold of the gate as a test of its own: single cases may fail where a gate passes, and the reverse.
    private static func check(_ report: GateReport, _ check: GateCheck, _ className: String, _ score: ModelScore)
        -> String
    {
        let model = report.models.count > 1 ? score.model.map { " [\($0)]" } ?? "" : ""
        let head =
            "    <testcase classname=\"\(escaped(className))\" "
            + "name=\"\(escaped("gate \(check.name)\(model) of \(report.gate.file)"))\" file=\"\(escaped(report.gate.file))\""
        let text = escaped("\(check.name): asked \(check.asked), found \(check.found)")
        return switch check.verdict {
        case .pass: head + "/>\n"
        case .fail: head + ">\n      <failure message=\"\(text)\">\(text)</failure>\n    </testcase>\n"
        case .unknown: head + ">\n      <error message=\"\(text)\">\(text)</error>\n    </testcase>\n"
        }
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
