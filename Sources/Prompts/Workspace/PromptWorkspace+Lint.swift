extension PromptWorkspace {
    /// Returns all that should be mended before the texts on disk are served, in the order of files, lines and columns.
    ///
    /// - Parameter ref: a branch, tag or commit with which versions are compared; nil asks only that no text bears the
    ///   number of a committed one.
    package func findings(against ref: String?) throws(GitFailure) -> [PromptDiagnostic] {
        var findings = diagnostics + prompts.values.filter { $0.version == nil }.map(PromptWorkspace.unversioned)
        findings += try ref.map(releaseFindings) ?? numberFindings
        return findings.sorted { ($0.file, $0.line, $0.column, $0.code) < ($1.file, $1.line, $1.column, $1.code) }
    }

    private static func unversioned(_ prompt: CompiledPrompt) -> PromptDiagnostic {
        Fault(
            .unversioned, "'\(prompt.name)' has no version, so no label can name it; write 'version: 1.0.0'", at: .start
        )
        .diagnostic(in: prompt.path)
    }

    /// Texts that bear the number of another one: the gateway would refuse their commit.
    private var numberFindings: [PromptDiagnostic] {
        guard repository != nil else { return [] }
        return findings(ReleaseReview(base: [:], catalog: library.catalog, ref: "HEAD"))
    }

    private func findings(_ review: ReleaseReview) -> [PromptDiagnostic] {
        prompts.values.compactMap { prompt in review.fault(of: prompt)?.diagnostic(in: prompt.path) }
    }

    private func releaseFindings(against ref: String) throws(GitFailure) -> [PromptDiagnostic] {
        guard let repository else {
            throw GitFailure("\(folder): is in no git repository, so there is no '\(ref)' to compare with")
        }
        let tip = try repository.commit(ref)
        let start = try repository.mergeBase(with: ref)
        // Before the folder was there, everything is new.
        guard repository.holdsFolder(at: tip) else { return [] }
        var known = PromptCompilations(after: library.compilations)
        let timeline = PromptTimeline(try repository.history(at: tip), folder: repository.folder, &known)
        let catalog = PromptCatalog(timeline, registered: [])
        var base: [String: CompiledPrompt] = [:]
        if start == tip {
            base = catalog.heads
        } else if repository.holdsFolder(at: start) {
            let past = PromptTimeline(try repository.history(at: start), folder: repository.folder, &known)
            base = PromptCatalog(past, registered: []).heads
        }
        return findings(ReleaseReview(base: base, catalog: catalog, ref: ref))
    }
}
