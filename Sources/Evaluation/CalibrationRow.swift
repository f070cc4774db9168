package import JSON

/// An answer that people have judged, for measuring a judge against them.
package struct CalibrationRow: Sendable, Equatable {
    package var id: String
    /// The variables that the answer was given for, an object.
    package var variables: JSONValue
    package var answer: String
    package var rubric: String?
    /// What people said.
    package var passes: Bool

    /// Reads `{"id", "vars", "answer", "pass", "rubric"?}`, one a line. Throws all that is wrong.
    package static func read(_ bytes: [UInt8], file: String) throws(EvaluationFaults) -> [CalibrationRow] {
        var rows: [CalibrationRow] = []
        var faults: [EvaluationFault] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            guard line.contains(where: { $0 > 32 }) else { continue }
            do throws(Complaint) {
                let row = try CalibrationRow(Array(line))
                guard !rows.contains(where: { $0.id == row.id }) else { throw Complaint("id '\(row.id)' comes again") }
                rows.append(row)
            } catch {
                faults.append(EvaluationFault(file, line: index + 1, error.message))
            }
        }
        if rows.isEmpty, faults.isEmpty {
            faults.append(
                EvaluationFault(file, #"has no rows; a line is {"id": "a", "vars": {…}, "answer": "…", "pass": true}"#))
        }
        guard faults.isEmpty else { throw EvaluationFaults(faults) }
        return rows
    }

    private init(_ bytes: [UInt8]) throws(Complaint) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw Complaint("is not JSON: \(error)")
        }
        let row = try ObjectReader(value, path: "", known: ["id", "vars", "answer", "pass", "rubric"])
        guard let passes = row["pass"]?.boolValue else {
            throw row.complaint("pass", "is missing: true or false, as people said")
        }
        id = try row.requiredText("id")
        variables = row["vars"] ?? .object([])
        answer = try row.requiredText("answer")
        rubric = try row.text("rubric")
        self.passes = passes
    }
}
