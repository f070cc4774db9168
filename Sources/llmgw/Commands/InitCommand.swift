import Glibc
import Starter

extension Command {
    static let initialise = Command(
        name: "init", summary: "write a small folder that runs: configuration, prices, a prompt",
        notes: [
            "Asks nothing. Files that are there are never changed: when one of them exists, nothing is written and the exit",
            "code is 2. A .gitignore is made, or the ledger's folder added to the one that is there.",
        ],
        operands: [.optional("FOLDER")],
        examples: [
            Example("llmgw init", "in this folder"),
            Example("llmgw init my-gateway", "in a new one"),
        ]
    ) { arguments, context in
        let folder = arguments.operands.first ?? "."
        let paths = StarterFiles.all.map { join(folder, $0.path) }
        let present = paths.filter { access($0, F_OK) == 0 }
        guard present.isEmpty else {
            throw Failure.usage(
                "\(present.joined(separator: ", ")): is there already; nothing was written, name another folder")
        }
        do throws(Failure) {
            for (path, file) in zip(paths, StarterFiles.all) { try WholeFile.place(file.bytes, at: path) }
            let ignores = try ignoreRunTimeFiles(in: folder)
            context.output.write(welcome(folder, paths + ignores, context))
        } catch {
            // None of them was there before.
            for path in paths { unlink(path) }
            throw error
        }
        return .success
    }

    private static func join(_ folder: String, _ path: String) -> String {
        folder == "." ? path : folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
    }

    /// Returns the file's path when it was made or changed.
    private static func ignoreRunTimeFiles(in folder: String) throws(Failure) -> [String] {
        let path = join(folder, ".gitignore")
        let before = WholeFile.read(path) ?? []
        let lines = String(decoding: before, as: UTF8.self).split(separator: "\n")
        let line = StarterFiles.ignored
        guard !lines.contains(where: { $0 == line || $0 == "var/" || $0 == "var" || $0 == "/var" }) else { return [] }
        let gap = before.isEmpty || before.last == UInt8(ascii: "\n") ? "" : "\n"
        guard WholeFile.replace(path, before + Array("\(gap)\(line)\n".utf8)) else { throw fault(path) }
        return [path]
    }

    private static func welcome(_ folder: String, _ paths: [String], _ context: Context) -> String {
        // From another folder a relative path would lead nowhere.
        let program = folder != "." && context.program.contains("/") ? absolute(context.program) : context.program
        let step = folder == "." ? "" : "cd \(quoted(folder)) && "
        return """
            \(paths.map { "  \($0)" }.joined(separator: "\n"))

            \(context.bold("Next")), in two terminals:

              \(step)\(program) serve
              \(step)KEY=$(\(program) keys create demo)
              curl http://127.0.0.1:8080/v1/chat/completions -H "Authorization: Bearer $KEY" \\
                -H "Content-Type: application/json" \\
                -d '{"model": "chat", "messages": [{"role": "user", "content": "Hello"}]}'

            A simulated provider answers until config/gateway.yaml names a vendor.

            """
    }

    private static func absolute(_ path: String) -> String {
        guard let whole = realpath(path, nil) else { return path }
        defer { free(whole) }
        return String(cString: whole)
    }

    /// A word as a shell reads it whole.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0 & 0xDF) || "._/-".utf8.contains($0)
        }
        return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }

    private static func fault(_ path: String) -> Failure {
        Failure(.failure, "\(path): \(String(cString: strerror(errno)))")
    }
}
