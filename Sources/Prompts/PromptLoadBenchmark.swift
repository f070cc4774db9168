import Glibc

/// How long reading prompts takes, part by part. Blocks.
///
/// Each part is done by itself, over all texts, so that they can be compared; the whole does several at a time, and nothing
/// twice.
package struct PromptLoadBenchmark {
    /// A part of the work.
    package struct Part: Sendable {
        package var name: String
        /// By the clock.
        package var time: Duration
        /// Of all processors together, also for git: what else runs on the machine does not count.
        package var processors: Duration
    }

    package private(set) var parts: [Part] = []
    /// How many texts the parts were measured with: all that the history has, or the folder.
    package private(set) var texts = 0

    package init() {}

    /// Measures `body`, and returns what it returns.
    package mutating func measure<Value, Failure: Error>(
        _ name: String, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let start = Moment()
        let value = try body()
        add(name, since: start)
        return value
    }

    /// Adds a part that ends now.
    package mutating func add(_ name: String, since start: Moment) {
        let end = Moment()
        parts.append(Part(name: name, time: end.clock - start.clock, processors: end.processors - start.processors))
    }

    /// Measures the parts with a repository.
    package mutating func take(git source: GitSource) throws(GitFailure) {
        let history = try measure("git") { () throws(GitFailure) in
            let repository = try GitRepository(source)
            return try repository.history(at: try repository.head(of: source.ref))
        }
        var files: [PromptSourceFile] = []
        var seen: Set<String> = []
        for change in history.states.flatMap(\.changes) {
            guard case .file(let blob) = change.content, let bytes = history.blobs[blob],
                seen.insert(blob + change.path).inserted
            else { continue }
            files.append(PromptSourceFile(path: change.path, bytes: bytes))
        }
        compile(files)
    }

    /// Measures the parts with a folder.
    package mutating func take(folder: String) throws(PromptLoadErrors) {
        compile(
            try measure("files") { () throws(PromptLoadErrors) in try DirectorySource(directory: folder).files() })
    }

    private mutating func compile(_ files: [PromptSourceFile]) {
        var parts = PromptParts()
        // What cannot be read is missing here as it is in a library, whose complaints name it.
        for file in files { try? parts.set(file) }
        let prompts = files.filter(\.isPrompt)
        texts = prompts.count
        let read = measure("YAML, one thread") {
            prompts.compactMap { try? PromptFile(path: $0.path, bytes: $0.bytes) }
        }
        _ = measure("templates, one thread") { read.compactMap { try? Template($0.source, from: $0.bodyOffset) } }
        _ = measure("digests, one thread") { prompts.map { BundleDigest.hex(of: [$0.path: $0.bytes]) } }
        _ = measure("compiling, one thread") { prompts.map { PromptCompiler($0, parts: parts) } }
        var known = PromptCompilations()
        _ = measure("compiling, all processors") { known.outcomes(of: prompts, parts: parts) }
    }

    /// Now, and what the process and the programs that it ran have used up.
    package struct Moment {
        let clock = ContinuousClock.now
        let processors: Duration

        package init() {
            var own = timespec()
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own)
            var others = rusage()
            getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &others)
            let seconds = own.tv_sec + others.ru_utime.tv_sec + others.ru_stime.tv_sec
            let microseconds = Int(others.ru_utime.tv_usec) + Int(others.ru_stime.tv_usec) + own.tv_nsec / 1_000
            processors = .seconds(seconds) + .microseconds(microseconds)
        }
    }
}
