import Crypto
import Inference
import JSON
import Prompts
import YAML

/// Reads a gate file, and collects all that is wrong in it.
package struct GateFileReader {
    private let file: String
    private var faults: [EvaluationFault] = []
    private var gate: GateFile

    private static let keys = ["prompt", "dataset", "models", "repeat", "seed", "default_assert", "gate"]
    private static let rules = [
        "pass_rate", "pass_rate_lower", "slices", "no_regression", "max_cost_usd", "max_errors",
    ]
    private static let regression = ["baseline", "margin", "alpha"]

    package static func read(_ bytes: [UInt8], file: String) throws(EvaluationFaults) -> GateFile {
        let node: YAMLNode
        do throws(YAMLError) {
            node = try YAMLReader.parse(bytes, file: file)
        } catch {
            throw EvaluationFaults([EvaluationFault(file, line: error.position.line, "\(error.code) \(error.message)")])
        }
        var reader = GateFileReader(file)
        reader.take(node)
        guard reader.faults.isEmpty else { throw EvaluationFaults(reader.faults.sorted { $0.line < $1.line }) }
        reader.gate.digest = SHA256.hash(bytes).hex
        return reader.gate
    }

    private init(_ file: String) {
        self.file = file
        gate = GateFile(file: file, prompt: "", dataset: "")
    }

    private mutating func take(_ node: YAMLNode) {
        for (member, name) in members(of: node, known: Self.keys, "a gate file") {
            gate.lines[name] = member.position.line
            attempt(member) { (reader) throws(Complaint) in try reader.takeKey(member, name) }
        }
        if faults.isEmpty, gate.prompt.isEmpty { add(node, "'prompt' is missing, such as support-reply") }
        if faults.isEmpty, gate.dataset.isEmpty { add(node, "'dataset' is missing, such as support-reply.jsonl") }
        if faults.isEmpty, !gate.rules.isDecisive {
            add(
                node,
                "'gate' needs pass_rate, pass_rate_lower, slices or no_regression, such as {pass_rate: 0.95};"
                    + " without any, every answer would pass")
        }
    }

    private mutating func takeKey(_ member: YAMLMember, _ name: String) throws(Complaint) {
        let node = member.node
        switch name {
        case "prompt":
            gate.prompt = try text(node)
            guard !gate.prompt.contains("@") else {
                throw Complaint("names a prompt without a selector; `--selector` chooses the version")
            }
        case "dataset": gate.dataset = try text(node)
        case "models":
            if case .null = node.value { return }
            guard case .sequence(let list) = node.value else {
                throw Complaint("is a list of models, such as [chat-default]")
            }
            for entry in list { gate.models.append(try text(entry)) }
            guard Set(gate.models).count == gate.models.count else { throw Complaint("names a model twice") }
        case "repeat": gate.repetitions = Int(try whole(node, in: 1...1_000))
        case "seed": gate.seed = try whole(node, in: 0...(1 << 52))
        case "default_assert": gate.defaults = try AssertionReader.readList(node.json, path: "default_assert")
        default: takeRules(node)
        }
    }

    private mutating func takeRules(_ node: YAMLNode) {
        for (member, name) in members(of: node, known: Self.rules, "gate") {
            attempt(member) { (reader) throws(Complaint) in
                switch name {
                case "pass_rate": reader.gate.rules.passRate = try reader.share(member.node)
                case "pass_rate_lower": reader.gate.rules.passRateLower = try reader.share(member.node)
                case "max_errors": reader.gate.rules.maxErrors = try reader.share(member.node)
                case "max_cost_usd": reader.gate.rules.maxCost = try reader.money(member.node)
                case "slices": reader.takeSlices(member.node)
                default: reader.takeRegression(member.node)
                }
            }
        }
    }

    private mutating func takeSlices(_ node: YAMLNode) {
        guard case .mapping(let all) = node.value else {
            return add(node, "slices is a mapping, such as {lang=de: 0.90}")
        }
        for member in all {
            attempt(member) { (reader) throws(Complaint) in
                let parts = member.name.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else {
                    throw Complaint("is no slice; write the name and value of metadata, such as lang=de")
                }
                reader.gate.rules.slices.append(
                    SliceRule(slice: Slice(name: parts[0], value: parts[1]), passRate: try reader.share(member.node)))
            }
        }
    }

    private mutating func takeRegression(_ node: YAMLNode) {
        var rule = RegressionRule()
        for (member, name) in members(of: node, known: Self.regression, "no_regression") {
            attempt(member) { (reader) throws(Complaint) in
                switch name {
                case "margin": rule.margin = try reader.share(member.node)
                case "alpha":
                    rule.alpha = try reader.share(member.node)
                    guard rule.alpha > 0, rule.alpha < 1 else { throw Complaint("is above 0 and below 1") }
                default:
                    rule.baseline = try reader.text(member.node)
                    guard rule.baseline.hasPrefix("@"), rule.baseline.utf8.count > 1 else {
                        throw Complaint("is a selector such as \"@production\" or \"@3.1.0\"")
                    }
                }
            }
        }
        gate.rules.regression = rule
    }

    // MARK: Values

    /// The known members; unknown ones are reported.
    private mutating func members(
        of node: YAMLNode, known: [String], _ what: String
    ) -> [(member: YAMLMember, name: String)] {
        guard case .mapping(let all) = node.value else {
            add(node, "\(what) is a mapping of \(known.joined(separator: ", "))")
            return []
        }
        return all.compactMap { member in
            if known.contains(member.name) { return (member, member.name) }
            let guess = ObjectReader.guess(member.name, among: known)
            let remedy = guess.isEmpty ? "; known are \(known.joined(separator: ", "))" : guess
            faults.append(
                EvaluationFault(file, line: member.position.line, "unknown key '\(member.name)'\(remedy)"))
            return nil
        }
    }

    private mutating func attempt(
        _ member: YAMLMember, _ action: (inout GateFileReader) throws(Complaint) -> Void
    ) {
        do throws(Complaint) {
            try action(&self)
        } catch {
            let names = error.message.hasPrefix(member.name) ? "" : "\(member.name) "
            faults.append(EvaluationFault(file, line: member.position.line, names + error.message))
        }
    }

    private mutating func add(_ node: YAMLNode, _ message: String) {
        faults.append(EvaluationFault(file, line: node.position.line, message))
    }

    private func text(_ node: YAMLNode) throws(Complaint) -> String {
        guard case .string(let text) = node.value, !text.isEmpty else { throw Complaint("must be a text") }
        return text
    }

    private func whole(_ node: YAMLNode, in range: ClosedRange<Int64>) throws(Complaint) -> Int64 {
        guard case .integer(let value) = node.value, range.contains(value) else {
            throw Complaint("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private func share(_ node: YAMLNode) throws(Complaint) -> Double {
        let value: Double? =
            switch node.value {
            case .integer(let value): Double(value)
            case .decimal(let text): Double(text)
            default: nil
            }
        guard let value, (0...1).contains(value) else { throw Complaint("must be a share from 0 to 1, such as 0.95") }
        return value
    }

    private func money(_ node: YAMLNode) throws(Complaint) -> Int64 {
        let nano: Int64? =
            switch node.value {
            case .integer(let value): Money.nano(decimal: String(value))
            case .decimal(let text): Money.nano(decimal: text)
            default: nil
            }
        guard let nano else { throw Complaint("must be an amount in USD such as 2.00, with at most nine places") }
        return nano
    }
}
