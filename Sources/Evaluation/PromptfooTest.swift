import JSON

/// One test of promptfoo's on its way to a row, or to several: a list among its variables stands for a test each.
struct PromptfooTest {
    private let id: String
    private let file: String
    private let line: Int
    private var ownID: String?
    private var variables: [JSONMember] = []
    private var assertions: [JSONValue] = []
    private var metadata: [JSONMember] = []
    private var others: [JSONMember] = []
    private var expandsLists = true
    private var warnings: [EvaluationFault] = []
    private var dropped = 0

    /// Rows that the lists of one test may make.
    private static let maxRows = 1_000

    /// - Parameter id: what the row is called when the test has no id.
    init(id: String, file: String, line: Int) {
        self.id = id
        self.file = file
        self.line = line
    }

    mutating func warn(_ message: String) {
        warnings.append(EvaluationFault(file, line: line, message))
    }

    /// Warns of something that the row asks less for.
    mutating func drop(_ message: String) {
        warn(message)
        dropped += 1
    }

    // MARK: Members

    /// - Parameter defaults: promptfoo's `defaultTest`; what the test says itself stands in its place, and assertions
    ///   stand behind its own.
    mutating func take(defaults: JSONValue, _ test: JSONValue) {
        let members = test.objectValue ?? []
        for member in members { take(member) }
        let own = Set(members.map(\.name))
        for member in defaults.objectValue ?? [] {
            switch member.name {
            case "vars", "metadata", "assert", "options": take(member)
            default: if !own.contains(member.name) { take(member) }
            }
        }
    }

    private mutating func take(_ member: JSONMember) {
        switch member.name {
        case "vars": takeVariables(member.value)
        case "assert":
            guard let list = member.value.arrayValue else { return drop("'assert' is no list and is left out") }
            assertions += list
        case "id": setID(member.value)
        case "metadata":
            guard let members = member.value.objectValue else { return warn("'metadata' is no object and is left out") }
            for one in members where !metadata.contains(where: { $0.name == one.name }) { metadata.append(one) }
        case "description", "threshold", "weight": setOther(member.name, member.value)
        case "options": takeOptions(member.value)
        case "provider", "providers", "prompts": warn("'\(member.name)' has no counterpart and is left out")
        default: drop("'\(member.name)' has no counterpart and is left out")
        }
    }

    private mutating func takeVariables(_ value: JSONValue) {
        guard let members = value.objectValue else {
            return drop("'vars' is no mapping, and the variables are left out; write those of the file that it names")
        }
        for member in members where !variables.contains(where: { $0.name == member.name }) {
            setVariable(member.name, member.value)
        }
    }

    mutating func setVariable(_ name: String, _ value: JSONValue) {
        let texts = value.arrayValue?.compactMap(\.stringValue) ?? [value.stringValue ?? ""]
        if texts.contains(where: { $0.hasPrefix("file://") }) {
            return drop("the variable '\(name)' is the content of a file, and is left out; write the text itself")
        }
        if texts.contains(where: { $0.contains("{{") || $0.contains("{%") }) {
            drop("the variable '\(name)' has a template in it, which stands there as it is")
        }
        variables.append(JSONMember(name, value))
    }

    mutating func setOther(_ name: String, _ value: JSONValue) {
        switch (name, value) {
        case (_, .null): return
        case ("threshold", _) where value.doubleValue == 0:
            return drop("a threshold of 0 would let any answer pass, and is left out: all assertions must pass")
        case ("threshold", _) where !Dataset.takes(threshold: value):
            return drop(
                "the threshold is no share above 0, and at most 1; it is left out: all assertions must pass")
        case ("weight", _) where !Dataset.takes(weight: value):
            return drop("the weight is no number from 0.001 to 1000000, and is left out: the case counts as 1")
        case ("description", .number(let digits)): others.append(JSONMember(name, .string(digits)))
        case ("description", _) where value.stringValue == nil: warn("the description is no text, and is left out")
        default: others.append(JSONMember(name, value))
        }
    }

    mutating func setMetadata(_ name: String, _ value: JSONValue) {
        guard !metadata.contains(where: { $0.name == name }) else {
            return warn("the metadata '\(name)' is there twice; the second is left out")
        }
        metadata.append(JSONMember(name, value))
    }

    /// Takes a text, and a number as one. A limit below the dataset's leaves room for what makes it distinct.
    mutating func setID(_ value: JSONValue) {
        guard value != .null else { return }
        var text = value.stringValue
        if case .number(let digits) = value { text = digits }
        guard let text, Dataset.takes(id: text), text.utf8.count <= 180 else {
            return warn("the id is no text of at most 180 bytes; the case is called '\(id)'")
        }
        ownID = text
    }

    mutating func addAssertion(_ value: JSONValue) { assertions.append(value) }

    private mutating func takeOptions(_ value: JSONValue) {
        for option in value.objectValue ?? [JSONMember("options", value)] {
            switch option.name {
            case "disableVarExpansion": expandsLists = option.value.boolValue != true
            case "provider", "runSerially", "rubricPrompt", "disableConversationVar", "repeat":
                warn("the option '\(option.name)' has no counterpart and is left out")
            default: drop("the option '\(option.name)' has no counterpart and is left out")
            }
        }
    }

    // MARK: Rows

    mutating func add(to result: inout DatasetImport.Result) {
        let all = combinations()
        for (index, variables) in all.enumerated() {
            let name = (ownID ?? id) + (all.count == 1 ? "" : "-\(index + 1)")
            let distinct = result.names.distinct(name)
            if distinct != name {
                warn("the id '\(name)' is that of another test too; this case is called '\(distinct)'")
            }
            result.rows.append(row(distinct, variables, reports: index == 0))
        }
        result.warnings += warnings
        result.dropped += dropped
    }

    /// The variables of each row: every combination of the lists' elements.
    private mutating func combinations() -> [[JSONMember]] {
        var all: [[JSONMember]] = [[]]
        for variable in variables {
            guard expandsLists, let list = variable.value.arrayValue, !list.isEmpty else {
                for index in all.indices { all[index].append(variable) }
                continue
            }
            guard all.count * list.count <= PromptfooTest.maxRows else {
                drop("its lists make more than \(PromptfooTest.maxRows) tests; it is left out")
                return []
            }
            all = all.flatMap { row in list.map { row + [JSONMember(variable.name, $0)] } }
        }
        return all
    }

    /// - Parameter reports: whether what is left out is told; of a test's rows the first tells it for all.
    private mutating func row(_ id: String, _ variables: [JSONMember], reports: Bool) -> JSONValue {
        var kept: [JSONValue] = []
        let sets = others.contains { $0.name == "threshold" } ? assertions : assertions.flatMap(PromptfooAssertion.flat)
        for value in sets {
            do throws(Complaint) {
                kept.append(try PromptfooAssertion.translated(value, variables))
            } catch {
                if reports { drop("\(error.message); the assertion is left out") }
            }
        }
        var members = [JSONMember("id", .string(id))] + others + [JSONMember("vars", .object(variables))]
        if !kept.isEmpty { members.append(JSONMember("assert", .array(kept))) }
        if !metadata.isEmpty { members.append(JSONMember("metadata", .object(metadata))) }
        return .object(members)
    }
}
