import Foundation
import Inference
import Testing

@testable import Evaluation

@Suite struct RecordTests {
    private let folder = NSTemporaryDirectory() + "records-\(UUID().uuidString)"

    private func write(_ path: String, gate file: String, passed: Bool) throws {
        let gate = try GateFileReader.read(
            Array("prompt: a\ndataset: a.jsonl\ngate: {pass_rate: 1}".utf8), file: file)
        let data = try Dataset(Array(#"{"id": "c"}"#.utf8), file: "a.jsonl")
        let key = Sample.Key(role: .candidate, model: nil, caseID: "c", repetition: 1)
        var sample = Sample(key: key, answer: Answer(text: "an answer"))
        (sample.prompt, sample.digest) = ("a@2.0.0", String(repeating: "ab", count: 32))
        sample.checks = [
            Sample.Check(title: "is-json", weight: 1, passes: passed, score: 1, reason: "", judge: nil, verdict: nil)
        ]
        let report = GateReport(gate, data, samples: [sample])
        let record = try #require(EvaluationRecord(report, date: "2026-11-21T08:00:00Z", program: "llmgw"))
        let place = URL(fileURLWithPath: "\(folder)/evals/records/\(path)")
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(record.bytes).write(to: place)
    }

    /// Nil when there is no record.
    private func verdict(_ gate: String) throws -> Bool? {
        let digest = String(repeating: "ab", count: 32)
        return try EvaluationRecord.find(prompts: folder, prompt: "a", version: "2.0.0", digest: digest, gate: gate)?
            .passed
    }

    @Test func gatesOfOneNameInTwoFoldersHaveRecordsOfTheirOwn() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func path(_ gate: String) -> String {
            EvaluationRecord.path(prompt: "a", version: "2.0.0", digest: String(repeating: "ab", count: 32), gate: gate)
        }
        #expect(path("tone.eval.yaml") == "a-2.0.0-abababababab-tone.json")
        #expect(path("de/tone.eval.yaml") == "de/a-2.0.0-abababababab-tone.json")
        try write(path("tone.eval.yaml"), gate: "p/evals/tone.eval.yaml", passed: true)
        try write(path("de/tone.eval.yaml"), gate: "p/evals/de/tone.eval.yaml", passed: false)
        #expect(try verdict("tone.eval.yaml") == true)
        #expect(try verdict("de/tone.eval.yaml") == false)
        #expect(try verdict("fr/tone.eval.yaml") == nil)
    }

    @Test func recordsThatAnEarlierProgramWroteSideBySideAreFoundByTheirGate() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write("a-2.0.0-abababababab-tone.json", gate: "p/evals/de/tone.eval.yaml", passed: true)
        #expect(try verdict("de/tone.eval.yaml") == true)
        #expect(try verdict("tone.eval.yaml") == nil)
        #expect(try verdict("fr/tone.eval.yaml") == nil)
    }
}
