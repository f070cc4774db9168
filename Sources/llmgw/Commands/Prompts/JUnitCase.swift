import Evaluation

/// A test case of a JUnit report: passed when nothing failed.
struct JUnitCase {
    /// Unique in the report: GitLab drops those that it has seen.
    let name: String
    let className: String
    let file: String
    let failures: [String]
    var notes: [String] = []

    /// The whole report.
    static func document(_ suite: String, _ cases: [JUnitCase]) -> String {
        let failed = cases.count { !$0.failures.isEmpty }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="\(JUnitReport.escaped(suite))">
              <testsuite name="\(JUnitReport.escaped(suite))" tests="\(cases.count)" failures="\(failed)" errors="0">
            \(cases.map(\.text).joined())  </testsuite>
            </testsuites>

            """
    }

    private var text: String {
        let names = [("classname", className), ("name", name), ("file", file)]
        let head = "    <testcase" + names.map { " \($0)=\"\(JUnitReport.escaped($1))\"" }.joined()
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
