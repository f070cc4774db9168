import Evaluation
import JSON

extension Command {
    static let evalImport = Command(
        name: "eval import", summary: "another program's tests as a dataset: promptfoo's YAML, or CSV",
        notes: [
            "The dataset goes to standard output, a row a line; what has no counterpart is named on standard error.",
            "Exit code 1 when an assertion is among that: then the dataset asks for less.",
            "In CSV a column is a variable; `__expected`, `__description`, `__threshold` and `__metadata:NAME` are promptfoo's.",
        ],
        operands: [.required("FILE")],
        examples: [
            Example("llmgw eval import tests.yaml > prompts/evals/support-reply.jsonl", "promptfoo's 'tests:'"),
            Example("llmgw eval import cases.csv > prompts/evals/support-reply.jsonl", "from a spreadsheet"),
        ],
        run: evalImport(_:_:))

    private static func evalImport(_ arguments: Arguments, _ context: Context) throws -> ExitCode {
        let result = try EvaluationFiles.read(arguments.operands[0]) { (bytes, file) throws(EvaluationFaults) in
            try DatasetImport.read(bytes, file: file)
        }
        for row in result.rows { context.output.write(row.serialized() + [UInt8(ascii: "\n")]) }
        for warning in result.warnings {
            context.errors.line(warning.description.replacing("error:", with: "warning:"))
        }
        context.errors.flush()
        return result.dropped == 0 ? .success : .findings
    }
}
