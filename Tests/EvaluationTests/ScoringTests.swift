import Analysis
import Inference
import JSON
import Testing

@testable import Evaluation

@Suite struct ScoringTests {
    private func dataset(_ rows: String...) throws -> Dataset {
        try Dataset(Array(rows.joined(separator: "\n").utf8), file: "prompts/evals/a.jsonl")
    }

    private func gate(_ rules: String, _ more: String = "") throws -> GateFile {
        try GateFileReader.read(
            Array("prompt: a\ndataset: a.jsonl\n\(more)\ngate: {\(rules)}".utf8), file: "prompts/evals/a.eval.yaml")
    }

    private func sample(
        _ id: String, _ passes: Bool?, role: Sample.Role = .candidate, repetition: Int = 1, reason: String = "bad"
    ) -> Sample {
        var answer = Answer(text: "an answer")
        answer.cost = Money(nano: 1_500, .usd)
        var sample = Sample(
            key: Sample.Key(role: role, model: nil, caseID: id, repetition: repetition), answer: answer)
        sample.prompt = role == .candidate ? "a@2.0.0" : "a@1.0.0"
        sample.digest = String(repeating: role == .candidate ? "ab" : "cd", count: 32)
        if let passes {
            sample.checks = [
                Sample.Check(
                    title: "is-json", weight: 1, passes: passes, score: 1, reason: reason, judge: nil, verdict: nil)
            ]
        } else {
            sample.error = "504 upstream_timeout: too slow"
        }
        return sample
    }

    private func rows(_ count: Int) throws -> Dataset {
        try Dataset(Array((1...count).map { #"{"id": "c\#($0)"}"# }.joined(separator: "\n").utf8), file: "a.jsonl")
    }

    @Test func thresholdsDecide() throws {
        let data = try dataset(
            #"{"id": "x", "metadata": {"lang": "de"}}"#, #"{"id": "y"}"#, #"{"id": "z"}"#, #"{"id": "w"}"#)
        let samples = [sample("x", false), sample("y", true), sample("z", true), sample("w", true)]
        #expect(GateReport(try gate("pass_rate: 0.75"), data, samples: samples).verdict == .passed)
        #expect(GateReport(try gate("pass_rate: 0.76"), data, samples: samples).verdict == .failed)
        #expect(
            GateReport(try gate("pass_rate_lower: 0.35"), data, samples: samples).verdict == .failed,
            "Wilson's end is 0.301")
        #expect(GateReport(try gate("pass_rate_lower: 0.30"), data, samples: samples).verdict == .passed)
        #expect(GateReport(try gate("slices: {lang=de: 0.5}"), data, samples: samples).verdict == .failed)
        #expect(GateReport(try gate("slices: {lang=fr: 0.5}"), data, samples: samples).verdict == .unknown)
    }

    @Test func errorsAreNeitherPassNorFailure() throws {
        let data = try rows(4)
        let samples = [sample("c1", nil), sample("c2", true), sample("c3", true), sample("c4", true)]
        let strict = GateReport(try gate("pass_rate: 1"), data, samples: samples)
        #expect(strict.verdict == .unknown)
        #expect(strict.models[0].passRate?.share == 1 && strict.models[0].errors == 1)
        #expect(GateReport(try gate("pass_rate: 1, max_errors: 0.25"), data, samples: samples).verdict == .passed)
        #expect(GateReport(try gate("pass_rate: 1"), data, samples: []).verdict == .unknown, "no run proves nothing")
        #expect(GateReport(try gate("pass_rate: 0"), data, samples: samples, stopped: "ceiling").verdict == .unknown)
    }

    @Test func weightsAndRepetitions() throws {
        let data = try dataset(#"{"id": "x", "weight": 3}"#, #"{"id": "y"}"#)
        let samples = [
            sample("x", true), sample("x", false, repetition: 2), sample("y", true), sample("y", true, repetition: 2),
        ]
        let rate = try #require(
            GateReport(try gate("pass_rate: 1", "repeat: 2"), data, samples: samples).models[0].passRate)
        #expect(rate.share == (3 * 0.5 + 1) / 4)
        let wilson = Proportion.wilson(share: rate.share, trials: 16.0 / 10)
        #expect(rate.lower == wilson.lower, "a heavy case beside a light one is worth less than two")
    }

    @Test func aCasesThresholdIsAWeightedShare() {
        var one = sample("x", true)
        one.checks = [
            Sample.Check(title: "a", weight: 3, passes: true, score: 1, reason: "", judge: nil, verdict: nil),
            Sample.Check(title: "b", weight: 1, passes: false, score: 0, reason: "no", judge: nil, verdict: nil),
        ]
        #expect(one.passes(threshold: nil) == false)
        #expect(one.passes(threshold: 0.75) == true)
        #expect(one.passes(threshold: 0.76) == false)
    }

    @Test func aRegressionIsMoreThanChance() throws {
        let data = try rows(40)
        let rule = "no_regression: {margin: 0.02}"
        func report(worse: Int, better: Int) throws -> GateReport {
            let samples = (1...40).flatMap { index in
                [
                    sample("c\(index)", index > worse),
                    sample("c\(index)", index <= worse || index > worse + better, role: .baseline),
                ]
            }
            return GateReport(try gate(rule), data, samples: samples)
        }
        let bad = try report(worse: 11, better: 3)
        #expect(bad.verdict == .failed)
        #expect(abs(try #require(bad.models[0].regression?.probability) - 0.0286865234375) < 1e-12)
        let chance = try report(worse: 4, better: 0)
        #expect(chance.verdict == .passed, "4 of 4 heads happen once in 16")
        #expect(
            try #require(chance.models[0].checks.first?.found).hasSuffix(
                "40 cases cannot show a drop below 16.2 points"))
        #expect(try report(worse: 0, better: 9).verdict == .passed)
    }

    @Test func repeatedRunsAreComparedByTheirMeans() throws {
        let data = try rows(10)
        let samples = (1...10).flatMap { index in
            (1...3).flatMap { turn in
                [
                    sample("c\(index)", turn > 1 || index < 2, repetition: turn),
                    sample("c\(index)", true, role: .baseline, repetition: turn),
                ]
            }
        }
        let report = GateReport(try gate("no_regression: {}", "repeat: 3"), data, samples: samples)
        let regression = try #require(report.models[0].regression)
        #expect(regression.isRepeated && abs(regression.drop - 0.3) < 1e-12)
        #expect(report.verdict == .failed)
    }

    @Test func aCalibratedJudgeIsCorrected() throws {
        let data = try rows(10)
        let record = CalibrationRecord(
            judge: "judges/helpful@1.0.0", digest: "j", model: nil,
            agreement: Agreement(bothPass: 93, bothFail: 88, judgeAlone: 12, peopleAlone: 7), floor: 0.6)
        let samples = (1...10).map { index in
            var one = sample("c\(index)", index <= 8)
            one.checks[0].judge = "j"
            one.checks[0].verdict = index <= 8
            return one
        }
        let report = GateReport(try gate("pass_rate: 0.5"), data, samples: samples, calibrations: ["j": record])
        let corrected = try #require(report.models[0].corrected.first)
        #expect(corrected.passed == 0.8 && abs(corrected.share - 0.68 / 0.81) < 1e-12)
        #expect(try CalibrationRecord(record.json.serialized(), file: "r") == record)
    }

    // MARK: Judges

    @Test(arguments: [
        "not json", "{}", #"{"reason": "ok", "score": 1}"#, #"{"reason": "ok", "pass": true}"#,
        #"{"score": 1, "pass": true}"#,
        #"{"reason": "ok", "score": 1.5, "pass": true}"#, #"{"reason": "ok", "score": 1, "pass": "true"}"#,
        "I'm sorry, but I can't judge that.", #"[{"reason": "ok", "score": 1, "pass": true}]"#,
    ])
    func aJudgeThatIsNotUnderstoodIsAnError(text: String) {
        #expect(throws: Verdict.Unreadable.self) { try Verdict(Answer(text: text)) }
    }

    private static let fine = #"{"reason": "fine {here}", "score": 0.7, "pass": true}"#

    @Test(arguments: [
        "```json\n\(fine)\n```", "Here is my verdict:\n\n\(fine)", "Sure!\n```\n\(fine)\n```\n\n",
        "<think>\nIs it {\"reason\": \"bad\", \"score\": 0, \"pass\": false}? No.\n</think>\n\n\(fine)",
        "<thinking>Hm.</thinking>```json\n\(fine)```", "The answer was {\"reply\": \"Dear Ann\"}, and so: \(fine)",
    ])
    func aVerdictIsReadInTheWrappingsOfModels(text: String) throws {
        #expect(try Verdict(Answer(text: text)) == Verdict(Answer(text: Self.fine)))
    }

    @Test(arguments: [
        "\(fine) \(fine)", "It says \(fine). My verdict: {\"reason\": \"bad\", \"score\": 0, \"pass\": false}",
        "It says \(fine), which is not so: it fails.", "{\"pass\": false} because it says \(fine)",
        "<think>It says </think>\(fine). Hm.</think>\n\(fine)",
        "<think>It would be \(fine)", "<think>\(fine)</think>\nNothing more to say.",
        "Here: ```json\n{\"reply\": 1}\n```",
        String(repeating: "{", count: 65) + fine,
    ])
    func noneOrTwoVerdictsStayErrors(text: String) {
        #expect(throws: Verdict.Unreadable.self) { try Verdict(Answer(text: text)) }
    }

    @Test func aVerdictInAnAnswerThatWasCutOffIsNone() {
        var answer = Answer(text: "It says \(Self.fine), but")
        answer.finishReason = "length"
        #expect(throws: Verdict.Unreadable(message: "the judge's answer was cut off")) { try Verdict(answer) }
    }

    @Test func aPreferenceIsReadInAFence() throws {
        #expect(try Preference(Answer(text: "```json\n{\"reason\": \"shorter\", \"winner\": \"b\"}\n```")) == .second)
    }

    @Test func aThresholdIsAskedBesidesThePass() throws {
        let verdict = try Verdict(Answer(text: #"{"reason": "fine", "score": 0.7, "pass": true}"#))
        #expect(verdict.finding(threshold: nil).passes)
        #expect(verdict.finding(threshold: 0.7).passes)
        #expect(!verdict.finding(threshold: 0.8).passes)
        let no = try Verdict(Answer(text: #"{"reason": "bad", "score": 1, "pass": false}"#))
        #expect(!no.finding(threshold: 0.5).passes)
    }

    @Test func aFlipIsATie() {
        #expect(Preference.score(forward: .first, backward: .second) == 1)
        #expect(Preference.score(forward: .second, backward: .first) == 0)
        #expect(Preference.score(forward: .first, backward: .first) == 0.5)
        #expect(Preference.score(forward: .tie, backward: .second) == 0.5)
    }

    // MARK: Outputs

    @Test func xmlHoldsWhatModelsWrite() throws {
        let data = try dataset(#"{"id": "x", "description": "a \"<b>\""}"#)
        var one = sample("x", false, reason: "not <ok> & \u{0}\u{1B}[31mred\u{FFFF}")
        one.answer.text = "]]> <script>"
        let xml = JUnitReport.text([GateReport(try gate("pass_rate: 1"), data, samples: [one])])
        #expect(xml.contains(#"name="x a &quot;&lt;b&gt;&quot; #1""#))
        #expect(xml.contains("is-json: not &lt;ok&gt; &amp; [31mred"))
        #expect(xml.contains("]]&gt; &lt;script&gt;"))
        #expect(!xml.unicodeScalars.contains { $0.value < 32 && $0 != "\n" } && !xml.contains("\u{FFFF}"))
        #expect(xml.contains(#"classname="a@2.0.0 / its own model""#))
    }

    @Test func markdownCannotMentionOrBreakTables() {
        #expect(MarkdownReport.cell("a|b\n@all <img> `x`") == #"a\|b @<!-- -->all \<img\> \`x\`"#)
    }

    @Test func aRecordIsFoundByItsText() throws {
        let data = try rows(1)
        let report = GateReport(try gate("pass_rate: 1"), data, samples: [sample("c1", true)])
        let record = try #require(EvaluationRecord(report, date: "2026-11-21T08:00:00Z", program: "llmgw 0.1.0"))
        #expect(record.path(gate: "a.eval.yaml") == "a-2.0.0-abababababab-a.json" && record.passed)
        let again = try EvaluationRecord(record.bytes, file: "a.json")
        #expect(again.digest == record.digest && again.passed && again.version == "2.0.0")
        #expect(again.models.first?.cases == record.models.first?.cases)
        #expect(again.models.first?.checks == record.models.first?.checks)
        #expect(EvaluationRecord(GateReport(try gate("pass_rate: 1"), data, samples: []), date: "", program: "") == nil)
        #expect(
            EvaluationRecord.path(
                prompt: "billing/dunning", version: "1.0.0", digest: "0123456789abcdef", gate: "tone.eval.yaml")
                == "billing-dunning-1.0.0-0123456789ab-tone.json")
    }

    @Test func resultsOfTwoTextsTellNothing() throws {
        let data = try rows(2)
        var other = sample("c2", true)
        other.digest = String(repeating: "ef", count: 32)
        let mixed = GateReport(try gate("pass_rate: 1"), data, samples: [sample("c1", true), other])
        #expect(mixed.verdict == .unknown && EvaluationRecord(mixed, date: "", program: "") == nil)
        other.error = "504 upstream_timeout"
        let rules = try gate("pass_rate: 1, max_errors: 0.5")
        #expect(GateReport(rules, data, samples: [sample("c1", true), other]).verdict == .passed)
    }

    @Test func aWithheldAnswerIsAFailure() throws {
        var one = sample("c1", true)
        one.withhold("502 prompt_output_invalid: is not JSON")
        let report = GateReport(try gate("pass_rate: 1"), try rows(1), samples: [one])
        #expect(report.verdict == .failed && report.models[0].errors == 0)
        #expect(Sample(json: one.json) == one)
    }

    @Test func figures() {
        #expect(Shown.percent(0.9166) == "91.7 %")
        #expect(Shown.points(-0.035) == "-3.5 points")
        #expect(Shown.decimal(0.05, places: 3) == "0.050")
        #expect(Shown.decimal(.infinity, places: 3) == "-" && Shown.decimal(1e300, places: 3) == "-")
        #expect(Shown.number(4_000) == "4000" && Shown.number(0.75) == "0.750")
    }
}
