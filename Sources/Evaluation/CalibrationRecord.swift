package import Analysis
package import JSON

/// How well a judge agrees with people, measured once and kept in git beside the labels.
package struct CalibrationRecord: Sendable, Equatable {
    /// The judge's prompt and version, such as `judges/helpful@1.0.0`.
    package var judge: String
    /// Of the judge's prompt: another text is another judge.
    package var digest: String
    /// The vendor's name of the model that judged.
    package var model: String?
    package var agreement: Agreement
    /// The least kappa that `llmgw eval judge` lets pass.
    package var floor: Double

    package init(judge: String, digest: String, model: String?, agreement: Agreement, floor: Double) {
        self.judge = judge
        self.digest = digest
        self.model = model
        self.agreement = agreement
        self.floor = floor
    }

    package var json: JSONValue {
        .object([
            JSONMember("judge", .string(judge)), JSONMember("digest", .string(digest)),
            JSONMember("answered_by", .text(model)), JSONMember("both_pass", .integer(agreement.bothPass)),
            JSONMember("both_fail", .integer(agreement.bothFail)),
            JSONMember("judge_alone", .integer(agreement.judgeAlone)),
            JSONMember("people_alone", .integer(agreement.peopleAlone)),
            JSONMember("sensitivity", .share(agreement.sensitivity)),
            JSONMember("specificity", .share(agreement.specificity)), JSONMember("kappa", .share(agreement.kappa)),
            JSONMember("kappa_floor", .share(floor)),
        ])
    }

    package init(_ bytes: [UInt8], file: String) throws(EvaluationFaults) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw EvaluationFaults([EvaluationFault(file, "is not JSON: \(error)")])
        }
        func count(_ name: String) -> Int? {
            value[name]?.integerValue.flatMap { (0...10_000_000).contains($0) ? Int($0) : nil }
        }
        guard let judge = value["judge"]?.stringValue, let digest = value["digest"]?.stringValue,
            let bothPass = count("both_pass"), let bothFail = count("both_fail"),
            let judgeAlone = count("judge_alone"), let peopleAlone = count("people_alone"),
            let floor = value["kappa_floor"]?.doubleValue
        else {
            throw EvaluationFaults([
                EvaluationFault(file, "is no record of a calibration; `llmgw eval judge --record` writes one")
            ])
        }
        self.init(
            judge: judge, digest: digest, model: value["answered_by"]?.stringValue,
            agreement: Agreement(
                bothPass: bothPass, bothFail: bothFail, judgeAlone: judgeAlone, peopleAlone: peopleAlone),
            floor: floor)
    }

    /// The share of good answers behind the share that the judge passed; nil when the judge is no better than a coin.
    package func corrected(passed: Double, of count: Int) -> RoganGladen? {
        guard let sensitivity = agreement.sensitivity, let specificity = agreement.specificity else { return nil }
        return RoganGladen(
            passed: passed, of: count, specificity: (specificity, agreement.negatives),
            sensitivity: (sensitivity, agreement.positives))
    }
}
