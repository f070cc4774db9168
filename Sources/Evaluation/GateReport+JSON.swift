import Inference
package import JSON

/// The report for programs, with every score.
extension GateReport {
    package var json: JSONValue {
        let (answers, judging) = costs
        return .object([
            JSONMember("gate", .string(gate.file)), JSONMember("prompt", .string(gate.prompt)),
            JSONMember("verdict", .string(verdict.rawValue)), JSONMember("stopped", .text(stopped)),
            JSONMember("offline", .bool(isOffline)),
            JSONMember(
                "dataset",
                .object([
                    JSONMember("file", .string(dataset.file)), JSONMember("digest", .string(dataset.digest)),
                    JSONMember("cases", .integer(dataset.cases.count)),
                ])),
            JSONMember("gate_digest", .string(gate.digest)), JSONMember("repeat", .integer(gate.repetitions)),
            JSONMember("seed", gate.seed.map { .integer($0) } ?? .null),
            JSONMember("models", .array(models.map(\.json))),
            JSONMember("cost", GateReport.json(answers)), JSONMember("judging_cost", GateReport.json(judging)),
            JSONMember("unpriced", .integer(unpriced)), JSONMember("notes", .array(notes.map { .string($0) })),
            JSONMember("samples", .array(samples.map { self.json($0) })),
        ])
    }

    private func json(_ sample: Sample) -> JSONValue {
        let threshold = dataset.row(sample.key.caseID)?.threshold
        let passes = sample.passes(threshold: threshold).map { JSONValue.bool($0) } ?? .null
        return .object([JSONMember("passes", passes)] + (sample.json.objectValue ?? []))
    }

    /// Decimal texts by currency: money is never a float.
    private static func json(_ sums: [Currency: Int64]) -> JSONValue {
        .object(
            sums.sorted { $0.key.code < $1.key.code }.map { currency, nano in
                JSONMember(currency.code, .string(Money.decimal(nano: nano)))
            })
    }
}

extension ModelScore {
    var json: JSONValue {
        .object([
            JSONMember("model", .text(model)), JSONMember("prompt", .text(prompt)),
            JSONMember("digest", .text(digest)), JSONMember("answered_by", .array(answeredBy.map { .string($0) })),
            JSONMember("pass_rate", .share(passRate?.share)), JSONMember("pass_rate_lower", .share(passRate?.lower)),
            JSONMember("pass_rate_upper", .share(passRate?.upper)), JSONMember("runs", .integer(runs)),
            JSONMember("errors", .integer(errors)), JSONMember("regression", regression?.json ?? .null),
            JSONMember("corrected", .array(corrected.map(\.json))), JSONMember("checks", .array(checks.map(\.json))),
            JSONMember("cases", .array(cases.map(\.json))),
        ])
    }
}

extension ModelScore.Corrected {
    var json: JSONValue {
        .object([
            JSONMember("judge", .string(judge)), JSONMember("passed", .share(passed)),
            JSONMember("share", .share(share)),
            JSONMember("lower", .share(lower)), JSONMember("upper", .share(upper)),
        ])
    }
}

extension Regression {
    var json: JSONValue {
        .object([
            JSONMember("baseline", .string(baseline)), JSONMember("cases", .integer(cases)),
            JSONMember("before", .share(before)), JSONMember("after", .share(after)),
            JSONMember("improved", .integer(improved)), JSONMember("worsened", .integer(worsened)),
            JSONMember("test", .string(isRepeated ? "paired_t" : "mcnemar")),
            JSONMember("probability", .share(probability)), JSONMember("detectable_drop", .share(detectable)),
        ])
    }
}

extension GateCheck {
    var json: JSONValue {
        .object([
            JSONMember("name", .string(name)), JSONMember("verdict", .string(verdict.rawValue)),
            JSONMember("asked", .string(asked)), JSONMember("found", .string(found)),
        ])
    }

    init?(json: JSONValue) {
        guard let name = json["name"]?.stringValue, let verdict = json["verdict"]?.stringValue.flatMap(Verdict.init)
        else {
            return nil
        }
        self.init(
            name: name, asked: json["asked"]?.stringValue ?? "", found: json["found"]?.stringValue ?? "",
            verdict: verdict)
    }
}

extension CaseScore {
    var json: JSONValue {
        .object([
            JSONMember("id", .string(id)), JSONMember("weight", .share(weight)), JSONMember("passed", .integer(passed)),
            JSONMember("finished", .integer(finished)), JSONMember("errors", .integer(errors)),
        ])
    }

    init?(json: JSONValue) {
        func count(_ name: String) -> Int? { json[name]?.integerValue.flatMap { Int(exactly: $0) } }
        guard let id = json["id"]?.stringValue, let passed = count("passed"), let finished = count("finished") else {
            return nil
        }
        self.init(
            id: id, weight: json["weight"]?.doubleValue ?? 1, finished: finished, passed: passed,
            errors: count("errors") ?? 0)
    }
}
