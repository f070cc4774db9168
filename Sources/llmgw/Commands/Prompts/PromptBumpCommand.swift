import Glibc
import Prompts

extension Command {
    static let promptsBump = Command(
        name: "prompts bump", summary: "raise versions: edits the version's line of each file, and no other byte",
        notes: [
            "--dependents-of takes a partial, schema or tool: a change of it changes every prompt that includes it.",
            "There, prompts whose version no commit has yet are left alone: they are raised already.",
        ],
        operands: [.optionalSeveral("NAME")],
        options: [
            Option("patch", .flag, "3.1.0 to 3.1.1, for wording that should not matter; unless told"),
            Option("minor", .flag, "3.1.0 to 3.2.0, for behaviour"),
            Option("major", .flag, "3.1.0 to 4.0.0, for variables or output that break callers"),
            Option("dependents-of", .text("PART"), "all prompts that include it, such as house-style"), .prompts,
            .config,
        ],
        examples: [
            Example("llmgw prompts bump --minor support-reply", "after a change of its text"),
            Example("llmgw prompts bump --dependents-of house-style", "after a change of a partial"),
        ]
    ) { arguments, context in
        let levels = VersionEdit.Level.allCases.filter { arguments.has($0.rawValue) }
        guard levels.count <= 1 else { throw Failure.usage("choose one of --patch, --minor and --major") }
        let desk = try PromptDesk(arguments, context)
        let dependents = try desk.dependents(arguments.text("dependents-of"), context)
        let names = Set(arguments.operands).union(dependents).sorted()
        guard !names.isEmpty || arguments.has("dependents-of") else {
            throw Failure.usage("prompts bump needs a NAME, or --dependents-of PART")
        }
        // All are tried before one is written.
        let edits = try names.map { name in (name, try desk.raise(name, levels.first ?? .patch)) }
        for (name, edit) in edits {
            guard WholeFile.replace(desk.onDisk(edit.path), edit.bytes) else {
                throw Failure(.failure, "\(desk.onDisk(edit.path)): \(String(cString: strerror(errno)))")
            }
            context.output.line("\(name) \(edit.old) → \(edit.new)")
        }
        return .success
    }
}

extension PromptDesk {
    fileprivate typealias Raise = (path: String, bytes: [UInt8], old: String, new: String)

    fileprivate func raise(_ name: String, _ level: VersionEdit.Level) throws(Failure) -> Raise {
        let path = "prompts/\(name).prompt"
        guard let source = workspace.source(path) else {
            throw .usage("there is no file \(shown(path))\(Guess.text(for: name, among: workspace.names))")
        }
        do throws(VersionEdit.Failure) {
            let (bytes, old, new) = try VersionEdit.raise(source, path: path, level)
            return (path, bytes, old, new)
        } catch {
            throw .usage(error.message)
        }
    }

    /// The prompts that include a part and are not raised yet.
    fileprivate func dependents(_ word: String?, _ context: Context) throws(Failure) -> [String] {
        guard let word else { return [] }
        let found = try part(word)
        let names = workspace.dependents(of: found)
        if names.isEmpty { context.output.line("no prompt includes \(shown(found))") }
        return names.filter { name in
            let record = try? workspace.library.version(name + "@worktree")
            let isRaised = workspace.top != nil && record?.origin == nil && record?.isReleased == true
            if isRaised { context.output.line("\(name) \(record?.version ?? "") is raised already") }
            return !isRaised
        }
    }

    /// `house-style` of `prompts/partials/_house-style.prompt`.
    private static func stem(_ path: String) -> String {
        let file = path.split(separator: "/").last ?? ""
        return String(file.prefix { $0 != "." }.drop { $0 == "_" })
    }

    /// `house-style`, `partials/_house-style.prompt`, or a path from here.
    private func part(_ word: String) throws(Failure) -> String {
        let matches = workspace.parts.filter { path in
            let file = path.split(separator: "/").last.map(String.init) ?? path
            return path == "prompts/" + word || shown(path) == word || file == word || PromptDesk.stem(path) == word
        }
        guard let only = matches.first, matches.count == 1 else {
            throw .usage(
                matches.isEmpty
                    ? "--dependents-of: there is no partial, schema or tool '\(word)'"
                        + Guess.text(for: word, among: workspace.parts.map(PromptDesk.stem))
                    : "--dependents-of: '\(word)' may be "
                        + matches.map { String($0.dropFirst("prompts/".count)) }.joined(separator: " or "))
        }
        return only
    }
}
