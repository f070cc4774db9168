import JSON

/// A suite of promptfoo's: its tests, with what `defaultTest` gives to each.
struct PromptfooSuite {
    private let suite: JSONValue
    private let tests: [DatasetImport.Test]
    private let file: String

    /// What says how a suite is run, and nothing of what its tests ask.
    private static let settings = [
        "$schema", "description", "prompts", "providers", "targets", "env", "evaluateOptions", "commandLineOptions",
        "outputPath", "sharing", "tags", "metadata", "writeLatestResults", "derivedMetrics",
    ]

    init(_ suite: JSONValue, tests: [DatasetImport.Test], file: String) {
        self.suite = suite
        self.tests = tests
        self.file = file
    }

    func result() -> DatasetImport.Result {
        var result = DatasetImport.Result()
        let defaults = defaults(&result)
        for (index, test) in tests.enumerated() {
            guard test.value.objectValue != nil else {
                let what = test.value.stringValue.map { " '\($0)'" } ?? ""
                drop("test \(index + 1)\(what) is no test by itself; import the file that it names", test.line, &result)
                continue
            }
            var reader = PromptfooTest(id: "test-\(index + 1)", file: file, line: test.line)
            reader.take(defaults: resolved(defaults), resolved(test.value))
            reader.add(to: &result)
        }
        return result
    }

    /// The value with what `$ref` names, `#/assertionTemplates/polite`, in the place of the reference.
    ///
    /// What stands there is not looked through again, so no circle can be walked.
    private func resolved(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let list): return .array(list.map(resolved))
        case .object(let members):
            if members.count == 1, let place = value["$ref"]?.stringValue, place.hasPrefix("#/"),
                let found = JSONPath(String(place.dropFirst()))?.value(in: suite)
            {
                return found
            }
            return .object(members.map { JSONMember($0.name, resolved($0.value)) })
        default: return value
        }
    }

    /// Reports the other members of the suite, and returns what each test begins with.
    private func defaults(_ result: inout DatasetImport.Result) -> JSONValue {
        var defaults = JSONValue.object([])
        var settings: [String] = []
        for member in suite.objectValue ?? [] {
            switch member.name {
            case "tests", "assertionTemplates": break  // the templates stand where they are referred to
            case "defaultTest" where member.value.objectValue != nil: defaults = member.value
            case _ where Self.settings.contains(member.name): settings.append("'\(member.name)'")
            default: drop("'\(member.name)' has no counterpart and is left out", 0, &result)
            }
        }
        if !settings.isEmpty {
            result.warnings.append(
                EvaluationFault(
                    file, "\(settings.joined(separator: ", ")): a dataset has cases alone; the gate file says the rest")
            )
        }
        return defaults
    }

    private func drop(_ message: String, _ line: Int, _ result: inout DatasetImport.Result) {
        result.warnings.append(EvaluationFault(file, line: line, message))
        result.dropped += 1
    }
}
