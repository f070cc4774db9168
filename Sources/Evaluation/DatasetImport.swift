package import JSON
import Prompts
import YAML

/// Reads promptfoo's test files as rows of a dataset.
package enum DatasetImport {
    /// What was read, and what had no counterpart.
    package struct Result: Sendable {
        /// One object for each row, in order; each is checked again when the dataset is read.
        package var rows: [JSONValue] = []
        package var warnings: [EvaluationFault] = []
        /// How much of what is asked had none: assertions, tests, variables. The dataset asks for less than its source.
        package var dropped = 0
        /// What the rows are called.
        var names = DistinctNames()

        init() {}
    }

    /// One test, and where it begins; 0 for no line.
    typealias Test = (line: Int, value: JSONValue)

    /// Reads YAML, JSON, JSON Lines or CSV, by the file's ending.
    package static func read(_ bytes: [UInt8], file: String) throws(EvaluationFaults) -> Result {
        if file.hasSuffix(".csv") { return try PromptfooCSV.read(bytes, file: file) }
        if file.hasSuffix(".jsonl") {
            return PromptfooSuite(.object([]), tests: try lines(bytes, file), file: file).result()
        }
        let (suite, tests) = try file.hasSuffix(".json") ? json(bytes, file) : yaml(bytes, file)
        guard let tests else {
            throw EvaluationFaults([
                EvaluationFault(
                    file,
                    "has no list of tests; it is promptfoo's 'tests:', or that list by itself. Of a suite whose 'tests'"
                        + " names other files, import those")
            ])
        }
        return PromptfooSuite(suite, tests: tests, file: file).result()
    }

    // MARK: Forms

    private static func lines(_ bytes: [UInt8], _ file: String) throws(EvaluationFaults) -> [Test] {
        var tests: [Test] = []
        for (index, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            guard line.contains(where: { $0 > 32 }) else { continue }
            tests.append((index + 1, try value(Array(line), file, line: index + 1)))
        }
        return tests
    }

    private static func json(_ bytes: [UInt8], _ file: String) throws(EvaluationFaults) -> (JSONValue, [Test]?) {
        let value = try value(bytes, file, line: 0)
        let list = value.arrayValue ?? value["tests"]?.arrayValue
        return (value, list?.map { (0, $0) })
    }

    private static func value(_ bytes: [UInt8], _ file: String, line: Int) throws(EvaluationFaults) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw EvaluationFaults([EvaluationFault(file, line: line, "is not JSON: \(error)")])
        }
    }

    /// The list under `tests:`, or a list by itself.
    private static func yaml(_ bytes: [UInt8], _ file: String) throws(EvaluationFaults) -> (JSONValue, [Test]?) {
        let node: YAMLNode
        do throws(YAMLError) {
            node = try YAMLReader.parse(bytes, file: file, limits: .large)
        } catch {
            throw EvaluationFaults([EvaluationFault(file, line: error.position.line, "\(error.code) \(error.message)")])
        }
        var list: YAMLNode? = node
        if case .mapping(let members) = node.value { list = members.first { $0.name == "tests" }?.node }
        guard case .sequence(let tests)? = list?.value else { return (node.json, nil) }
        return (node.json, tests.map { ($0.position.line, $0.json) })
    }
}
