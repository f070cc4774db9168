package import JSON

/// A record as a file, and back.
extension EvaluationRecord {
    package var json: JSONValue {
        .object([
            JSONMember("format", .integer(1)), JSONMember("prompt", .string(prompt)),
            JSONMember("version", .text(version)), JSONMember("digest", .string(digest)),
            JSONMember("passed", .bool(passed)), JSONMember("offline", .bool(isOffline)),
            JSONMember("date", .string(date)), JSONMember("program", .string(program)),
            JSONMember("gate", .string(gateFile)), JSONMember("gate_digest", .string(gateDigest)),
            JSONMember("dataset_digest", .string(datasetDigest)), JSONMember("repeat", .integer(repetitions)),
            JSONMember("seed", seed.map { .integer($0) } ?? .null),
            JSONMember("models", .array(models.map(\.json))),
        ])
    }

    /// The file's bytes: one member a line, so that a review sees what changed.
    package var bytes: [UInt8] {
        var text: [UInt8] = Array("{\n".utf8)
        let members = json.objectValue ?? []
        for (index, member) in members.enumerated() {
            text += Array("  ".utf8) + JSONValue.string(member.name).serialized() + Array(": ".utf8)
            text += member.value.serialized() + Array(index + 1 < members.count ? ",\n".utf8 : "\n".utf8)
        }
        return text + Array("}\n".utf8)
    }

    package init(_ bytes: [UInt8], file: String) throws(EvaluationFaults) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw EvaluationFaults([EvaluationFault(file, "is not JSON: \(error)")])
        }
        guard value["format"] == .integer(1), let prompt = value["prompt"]?.stringValue,
            let digest = value["digest"]?.stringValue, let passed = value["passed"]?.boolValue
        else {
            throw EvaluationFaults([EvaluationFault(file, "is no record of an evaluation; `llmgw eval` writes them")])
        }
        func text(_ name: String) -> String { value[name]?.stringValue ?? "" }
        self.prompt = prompt
        self.digest = digest
        self.passed = passed
        version = value["version"]?.stringValue
        (gateFile, gateDigest, datasetDigest) = (text("gate"), text("gate_digest"), text("dataset_digest"))
        (date, program) = (text("date"), text("program"))
        repetitions = value["repeat"]?.integerValue.flatMap { Int(exactly: $0) } ?? 1
        seed = value["seed"]?.integerValue
        isOffline = value["offline"]?.boolValue ?? false
        models = (value["models"]?.arrayValue ?? []).map(Model.init(json:))
    }
}

extension EvaluationRecord.Model {
    var json: JSONValue {
        .object([
            JSONMember("model", .text(model)), JSONMember("answered_by", .array(answeredBy.map { .string($0) })),
            JSONMember("pass_rate", .share(passRate)), JSONMember("pass_rate_lower", .share(passRateLower)),
            JSONMember("errors", .integer(errors)), JSONMember("checks", .array(checks.map(\.json))),
            JSONMember("cases", .array(cases.map(\.json))),
        ])
    }

    init(json: JSONValue) {
        model = json["model"]?.stringValue
        answeredBy = (json["answered_by"]?.arrayValue ?? []).compactMap(\.stringValue)
        passRate = json["pass_rate"]?.doubleValue
        passRateLower = json["pass_rate_lower"]?.doubleValue
        errors = json["errors"]?.integerValue.flatMap { Int(exactly: $0) } ?? 0
        checks = (json["checks"]?.arrayValue ?? []).compactMap(GateCheck.init(json:))
        cases = (json["cases"]?.arrayValue ?? []).compactMap(CaseScore.init(json:))
    }
}
