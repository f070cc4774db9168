package import JSON
import Prompts
import YAML

/// Reads other programs' test files as rows of a dataset.
package enum DatasetImport {
    /// What was read, and what had no counterpart.
    package struct Result: Sendable {
        /// One object for each row, in order; each is checked again when the dataset is read.
        package var rows: [JSONValue]
        package var warnings: [EvaluationFault]
        /// How many assertions had none: the dataset asks for less than its source.
        package var dropped = 0
    }

    /// Reads promptfoo's YAML or CSV, by the file's ending.
    package static func read(_ bytes: [UInt8], file: String) throws(EvaluationFaults) -> Result {
        if file.hasSuffix(".csv") { return try csv(bytes, file: file) }
        return try promptfoo(bytes, file: file)
    }

    // MARK: CSV

    /// One column a variable; `__expected`, `__expected1`, … are assertions, `__description` and `__metadata:NAME` theirs.
    private static func csv(_ bytes: [UInt8], file: String) throws(EvaluationFaults) -> Result {
        var result = Result(rows: [], warnings: [])
        var lines = CSVReader.rows(bytes)
        guard !lines.isEmpty else {
            throw EvaluationFaults([EvaluationFault(file, "is empty; its first line names the columns")])
        }
        let header = lines.removeFirst().fields
        for (index, line) in lines.enumerated() {
            guard line.fields.count == header.count else {
                throw EvaluationFaults([
                    EvaluationFault(
                        file, line: line.line, "has \(line.fields.count) fields, and the first line \(header.count)")
                ])
            }
            var row = RowInProgress(id: "row-\(index + 1)", file: file, line: line.line)
            for (name, field) in zip(header, line.fields) { row.take(name, field) }
            result.warnings += row.warnings
            result.dropped += row.dropped
            result.rows.append(row.json)
        }
        return result
    }

    // MARK: promptfoo's YAML

    /// The list under `tests:`, or a list by itself.
    private static func promptfoo(_ bytes: [UInt8], file: String) throws(EvaluationFaults) -> Result {
        let node: YAMLNode
        do throws(YAMLError) {
            node = try YAMLReader.parse(bytes, file: file, limits: .large)
        } catch {
            throw EvaluationFaults([EvaluationFault(file, line: error.position.line, "\(error.code) \(error.message)")])
        }
        let list: YAMLNode? =
            if case .mapping = node.value { member("tests", of: node)?.node } else { node }
        guard let list, case .sequence(let tests) = list.value else {
            throw EvaluationFaults([
                EvaluationFault(file, "has no list of tests; it is promptfoo's 'tests:', or that list by itself")
            ])
        }
        var result = Result(rows: [], warnings: [])
        if let defaults = member("defaultTest", of: node) {
            let message = "'defaultTest' is left out; what it asserts belongs into the gate file's default_assert"
            result.warnings.append(EvaluationFault(file, line: defaults.position.line, message))
            result.dropped += 1
        }
        for (index, test) in tests.enumerated() {
            var row = RowInProgress(id: "test-\(index + 1)", file: file, line: test.position.line)
            for member in test.json.objectValue ?? [] { row.take(member) }
            result.warnings += row.warnings
            result.dropped += row.dropped
            result.rows.append(row.json)
        }
        return result
    }

    private static func member(_ name: String, of node: YAMLNode) -> YAMLMember? {
        guard case .mapping(let members) = node.value else { return nil }
        return members.first { $0.name == name }
    }
}

/// One row as it is put together.
private struct RowInProgress {
    private var id: JSONValue
    private let file: String
    private let line: Int
    private var variables: [JSONMember] = []
    private var assertions: [JSONValue] = []
    private var metadata: [JSONMember] = []
    private var others: [JSONMember] = []
    private(set) var warnings: [EvaluationFault] = []
    private(set) var dropped = 0

    init(id: String, file: String, line: Int) {
        self.id = .string(id)
        self.file = file
        self.line = line
    }

    var json: JSONValue {
        var members = [JSONMember("id", id)] + others + [JSONMember("vars", .object(variables))]
        if !assertions.isEmpty { members.append(JSONMember("assert", .array(assertions))) }
        if !metadata.isEmpty { members.append(JSONMember("metadata", .object(metadata))) }
        return .object(members)
    }

    private static func number(_ text: String) -> JSONValue? {
        guard let value = try? JSONValue(parsing: Array(text.utf8)), value.doubleValue != nil else { return nil }
        return value
    }

    private mutating func warn(_ message: String) {
        warnings.append(EvaluationFault(file, line: line, message))
    }

    /// A column of a CSV file.
    mutating func take(_ name: String, _ field: String) {
        switch name {
        case "id", "__id": if !field.isEmpty { id = .string(field) }
        case "__description": others.append(JSONMember("description", .string(field)))
        case "__threshold":
            if let number = RowInProgress.number(field) { others.append(JSONMember("threshold", number)) }
        case _ where name.hasPrefix("__metadata:"):
            metadata.append(JSONMember(String(name.dropFirst(11)), .string(field)))
        case _ where name.hasPrefix("__expected"): if !field.isEmpty { takeExpected(field) }
        case _ where name.hasPrefix("__"): warn("the column '\(name)' has no counterpart and is left out")
        default: variables.append(JSONMember(name, .string(field)))
        }
    }

    /// `contains: word`, `not-icontains: word`, `is-json`, or a text that the answer equals.
    private mutating func takeExpected(_ field: String) {
        let parts = field.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let value = parts.count == 2 ? JSONValue.string(String(parts[1].drop(while: \.isWhitespace))) : nil
        var word = parts[0].filter { !$0.isWhitespace }
        var threshold: String?
        // promptfoo writes a threshold in brackets: `similar(0.8): text`.
        if let open = word.firstIndex(of: "("), word.hasSuffix(")") {
            threshold = String(word[word.index(after: open)...].dropLast())
            word = String(word[..<open])
        }
        var members = [JSONMember("type", .string(word))]
        if let value { members.append(JSONMember("value", value)) }
        if let threshold = threshold.flatMap(RowInProgress.number) {
            members.append(JSONMember("threshold", threshold))
        }
        let isKnown = AssertionNames.isKnown(word) && (value != nil || AssertionNames.needsNoValue(word))
        guard isKnown else {
            assertions.append(.object([JSONMember("type", .string("equals")), JSONMember("value", .string(field))]))
            return
        }
        takeAssertion(.object(members))
    }

    /// A member of a promptfoo test.
    mutating func take(_ member: JSONMember) {
        switch member.name {
        case "vars": variables = member.value.objectValue ?? []
        case "assert": takeAssertions(member.value)
        case "id": id = member.value
        case "metadata": metadata = member.value.objectValue ?? []
        case "description", "threshold", "weight": others.append(member)
        default: warn("'\(member.name)' has no counterpart and is left out")
        }
    }

    private mutating func takeAssertions(_ value: JSONValue) {
        guard let list = value.arrayValue else {
            dropped += 1
            return warn("'assert' is no list and is left out")
        }
        for value in list { takeAssertion(value) }
    }

    private mutating func takeAssertion(_ value: JSONValue) {
        let renamed = AssertionNames.translated(value)
        do throws(Complaint) {
            _ = try AssertionReader.read(renamed, path: "assert")
            assertions.append(renamed)
        } catch {
            dropped += 1
            warn("\(error.message); the assertion is left out")
        }
    }
}

/// Names of promptfoo's assertions that are others here.
private enum AssertionNames {
    private static let renamed = [
        "is-refusal": "refusal", "is-valid-openai-tools-call": "is-valid-tool-call",
        "is-valid-function-call": "is-valid-tool-call", "is-valid-openai-function-call": "is-valid-tool-call",
    ]

    static func isKnown(_ word: String) -> Bool {
        let probe = JSONValue.object([JSONMember("type", .string(name(word)))])
        do throws(Complaint) {
            _ = try AssertionReader.read(probe, path: "")
            return true
        } catch {
            return !error.message.contains("there is no assertion")
        }
    }

    static func needsNoValue(_ word: String) -> Bool {
        ["is-json", "contains-json", "refusal", "is-valid-tool-call", "cost", "latency"].contains(plain(name(word)))
    }

    static func translated(_ value: JSONValue) -> JSONValue {
        guard let type = value["type"]?.stringValue, let members = value.objectValue else { return value }
        return .object(
            members.compactMap { member in
                if member.name == "type" { return JSONMember("type", .string(name(type))) }
                // promptfoo takes lists as text with commas, too.
                if member.name == "value", plain(name(type)).hasSuffix("-all") || plain(name(type)).hasSuffix("-any"),
                    let text = member.value.stringValue
                {
                    let parts = text.split(separator: ",").map { JSONValue.string(trimmed($0)) }
                    return JSONMember("value", .array(parts))
                }
                return member
            })
    }

    private static func name(_ word: String) -> String {
        let isNegated = word.hasPrefix("not-")
        let plain = plain(word)
        return (isNegated ? "not-" : "") + (renamed[plain] ?? plain)
    }

    private static func plain(_ word: String) -> String { word.hasPrefix("not-") ? String(word.dropFirst(4)) : word }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
