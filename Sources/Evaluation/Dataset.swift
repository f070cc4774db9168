import Crypto
import JSON

/// The cases of an evaluation: a file with one JSON object a line.
package struct Dataset: Sendable {
    package let file: String
    package let cases: [EvaluationCase]
    /// SHA-256 of the file's bytes, 64 hexadecimal digits.
    package let digest: String
    /// Places in `cases` by the id.
    private let places: [String: Int]

    /// Cases of one file.
    package static let maxCases = 100_000

    /// Reads a dataset. Throws all that is wrong in it, each with its line.
    package init(_ bytes: [UInt8], file: String) throws(EvaluationFaults) {
        var cases: [EvaluationCase] = []
        var faults: [EvaluationFault] = []
        var lines: [String: Int] = [:]
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            guard line.contains(where: { $0 != 32 && $0 != 9 && $0 != 13 }) else { continue }
            do throws(Complaint) {
                let row = try Dataset.row(Array(line), line: index + 1)
                if let first = lines.updateValue(index + 1, forKey: row.id) {
                    throw Complaint("id '\(row.id)' is also on line \(first); every case needs its own")
                }
                cases.append(row)
            } catch {
                faults.append(EvaluationFault(file, line: index + 1, error.message))
            }
        }
        if cases.isEmpty, faults.isEmpty {
            faults.append(
                EvaluationFault(file, #"has no cases; a line is {"id": "first", "vars": {…}, "assert": […]}"#))
        }
        if cases.count > Dataset.maxCases {
            faults.append(EvaluationFault(file, "has more than \(Dataset.maxCases) cases; split it"))
        }
        guard faults.isEmpty else { throw EvaluationFaults(faults) }
        self.file = file
        self.cases = cases
        digest = SHA256.hash(bytes).hex
        places = Dictionary(cases.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The case with an id; nil when there is none.
    package func row(_ id: String) -> EvaluationCase? { places[id].map { cases[$0] } }

    private static let keys = [
        "id", "description", "vars", "messages", "assert", "metadata", "weight", "threshold",
    ]

    private static func row(_ bytes: [UInt8], line: Int) throws(Complaint) -> EvaluationCase {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw Complaint("is not JSON: \(error)")
        }
        let row = try ObjectReader(value, path: "", known: keys)
        let id = try row.requiredText("id")
        guard takes(id: id) else {
            throw row.complaint("id", "is longer than 200 bytes or has a control character")
        }
        let variables = row["vars"] ?? .object([])
        guard variables.objectValue != nil else { throw row.complaint("vars", "must be an object of names and values") }
        let messages = row["messages"] ?? .array([])
        guard let messages = messages.arrayValue else { throw row.complaint("messages", "must be a list of messages") }
        return EvaluationCase(
            id: id, description: try row.text("description"), variables: variables, messages: messages,
            assertions: try row["assert"].map { (list) throws(Complaint) in
                try AssertionReader.readList(list, path: "assert")
            } ?? [],
            metadata: try metadata(row), weight: try row.number("weight", in: weights) ?? 1,
            threshold: try threshold(row), line: line)
    }

    private static func threshold(_ row: ObjectReader) throws(Complaint) -> Double? {
        guard let value = row["threshold"] else { return nil }
        guard takes(threshold: value) else {
            throw row.complaint("threshold", "must be a share above 0, and at most 1")
        }
        return value.doubleValue
    }

    // MARK: What a row may have

    private static let weights = 0.001...1_000_000

    static func takes(id: String) -> Bool {
        !id.isEmpty && id.utf8.count <= 200
            && !id.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }

    static func takes(weight: JSONValue) -> Bool { weight.doubleValue.map(weights.contains) ?? false }

    /// A threshold of 0 would let any answer pass.
    static func takes(threshold: JSONValue) -> Bool { threshold.doubleValue.map { $0 > 0 && $0 <= 1 } ?? false }

    // MARK: Parts

    private static func metadata(_ row: ObjectReader) throws(Complaint) -> [(name: String, value: String)] {
        guard let value = row["metadata"] else { return [] }
        guard let members = value.objectValue else { throw row.complaint("metadata", "must be an object") }
        return members.flatMap { member in
            // A case with a list belongs to the slice of each element.
            (member.value.arrayValue ?? [member.value]).compactMap { value in text(value).map { (member.name, $0) } }
        }
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text), .number(let text): text
        case .bool(let value): value ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}
