import Inference
package import JSON

/// A sample as a line of a journal, and back.
extension Sample {
    package var json: JSONValue {
        .object([
            JSONMember("role", .string(key.role.rawValue)), JSONMember("model", .text(key.model)),
            JSONMember("case", .string(key.caseID)), JSONMember("repetition", .integer(key.repetition)),
            JSONMember("prompt", .text(prompt)), JSONMember("digest", .text(digest)),
            JSONMember("request", .text(requestID)), JSONMember("answered_by", .text(answer.model)),
            JSONMember("fingerprint", .text(answer.fingerprint)),
            JSONMember("finish_reason", .text(answer.finishReason)), JSONMember("answer", .string(answer.text)),
            JSONMember("milliseconds", .integer(answer.milliseconds)),
            JSONMember("cost", .text(answer.cost?.description)),
            JSONMember("judging", .array(judging.map { .string($0.description) })),
            JSONMember("withheld", .bool(isWithheld)), JSONMember("error", .text(error)),
            JSONMember("checks", .array(checks.map(\.json))),
        ])
    }

    /// Nil for a value that is no sample.
    package init?(json: JSONValue) {
        guard let role = json["role"]?.stringValue.flatMap(Role.init(rawValue:)),
            let caseID = json["case"]?.stringValue, let answer = json["answer"]?.stringValue,
            let repetition = json["repetition"]?.integerValue.flatMap({ Int(exactly: $0) })
        else { return nil }
        self.init(
            key: Key(role: role, model: json["model"]?.stringValue, caseID: caseID, repetition: repetition),
            answer: Answer(text: answer))
        prompt = json["prompt"]?.stringValue
        digest = json["digest"]?.stringValue
        requestID = json["request"]?.stringValue
        self.answer.model = json["answered_by"]?.stringValue
        self.answer.fingerprint = json["fingerprint"]?.stringValue
        self.answer.finishReason = json["finish_reason"]?.stringValue
        self.answer.milliseconds = json["milliseconds"]?.integerValue.flatMap { Int(exactly: $0) } ?? 0
        self.answer.cost = json["cost"]?.stringValue.flatMap(Money.init(shown:))
        judging = (json["judging"]?.arrayValue ?? []).compactMap { $0.stringValue.flatMap(Money.init(shown:)) }
        isWithheld = json["withheld"]?.boolValue ?? false
        error = json["error"]?.stringValue
        checks = (json["checks"]?.arrayValue ?? []).compactMap(Check.init(json:))
    }
}

extension Sample.Check {
    var json: JSONValue {
        .object([
            JSONMember("assertion", .string(title)), JSONMember("passes", .bool(passes)),
            JSONMember("score", .share(score)), JSONMember("weight", .share(weight)),
            JSONMember("reason", .string(reason)),
            JSONMember("judge", .text(judge)), JSONMember("verdict", verdict.map { .bool($0) } ?? .null),
        ])
    }

    init?(json: JSONValue) {
        guard let title = json["assertion"]?.stringValue, let passes = json["passes"]?.boolValue else { return nil }
        self.init(
            title: title, weight: json["weight"]?.doubleValue ?? 1, passes: passes,
            score: json["score"]?.doubleValue ?? 0, reason: json["reason"]?.stringValue ?? "",
            judge: json["judge"]?.stringValue, verdict: json["verdict"]?.boolValue)
    }
}

extension JSONValue {
    /// A text, or null.
    static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

    /// A number with at most six places.
    static func share(_ value: Double) -> JSONValue { .number(value.isFinite ? Shown.decimal(value, places: 6) : "0") }

    static func share(_ value: Double?) -> JSONValue { value.map { share($0) } ?? .null }
}

extension Money {
    /// Reads what `description` writes, such as the header `x-llmgw-cost`: `0.000648900 USD`.
    package init?(shown text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let nano = Money.nano(decimal: parts[0]), let currency = Currency(String(parts[1]))
        else {
            return nil
        }
        self.init(nano: nano, currency)
    }
}
