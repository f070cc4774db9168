import Gateway
import Glibc
import Prompts

/// A change of what a label stands for: in its file, and in git when that is wanted.
struct LabelMove {
    let desk: PromptDesk
    let name: String
    let label: String
    let version: String
    /// All 64 digits.
    let digest: String

    private var path: String { "prompts/labels/\(label).yaml" }

    /// Writes the label's file and prints what changed in it. Returns false when it says so already.
    func apply(_ context: Context) throws(Failure) -> Bool {
        let before = desk.workspace.source(path)
        let after: [UInt8]
        do throws(LabelEdit.Failure) {
            after = try LabelEdit.set(name, version: version, digest: digest, in: before ?? [], label: label)
        } catch {
            throw .usage(error.message)
        }
        guard after != before else { return false }
        warnOfFolder(context)
        if before == nil { warnOfNewLabel(context) }
        let folder = desk.onDisk("prompts/labels")
        guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
            throw Failure(.failure, "\(folder): \(String(cString: strerror(errno)))")
        }
        guard WholeFile.replace(desk.onDisk(path), after) else {
            throw Failure(.failure, "\(desk.onDisk(path)): \(String(cString: strerror(errno)))")
        }
        let shown = desk.inRepository(path)
        let lines = TextDiff(before ?? [], after).unified(old: before == nil ? "/dev/null" : shown, new: shown)
        context.output.write(Paint(context).diff(lines))
        context.output.flush()
        return true
    }

    /// A misspelt label is a new one that nobody asks for.
    private func warnOfNewLabel(_ context: Context) {
        let others = desk.workspace.files.filter { $0.hasPrefix("prompts/labels/") && $0.hasSuffix(".yaml") }
            .map { String($0.dropFirst("prompts/labels/".count).dropLast(".yaml".count)) }
        guard !others.isEmpty else { return }
        context.errors.line("warning: there was no label '\(label)' before\(Guess.text(for: label, among: others))")
        context.errors.flush()
    }

    /// A gateway without a repository knows one text of each prompt: the one on disk.
    private func warnOfFolder(_ context: Context) {
        guard let prompts = desk.configuration?.prompts, prompts.repository == nil,
            (try? desk.workspace.library.version(name + "@worktree"))?.digest != digest
        else { return }
        context.errors.line(
            "warning: \(name) \(version) is not the text on disk, and a gateway without prompts.repository has no other:"
                + " calls of \(name)@\(label) would be answered 404; set prompts.repository, or bring the text back")
        context.errors.flush()
    }

    /// Commits the label's file alone, or says how.
    ///
    /// - Parameter text: the commit's message; its first line says what moves.
    func commit(_ text: String, isWanted: Bool, _ context: Context) throws(Failure) {
        guard desk.workspace.top != nil else { return }
        guard isWanted else {
            let subject = text.split(separator: "\n").first ?? ""
            context.errors.line("not committed yet: git commit -m \"\(subject)\" \(desk.shown(path))")
            context.errors.flush()
            return
        }
        do throws(GitFailure) {
            let commit = try GitCommit.file(desk.onDisk(path), in: desk.workspace.folder, message: text)
            context.output.line("commit \(commit.prefix(12))")
        } catch {
            throw Failure(.failure, "\(error); the label's file is changed, and not committed")
        }
    }

    /// What the label stands for now, on disk.
    static func current(_ name: String, _ label: String, _ desk: PromptDesk) -> PromptLabelMove.Target? {
        desk.workspace.library.labels(of: name).first { $0.label == label }?.target
    }
}
