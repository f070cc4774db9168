import Analysis
import Evaluation
import Glibc
import JSON
import NetIO

extension Command {
    static let evalJudge = Command(
        name: "eval judge", summary: "how well a judge agrees with people, on answers that they have labelled",
        notes: [
            "FILE is JUDGE.calibration.jsonl beside the judge's prompt; a line is",
            #"{"id": "a", "vars": {…}, "answer": "…", "pass": true}."#,
            "Exit code 1 when Cohen's kappa is below the floor that JUDGE.calibration.json records.",
        ],
        operands: [.required("FILE")],
        options: [
            Option("selector", .text("S"), "the judge's version; @worktree unless told"),
            Option(
                "record", .flag,
                "write JUDGE.calibration.json: then reports correct pass rates for the judge's mistakes"),
            Option(
                "floor", .text("K"), "with --record: the least kappa from now on, such as 0.6; else the one recorded"),
            Option("base-url", .text("U"), "the gateway; http://127.0.0.1:8080/v1 unless told"),
            Option("key", .text("KEY"), "an application's key; else $LLMGW_API_KEY"),
            Option("judge-key", .text("KEY"), "else $LLMGW_JUDGE_KEY, else the same key"),
            Option("offline", .flag, "a simulated judge inside this process: tries the files"),
            Option("format", .choice(["text", "json"]), "text unless told"),
            Option(
                "config", .file, "for --offline: where models are looked up; else the one that serves these prompts"),
        ],
        examples: [
            Example("llmgw eval judge prompts/judges/helpful.calibration.jsonl", "does it still agree?"),
            Example("llmgw eval judge FILE --record --floor 0.6", "measure, and keep the result in git"),
        ],
        run: evalJudge(_:_:))

    private static func evalJudge(_ arguments: Arguments, _ context: Context) throws -> ExitCode {
        guard !arguments.has("record") || !arguments.has("offline") else {
            throw Failure.usage("--record measures a judge, and --offline has a simulated one; leave one of them out")
        }
        let calibration = try JudgeCalibration(arguments.operands[0], arguments)
        if arguments.has("offline") {
            let references = try EvaluationReferences(of: calibration.prompts, arguments, context)
            try references.require(try calibration.prompt())
        }
        let record = try measured(calibration, arguments, context)
        if arguments.has("record") {
            let text = record.json.serialized() + [UInt8(ascii: "\n")]
            guard WholeFile.replace(calibration.recordPath, text) else {
                throw Failure(.failure, "\(calibration.recordPath): \(String(cString: strerror(errno)))")
            }
        }
        if arguments.text("format") == "json" {
            context.output.write(record.json.serialized() + [UInt8(ascii: "\n")])
        } else {
            context.output.write(record.page)
        }
        guard let kappa = record.agreement.kappa, kappa >= record.floor else { return .findings }
        return .success
    }

    private static func measured(
        _ calibration: JudgeCalibration, _ arguments: Arguments, _ context: Context
    ) throws -> CalibrationRecord {
        let slot = AnswerSlot()
        _ = try MainLoop.run { reactor in
            let record = try await EvaluationDesk.with(
                arguments, context, prompts: calibration.prompts,
                models: { () throws(Failure) in try calibration.models() }, embeddingModels: [], reactor
            ) { client in try await calibration.measure(client) }
            slot.put(record.json.serialized())
            return .success
        }
        do throws(EvaluationFaults) {
            return try CalibrationRecord(slot.take(), file: calibration.recordPath)
        } catch {
            throw Failure(.failure, error.description)
        }
    }
}
