/// Every version that a folder of prompts ever had, each compiled once.
struct PromptTimeline {
    /// A prompt's text from one state on; nil while it is not there or does not compile.
    struct Change: Sendable {
        var state: Int
        var digest: String?
    }

    private(set) var prompts: [String: CompiledPrompt] = [:]
    /// By digest, like ``prompts``.
    private(set) var origins: [String: PromptOrigin] = [:]
    /// The digests of each name, in the order in which they first appeared.
    private(set) var digests: [String: [String]] = [:]
    /// By name, the oldest first.
    private(set) var changes: [String: [Change]] = [:]
    /// The oldest first.
    private(set) var moves: [PromptLabelMove] = []
    /// What the folder holds at the end. What cannot be a prompt's file is in ``faults``.
    private(set) var files: [String: [UInt8]] = [:]
    private(set) var faults: [String: Fault] = [:]

    private let folder: String
    private let blobs: [String: [UInt8]]
    private var parts = PromptParts()
    private var current: [String: CompiledPrompt] = [:]
    private var fileBlobs: [String: String] = [:]
    private var labels: [String: [String: PromptLabel.Target]] = [:]
    /// What changed since a part last did, the oldest first: these do not depend on each other.
    private var pending: [Pending] = []

    /// A path that a state changed, with its bytes from then on.
    private struct Pending {
        var path: String
        var bytes: [UInt8]?
        var blob: String
        var commit: PromptCommit
        var state: Int
    }

    /// - Parameter known: what was compiled before; what is compiled here is added to it.
    init(_ history: GitHistory, folder: String, _ known: inout PromptCompilations) {
        self.folder = folder.isEmpty ? "" : folder + "/"
        blobs = history.blobs
        for (number, state) in history.states.enumerated() { apply(state, number, &known) }
        settle(&known)
    }

    private mutating func apply(_ state: GitState, _ number: Int, _ known: inout PromptCompilations) {
        // Which prompts a part's change reaches is known once those before it are compiled, with the parts as they were.
        if state.changes.contains(where: { PromptFileKind(path: $0.path)?.isPart == true }) { settle(&known) }
        var changed: Set<String> = []
        var (changesParts, movesParts) = (false, false)
        for change in state.changes {
            guard let kind = PromptFileKind(path: change.path) else {
                noteUnread(change)
                continue
            }
            let before = files[change.path]
            take(change)
            switch kind {
            case .prompt: changed.insert(change.path)
            case .label(let name): readLabel(name, change.path, state.commit)
            case .partial, .schema, .tool:
                changed.formUnion(prompts(including: change.path))
                changesParts = true
                // A part that comes or goes decides what a name stands for, also where it was not used before.
                if (before == nil) != (files[change.path] == nil) { movesParts = true }
                readPart(change.path)
            case .misnamed: break
            }
        }
        if changesParts {
            // One that does not compile may have waited for this part: which it would include is not known.
            changed.formUnion(
                files.keys.filter { PromptFileKind(path: $0)?.isPrompt == true && (movesParts || current[$0] == nil) })
        }
        for path in changed.sorted() {
            pending.append(
                Pending(
                    path: path, bytes: files[path], blob: fileBlobs[path] ?? "", commit: state.commit, state: number))
        }
    }

    private mutating func take(_ change: GitChange) {
        let path = change.path
        (files[path], faults[path], fileBlobs[path]) = (nil, nil, nil)
        switch change.content {
        case .nothing: break
        case .link:
            faults[path] = Fault.link
        case .submodule:
            faults[path] = Fault(.link, "is a submodule, whose files are in another repository", at: .start)
        case .file(let blob):
            files[path] = blobs[blob]
            fileBlobs[path] = blob
            if blobs[blob] == nil {
                faults[path] = Fault(.size, "the file is larger than 1 MiB", at: .start)
            }
        }
    }

    /// What may be a folder of prompts, and is none in git.
    private mutating func noteUnread(_ change: GitChange) {
        let name = change.path.utf8.split(separator: UInt8(ascii: "/")).last ?? []
        let mayBeFolder = !name.contains(UInt8(ascii: ".")) && !change.path.hasPrefix("evals")
        switch change.content {
        case .submodule:
            faults[change.path] = Fault(
                .unread, "is a submodule, whose files are in another repository: prompts in it are not read", at: .start
            )
        case .link where mayBeFolder:
            faults[change.path] = Fault(
                .unread, "is a symbolic link, which is not followed in git: prompts behind it are not read", at: .start)
        case .link, .file, .nothing: faults[change.path] = nil
        }
    }

    private func prompts(including part: String) -> [String] {
        current.filter { $0.value.files["prompts/" + part] != nil }.map(\.key)
    }

    private mutating func readPart(_ path: String) {
        parts.remove(path)
        guard let bytes = files[path] else { return }
        // One that cannot be read is a part that is missing, until a later state mends it.
        try? parts.set(PromptSourceFile(path: path, bytes: bytes))
    }

    /// Compiles what is pending, and adds it in its order.
    private mutating func settle(_ known: inout PromptCompilations) {
        let texts = pending.compactMap { change in
            change.bytes.map { PromptSourceFile(path: change.path, bytes: $0) }
        }
        var outcomes = known.outcomes(of: texts, parts: parts)[...]
        for change in pending {
            add(change.bytes == nil ? nil : outcomes.popFirst()?.servable, change)
        }
        pending = []
    }

    /// - Parameter prompt: nil when the path holds none any more, or one that does not compile.
    private mutating func add(_ prompt: CompiledPrompt?, _ change: Pending) {
        guard case .prompt(let name, let variant)? = PromptFileKind(path: change.path) else { return }
        let key = variant.map { "\(name).\($0)" } ?? name
        current[change.path] = prompt
        if let prompt, prompts[prompt.digest] == nil {
            prompts[prompt.digest] = prompt
            origins[prompt.digest] = PromptOrigin(
                commit: change.commit, path: folder + change.path, blob: change.blob)
            digests[key, default: []].append(prompt.digest)
        }
        if changes[key]?.last?.digest != prompt?.digest {
            changes[key, default: []].append(Change(state: change.state, digest: prompt?.digest))
        }
    }

    private mutating func readLabel(_ name: String, _ path: String, _ commit: PromptCommit) {
        let before = labels[name] ?? [:]
        // A label's file that cannot be read moved nothing: the gateway never served it.
        guard let after = files[path].map({ try? PromptLabel(name: name, path: path, bytes: $0).targets }) ?? [:]
        else { return }
        labels[name] = after
        for prompt in Set(before.keys).union(after.keys).sorted() {
            let (old, new) = (
                before[prompt].map(PromptLabelMove.Target.init), after[prompt].map(PromptLabelMove.Target.init)
            )
            guard old != new else { continue }
            moves.append(PromptLabelMove(label: name, name: prompt, before: old, after: new, commit: commit))
        }
    }
}

extension PromptLabelMove.Target {
    init(_ target: PromptLabel.Target) {
        self.init(version: target.version, digest: target.digest)
    }
}
