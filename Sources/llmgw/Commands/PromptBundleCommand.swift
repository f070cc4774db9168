import Glibc
import Prompts

extension Command {
    static let promptsBundle = Command(
        name: "prompts bundle", summary: "put what labels stand for into one file, for machines without git",
        notes: [
            "The gateway there has `prompts: {bundle: FILE}`, and derives every digest anew when it reads the file.",
            "A file that is there is replaced at once, never half.",
        ],
        options: [
            Option("labels", .text("L,L"), "the labels; production unless told"),
            Option("out", .file, "the file to write; standard output unless told"), .config,
        ],
        examples: [
            Example(
                "llmgw prompts bundle --labels production,staging --out prompts.bundle",
                "in a pipeline, before shipping")
        ]
    ) { arguments, context in
        let library = try PromptLocation.required(arguments, context).library
        let labels = (arguments.text("labels") ?? "production").split(separator: ",").map(String.init)
        let bytes: [UInt8]
        do throws(PromptLoadErrors) {
            bytes = try PromptBundle.bytes(of: library, labels: labels)
        } catch {
            throw Failure(.usage, error.diagnostics.first?.message ?? error.description)
        }
        guard let path = arguments.text("out") else {
            context.output.write(bytes)
            return .success
        }
        guard WholeFile.replace(path, bytes) else {
            throw Failure(.failure, "\(path): \(String(cString: strerror(errno)))")
        }
        let count = bytes.count { $0 == 10 } - 1
        context.output.line("\(path): \(count) version\(count == 1 ? "" : "s") of \(labels.joined(separator: ", "))")
        return .success
    }
}
