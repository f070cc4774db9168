import Analysis

/// What the runs of one gate with one model came to.
package struct ModelScore: Sendable {
    /// A calibrated judge's pass rate, corrected for its known mistakes.
    package struct Corrected: Sendable, Equatable {
        package var judge: String
        /// What the judge passed, and what that means.
        package var passed: Double
        package var share: Double
        package var lower: Double
        package var upper: Double
    }

    /// The gateway's model; nil for the prompt's own.
    package var model: String?
    /// `name@version` and the digest of the prompt that answered; nil when nothing did, or, of the digest, several did.
    package var prompt: String?
    package var digest: String?
    /// The vendors' names of the models that answered, sorted.
    package var answeredBy: [String]
    package var cases: [CaseScore]
    package var passRate: PassRate?
    package var runs: Int
    package var errors: Int
    package var regression: Regression?
    package var corrected: [Corrected]
    package var checks: [GateCheck]

    /// - Parameters:
    ///   - samples: of this model, in any order; those of the baseline among them.
    ///   - calibrations: of judges, by the digest of their prompt.
    package init(
        _ gate: GateFile, _ dataset: Dataset, model: String?, samples: [Sample],
        calibrations: [String: CalibrationRecord] = [:]
    ) {
        let candidates = samples.filter { $0.key.role == .candidate && $0.key.model == model }
        let old = samples.filter { $0.key.role == .baseline && $0.key.model == model }
        self.model = model
        prompt = candidates.lazy.compactMap(\.prompt).first
        let digests = ModelScore.digests(candidates)
        digest = digests.count == 1 ? digests.first ?? nil : nil
        answeredBy = Set(candidates.compactMap(\.answer.model)).sorted()
        cases = ModelScore.scores(dataset, candidates)
        passRate = PassRate(cases)
        runs = candidates.count
        errors = candidates.count { $0.error != nil }
        corrected = ModelScore.corrected(candidates, calibrations)
        checks = []
        if let rule = gate.rules.regression, !old.isEmpty {
            let name = old.lazy.compactMap(\.prompt).first ?? gate.prompt + rule.baseline
            regression = Regression(cases, ModelScore.scores(dataset, old), name: name, alpha: rule.alpha)
        }
        checks = ModelScore.checks(
            gate.rules, dataset, self, baselineErrors: (old.count { $0.error != nil }, old.count))
        checks += [ModelScore.textCheck("one text", candidates), ModelScore.textCheck("one baseline", old)].compactMap(
            \.self)
    }

    /// The texts of the prompt that gave the results; nil stands for an answer that does not say.
    private static func digests(_ samples: [Sample]) -> Set<String?> {
        Set(samples.filter { $0.error == nil }.map(\.digest))
    }

    /// A threshold that was not told when the results are of several texts, or of none that is known; else nil.
    private static func textCheck(_ name: String, _ samples: [Sample]) -> GateCheck? {
        let results = samples.filter { $0.error == nil }
        guard !results.isEmpty else { return nil }
        let digests = digests(results)
        guard digests.count != 1 || digests.contains(nil) else { return nil }
        let found = digests.map { $0.map { "sha256:\($0.prefix(12))" } ?? "none" }.sorted().joined(separator: ", ")
        return GateCheck(name: name, asked: "one digest", found: found, verdict: .unknown)
    }

    private static func scores(_ dataset: Dataset, _ samples: [Sample]) -> [CaseScore] {
        let byCase = Dictionary(grouping: samples, by: \.key.caseID)
        return dataset.cases.map { row in
            let verdicts = (byCase[row.id] ?? []).map { $0.passes(threshold: row.threshold) }
            return CaseScore(
                id: row.id, weight: row.weight, finished: verdicts.count { $0 != nil },
                passed: verdicts.count { $0 == true }, errors: verdicts.count { $0 == nil })
        }
    }

    private static func corrected(
        _ samples: [Sample], _ calibrations: [String: CalibrationRecord]
    ) -> [Corrected] {
        calibrations.sorted { $0.key < $1.key }.compactMap { digest, record in
            var verdicts: [String: [Bool]] = [:]
            for sample in samples where sample.error == nil {
                for check in sample.checks where check.judge == digest {
                    if let verdict = check.verdict { verdicts[sample.key.caseID, default: []].append(verdict) }
                }
            }
            guard !verdicts.isEmpty else { return nil }
            let shares = verdicts.values.map { list in Double(list.count { $0 }) / Double(list.count) }
            let passed = shares.reduce(0, +) / Double(shares.count)
            guard let found = record.corrected(passed: passed, of: shares.count) else { return nil }
            return Corrected(
                judge: record.judge, passed: passed, share: found.share, lower: found.interval.lower,
                upper: found.interval.upper)
        }
    }

    // MARK: Thresholds

    private static func checks(
        _ rules: GateRules, _ dataset: Dataset, _ score: ModelScore, baselineErrors: (errors: Int, runs: Int)
    ) -> [GateCheck] {
        var checks: [GateCheck] = []
        func add(_ name: String, _ least: Double?, _ found: Double?, _ text: String) {
            guard let least else { return }
            let verdict: GateCheck.Verdict = found.map { $0 >= least - 1e-9 ? .pass : .fail } ?? .unknown
            checks.append(GateCheck(name: name, asked: "≥ \(Shown.percent(least))", found: text, verdict: verdict))
        }
        let none = "no results"
        add("pass_rate", rules.passRate, score.passRate?.share, score.passRate.map { Shown.percent($0.share) } ?? none)
        add(
            "pass_rate_lower", rules.passRateLower, score.passRate?.lower,
            score.passRate.map { Shown.percent($0.lower) } ?? none)
        for rule in rules.slices {
            let members = Set(dataset.cases.filter { $0.isIn(rule.slice) }.map(\.id))
            let rate = PassRate(score.cases.filter { members.contains($0.id) })
            add(
                "slices \(rule.slice.text)", rule.passRate, rate?.share,
                rate.map { "\(Shown.percent($0.share)) of \(Shown.count($0.cases, "case"))" } ?? "no case has it")
        }
        if let rule = rules.regression, let regression = score.regression {
            checks.append(
                GateCheck(
                    name: "no_regression", asked: "not below \(regression.baseline) by > \(Shown.points(rule.margin))",
                    found: regression.text, verdict: regression.isRegression(rule) ? .fail : .pass))
        } else if let rule = rules.regression, baselineErrors.runs > 0 {
            checks.append(
                GateCheck(
                    name: "no_regression", asked: "not below \(rule.baseline) by > \(Shown.points(rule.margin))",
                    found: "no case has results of both", verdict: .unknown))
        }
        checks.append(errorCheck(rules, score.errors + baselineErrors.errors, score.runs + baselineErrors.runs))
        return checks
    }

    private static func errorCheck(_ rules: GateRules, _ errors: Int, _ runs: Int) -> GateCheck {
        let share = runs == 0 ? 0 : Double(errors) / Double(runs)
        return GateCheck(
            name: "max_errors", asked: "≤ \(Shown.percent(rules.maxErrors))", found: "\(errors) of \(runs)",
            verdict: share > rules.maxErrors + 1e-9 || runs == 0 ? .unknown : .pass)
    }
}
