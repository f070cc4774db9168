import Analysis
import Evaluation
import Glibc
import Inference
import JSON
import Prompts

/// A judge beside the people who labelled the same answers.
struct JudgeCalibration: Sendable {
    /// The folder of prompts.
    let prompts: String
    /// Where the result is kept.
    let recordPath: String
    private let rows: [CalibrationRow]
    private let judge: String
    private let selector: String
    private let floor: Double

    private static let ending = ".calibration.jsonl"

    /// - Parameter path: `…/judges/helpful.calibration.jsonl`, from which the judge's name follows.
    init(_ path: String, _ arguments: Arguments) throws(Failure) {
        guard path.hasSuffix(JudgeCalibration.ending) else {
            throw .usage("\(path): labels lie beside the judge's prompt, as JUDGE.calibration.jsonl")
        }
        let stem = String(path.dropLast(JudgeCalibration.ending.count))
        let folder = EvaluationFiles.folder(of: stem)
        let name = String(stem.split(separator: "/").last ?? "")
        recordPath = "\(stem).calibration.json"
        judge = "judges/\(name)"
        prompts = EvaluationFiles.folder(of: folder)
        guard access("\(stem).prompt", F_OK) == 0, folder.hasSuffix("judges") else {
            throw .usage("\(path): there is no judge \(stem).prompt; judges lie in the folder 'judges' of the prompts")
        }
        rows = try EvaluationFiles.read(path) { (bytes, file) throws(EvaluationFaults) in
            try CalibrationRow.read(bytes, file: file)
        }
        selector = try Command.selector(arguments)
        floor = try JudgeCalibration.floor(arguments, recordPath)
    }

    /// The option's, else the recorded one, else 0: at least better than chance.
    private static func floor(_ arguments: Arguments, _ path: String) throws(Failure) -> Double {
        if let text = arguments.text("floor") {
            guard arguments.has("record") else { throw .usage("--floor goes with --record") }
            guard let floor = Double(text), (0...1).contains(floor) else {
                throw .usage("--floor: '\(text)' is no number from 0 to 1")
            }
            return floor
        }
        guard access(path, F_OK) == 0 else { return 0 }
        return try EvaluationFiles.read(path) { (bytes, file) throws(EvaluationFaults) in
            try CalibrationRecord(bytes, file: file)
        }.floor
    }

    func models() throws(Failure) -> Set<String> {
        Set(try library().entries.compactMap(\.model))
    }

    /// The judge's prompt, in the version that is measured.
    func prompt() throws(Failure) -> ResolvedPrompt {
        let library = try library()
        do throws(GatewayError) {
            return try library.resolve(judge + selector)
        } catch {
            throw .usage(error.message)
        }
    }

    private func library() throws(Failure) -> PromptLibrary {
        do throws(PromptLoadErrors) {
            return try PromptLibrary.load(directory: prompts, commit: nil, allowUnreleased: true)
        } catch {
            throw .usage("the folder of prompts '\(prompts)' cannot be loaded:\n\(error)")
        }
    }

    /// Asks the judge about every row, one after the other.
    ///
    /// - Throws: exit code 3 for a row that it gives no verdict on: an agreement on the others alone would flatter it.
    func measure(_ client: EvaluationClient) async throws(Failure) -> CalibrationRecord {
        let panel = JudgePanel(client)
        var record = CalibrationRecord(judge: judge, digest: "", model: nil, agreement: .init(), floor: floor)
        for row in rows {
            let call = Assertion.JudgeCall(prompt: judge + selector, rubric: row.rubric, threshold: nil)
            var costs: [Money?] = []
            do throws(EvaluationClient.CallFailure) {
                let (verdict, digest) = try await panel.verdict(call, row.answer, row.variables, &costs)
                record.digest = digest ?? ""
                record.agreement.add(judge: verdict.passes, people: row.passes)
            } catch {
                throw Failure(error.kind == .usage ? .usage : .failure, "row '\(row.id)': \(error.message)")
            }
        }
        record.judge = panel.answered.keys.sorted().first ?? judge
        return record
    }
}
