import Evaluation

/// A test case of a JUnit report: passed when nothing failed.
struct JUnitCase {
    /// GitLab drops those that it has seen: of names that come again the later ones get a number.
    let name: String
    let className: String
    let file: String
    let failures: [String]
    var notes: [String] = []

    /// The whole report.
    static func document(_ suite: String, _ cases: [JUnitCase]) -> String {
        let failed = cases.count { !$0.failures.isEmpty }
        var names = DistinctNames()
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="\(JUnitReport.escaped(suite))">
              <testsuite name="\(JUnitReport.escaped(suite))" tests="\(cases.count)" failures="\(failed)" errors="0">
            \(cases.map { $0.text(&names) }.joined())  </testsuite>
            </testsuites>

            """
    }

    private func text(_ names: inout DistinctNames) -> String {
        let head =
            "    <testcase classname=\"\(JUnitReport.escaped(className))\""
            + " name=\"\(names.distinct(JUnitReport.escaped(name)))\" file=\"\(JUnitReport.escaped(file))\""
        if let first = failures.first {
            // GitLab shows the text inside, not the attribute.
            return head + ">\n      <failure message=\"\(JUnitReport.escaped(first))\">"
                + JUnitReport.escaped((failures + notes).joined(separator: "\n")) + "</failure>\n    </testcase>\n"
        }
        guard !notes.isEmpty else { return head + "/>\n" }
        return head + ">\n      <system-out>\(JUnitReport.escaped(notes.joined(separator: "\n")))</system-out>\n"
            + "    </testcase>\n"
    }
}
