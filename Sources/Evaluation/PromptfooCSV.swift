import JSON

/// Promptfoo's CSV: a column is a variable; those whose names begin with `__` say what is expected, and more.
enum PromptfooCSV {
    static func read(_ bytes: [UInt8], file: String) throws(EvaluationFaults) -> DatasetImport.Result {
        func fault(_ message: String, line: Int = 0) -> EvaluationFaults {
            EvaluationFaults([EvaluationFault(file, line: line, message)])
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw fault("is not UTF-8; save it as CSV in UTF-8")
        }
        var lines: [CSVReader.Row]
        do throws(CSVReader.OpenQuote) {
            lines = try CSVReader.rows(bytes)
        } catch {
            throw fault("has a quote that is never closed; inside of quotes, write two for one", line: error.line)
        }
        guard !lines.isEmpty else { throw fault("is empty; its first line names the columns") }
        let header = lines.removeFirst().fields.map { PromptfooAssertion.trimmed($0[...]) }
        if header.count == 1, header[0].contains(where: { $0 == ";" || $0 == "\t" }) {
            throw fault("has one column, '\(header[0])'; fields are separated by commas", line: 1)
        }
        if let twice = header.enumerated().first(where: { header[..<$0.offset].contains($0.element) }) {
            throw fault("has two columns '\(twice.element)'", line: 1)
        }
        var result = DatasetImport.Result()
        if header.contains("id") {
            let message = "the column 'id' names the cases, and is no variable"
            result.warnings.append(EvaluationFault(file, line: 1, message))
        }
        for (index, line) in lines.enumerated() {
            guard line.fields.count == header.count else {
                throw fault(
                    "has \(line.fields.count) fields, and the first line \(header.count)", line: line.line)
            }
            var test = PromptfooTest(id: "row-\(index + 1)", file: file, line: line.line)
            let columns = Array(zip(header, line.fields))
            for (name, field) in columns { take(name, field, columns, &test) }
            test.add(to: &result)
        }
        return result
    }

    private static func take(_ name: String, _ field: String, _ row: [(String, String)], _ test: inout PromptfooTest) {
        switch name {
        case "id", "__id": if !field.isEmpty { test.setID(.string(field)) }
        case "__description": if !field.isEmpty { test.setOther("description", .string(field)) }
        case "__threshold":
            guard !field.isEmpty else { return }
            guard let number = number(field) else { return test.drop("__threshold '\(field)' is no number") }
            test.setOther("threshold", number)
        case "__metric": break  // taken with each assertion
        case _ where name.hasPrefix("__metadata:"): takeMetadata(String(name.dropFirst(11)), field, &test)
        case _ where name.hasPrefix("__config:"):
            guard !field.isEmpty, !name.hasSuffix(":threshold") else { return }
            test.drop("the column '\(name)' has no counterpart and is left out")
        case _ where name.hasPrefix("__expected"):
            guard !PromptfooAssertion.trimmed(field[...]).isEmpty else { return }
            test.addAssertion(expected(field, threshold: threshold(of: name, row), metric: value("__metric", row)))
        case _ where name.hasPrefix("__"):
            if !field.isEmpty { test.drop("the column '\(name)' has no counterpart and is left out") }
        default: test.setVariable(name, .string(field))
        }
    }

    private static func takeMetadata(_ name: String, _ field: String, _ test: inout PromptfooTest) {
        guard name.hasSuffix("[]") else { return test.setMetadata(name, .string(field)) }
        // A comma behind a backslash is one of the text.
        let parts = field.replacing("\\,", with: "\u{0}").split(separator: ",").map { part in
            JSONValue.string(PromptfooAssertion.trimmed(part).replacing("\u{0}", with: ","))
        }
        test.setMetadata(String(name.dropLast(2)), .array(parts))
    }

    private static func value(_ name: String, _ row: [(String, String)]) -> String? {
        row.first { $0.0 == name }.flatMap { $0.1.isEmpty ? nil : $0.1 }
    }

    /// What `__config:__expected2:threshold` says of `__expected2`; `__expected` is `__expected1`.
    private static func threshold(of name: String, _ row: [(String, String)]) -> String? {
        let other = name == "__expected" ? "__expected1" : name == "__expected1" ? "__expected" : name
        return value("__config:\(name):threshold", row) ?? value("__config:\(other):threshold", row)
            ?? value("__config:__expected:threshold", row)
    }

    private static func number(_ text: String) -> JSONValue? {
        guard let value = try? JSONValue(parsing: Array(text.utf8)), value.doubleValue != nil else { return nil }
        return value
    }

    /// `contains: word`, `not-icontains: word`, `similar(0.8): text`, `is-json`, or a text that the answer equals.
    private static func expected(_ field: String, threshold: String?, metric: String?) -> JSONValue {
        let parts = field.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var word = PromptfooAssertion.trimmed(parts[0])
        var threshold = threshold
        if let open = word.firstIndex(of: "("), word.hasSuffix(")") {
            threshold = String(word[word.index(after: open)...].dropLast())
            word = String(word[..<open])
        }
        var members = [JSONMember("type", .string(word))]
        if PromptfooAssertion.isName(word, isAlone: parts.count == 1) {
            if parts.count == 2 { members.append(JSONMember("value", .string(PromptfooAssertion.trimmed(parts[1])))) }
            if let threshold { members.append(JSONMember("threshold", number(threshold) ?? .string(threshold))) }
        } else {
            members = [JSONMember("type", .string("equals")), JSONMember("value", .string(field))]
        }
        if let metric { members.append(JSONMember("metric", .string(metric))) }
        return .object(members)
    }
}
