import Threads

/// What prompts' files were compiled to, so that no text is compiled twice: neither in the history and at its end, nor
/// from one look at a repository to the next.
///
/// A prompt depends on its path, its bytes and the parts that it reaches, and on nothing else: the same three give the same
/// prompt and the same warnings. What is not known yet is compiled on all processors.
struct PromptCompilations: Sendable {
    /// One file, compiled.
    struct Outcome: Sendable {
        /// Nil where nothing could be made of the file; with errors it is not to be served.
        let prompt: CompiledPrompt?
        let diagnostics: [PromptDiagnostic]
        let isServable: Bool
        /// Of all parts that there were. What is wrong with a file may be a part that it does not have.
        fileprivate let parts: String

        fileprivate init(_ file: PromptSourceFile, parts: PromptParts, identity: String) {
            let compiler = PromptCompiler(file, parts: parts)
            prompt = compiler.prompts.values.first
            diagnostics = compiler.diagnostics
            isServable = prompt != nil && !diagnostics.contains { $0.severity == .error }
            self.parts = identity
        }

        /// The prompt, if nothing is wrong with it.
        var servable: CompiledPrompt? { isServable ? prompt : nil }

        /// Whether compiling the file with these parts would come to the same.
        fileprivate func holds(with parts: PromptParts, identity: String) -> Bool {
            self.parts == identity || servable?.reachesTheSame(in: parts) == true
        }
    }

    /// How many files a thread takes at a time; one of 2 KB takes some 0.1 ms.
    private static let piece = 16

    /// By file; a file has several where its parts changed.
    private let before: [SourceKey: [Outcome]]
    /// What was asked for since.
    private var used: [SourceKey: [Outcome]] = [:]

    /// - Parameter earlier: those of the library before; what is not asked for again does not stay.
    init(after earlier: PromptCompilations? = nil) {
        before = earlier?.used ?? [:]
    }

    private init(used: [SourceKey: [Outcome]]) {
        before = [:]
        self.used = used
    }

    /// What was asked for alone, to be kept with a library.
    var settled: PromptCompilations { PromptCompilations(used: used) }

    /// Returns what each prompt's file comes to, in the order of `files`.
    mutating func outcomes(of files: [PromptSourceFile], parts: PromptParts) -> [Outcome] {
        let identity = parts.identity
        let keys = files.map(SourceKey.init)
        var found: [SourceKey: Outcome] = [:]
        var missing: [SourceKey] = []
        for key in Set(keys) {
            if let outcome = used[key]?.first(where: { $0.holds(with: parts, identity: identity) }) {
                found[key] = outcome
            } else if let outcome = before[key]?.first(where: { $0.holds(with: parts, identity: identity) }) {
                found[key] = outcome
                used[key, default: []].append(outcome)
            } else {
                missing.append(key)
            }
        }
        let compiled = missing.parallelMap(piece: Self.piece) { Outcome($0.file, parts: parts, identity: identity) }
        for (key, outcome) in zip(missing, compiled) {
            found[key] = outcome
            used[key, default: []].append(outcome)
        }
        return keys.compactMap { found[$0] }
    }
}

/// A file as a key of a dictionary. It is hashed once: it is looked up several times, and its bytes are many.
private struct SourceKey: Hashable, Sendable {
    let file: PromptSourceFile
    private let fingerprint: Int

    init(_ file: PromptSourceFile) {
        self.file = file
        var hasher = Hasher()
        hasher.combine(file.path)
        hasher.combine(file.bytes)
        fingerprint = hasher.finalize()
    }

    static func == (left: SourceKey, right: SourceKey) -> Bool {
        left.fingerprint == right.fingerprint && left.file.path == right.file.path
            && left.file.bytes == right.file.bytes
    }

    func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }
}
