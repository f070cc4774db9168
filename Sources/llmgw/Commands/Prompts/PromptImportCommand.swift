import Glibc
import Prompts

extension Command {
    static let promptsImport = Command(
        name: "prompts import", summary: "a .prompty file, Microsoft's format, as a prompt's file",
        notes: [
            "Roles, variables, if, for, comments and the usual loop over the conversation are translated. What has no",
            "counterpart is named with its line, and stands in the text as a comment; then the exit code is 1.",
        ],
        operands: [.required("FILE.prompty")],
        options: [
            Option("out", .text("DIR"), "write NAME.prompt there, where no such file is; standard output unless told")
        ],
        examples: [
            Example("llmgw prompts import chat.prompty", "look at it"),
            Example("llmgw prompts import chat.prompty --out prompts", "keep it; then `llmgw prompts lint`"),
        ]
    ) { arguments, context in
        let path = arguments.operands[0]
        guard let bytes = WholeFile.read(path) else {
            throw Failure.usage("\(path): \(String(cString: strerror(errno)))")
        }
        let result: PromptyImport
        do throws(PromptLoadErrors) {
            result = try PromptyImport(bytes, file: path)
        } catch {
            throw Failure.usage(error.description)
        }
        for finding in result.findings { context.errors.line(finding.description) }
        context.errors.flush()
        if let folder = arguments.text("out") {
            let stem = path.split(separator: "/").last.map { $0.prefix { $0 != "." } } ?? "imported"
            let target = "\(folder)/\(stem).prompt"
            guard access(target, F_OK) != 0 else {
                throw Failure.usage("\(target): is there already; move it away first")
            }
            guard WholeFile.replace(target, Array(result.text.utf8)) else {
                throw Failure(.failure, "\(target): \(String(cString: strerror(errno)))")
            }
            context.output.line(target)
        } else {
            context.output.write(result.text)
        }
        return result.findings.contains { $0.severity == .error } ? .findings : .success
    }
}
