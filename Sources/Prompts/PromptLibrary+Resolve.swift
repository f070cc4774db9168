package import Inference

extension PromptLibrary {
    /// Returns the version that `selector` stands for.
    ///
    /// `name`, which is `name@production`; `name@label`, `name@3.1.0`, `name@sha256:e9933fcc6c7a` (12 digits or more),
    /// `name@git:e83c516` (7 digits or more): the text as of that commit; `name.variant@…`; in development `name@worktree`
    /// and `name@latest`.
    /// Errors: 404 `prompt_not_found`, `prompt_version_not_found`, `prompt_label_not_found`. Nothing else ever stands in.
    package func resolve(_ selector: String) throws(GatewayError) -> ResolvedPrompt {
        guard let parsed = PromptSelector(selector) else {
            throw Self.notFound(
                "prompt_not_found",
                "'\(selector)' is no prompt; write name, name@label, name@3.1.0, name@git: and a commit, or name@sha256:"
                    + " and 12 digits or more")
        }
        let name = parsed.name
        guard catalog.entries[name] != nil || worktree[name] != nil else {
            let hint = Suggestion.text(for: name, among: catalog.entries.keys)
            throw Self.notFound("prompt_not_found", "there is no prompt '\(name)'\(hint)")
        }
        switch parsed.choice {
        case .label(let label): return try resolve(name, label: label)
        case .version(let version):
            guard let prompt = catalog.prompt(name, version: version) else { throw noVersion(name, version) }
            return resolved(prompt)
        case .digest(let digest): return try resolve(name, digest: digest)
        case .commit(let commit): return try resolve(name, commit: commit)
        case .unreleased(let word): return try resolve(name, unreleased: word)
        }
    }

    private func resolve(_ name: String, label: String) throws(GatewayError) -> ResolvedPrompt {
        if let override = overrides.first(where: { $0.name == name && $0.label == label }) {
            guard let prompt = catalog.prompts(name, digest: override.digest).first else {
                throw noVersion(name, override.version, because: " to which label '\(label)' was turned at run time")
            }
            return resolved(prompt, label: label, override: "\(override.by): \(override.reason)")
        }
        guard let targets = labels[label] else {
            let hint = Suggestion.text(for: label, among: labels.keys)
            throw Self.notFound(
                "prompt_label_not_found",
                "there is no label '\(label)'\(hint); the file prompts/labels/\(label).yaml would declare it, with"
                    + " \(line(for: name))")
        }
        guard let target = targets[name] else {
            throw Self.notFound(
                "prompt_label_not_found",
                "label '\(label)' names no version of '\(name)'; add \(line(for: name))"
                    + " to prompts/labels/\(label).yaml")
        }
        guard let prompt = catalog.prompt(name, version: target.version), prompt.digest.hasPrefix(target.digest) else {
            throw noVersion(name, target.version, because: " that label '\(label)' names")
        }
        return resolved(prompt, label: label)
    }

    private func resolve(_ name: String, digest: String) throws(GatewayError) -> ResolvedPrompt {
        let found = catalog.prompts(name, digest: digest)
        guard let prompt = found.first else { throw noVersion(name, "sha256:\(digest)") }
        guard found.count == 1 else {
            throw Self.notFound(
                "prompt_version_not_found",
                "\(found.count) versions of '\(name)' have digests that begin with \(digest); give more digits")
        }
        return resolved(prompt)
    }

    private func resolve(_ name: String, commit wanted: String) throws(GatewayError) -> ResolvedPrompt {
        guard PromptSelector.isCommit(wanted) else {
            throw noVersion(name, "git:\(wanted)", because: ", which is no commit of 7 digits or more")
        }
        guard !line.isEmpty else {
            // A folder on disk has one commit at most, and only while it holds nothing else.
            guard let commit, commit.hasPrefix(wanted), !commit.hasSuffix("-dirty"), let prompt = latest[name] else {
                throw noVersion(name, "git:\(wanted)")
            }
            return resolved(prompt)
        }
        let entries = line.filter { $0.commit.hasPrefix(wanted) }
        guard let entry = entries.first else {
            throw noVersion(name, "git:\(wanted)", because: ": there is no such commit on the line of the ref")
        }
        guard entries.count == 1 else {
            throw Self.notFound(
                "prompt_version_not_found",
                "\(entries.count) commits begin with \(wanted); give more digits")
        }
        guard let prompt = catalog.prompt(name, state: entry.state) else {
            throw noVersion(name, "git:\(wanted)", because: ": it was not there, or was not valid, at that commit")
        }
        return resolved(prompt, commit: entry.commit)
    }

    private func resolve(_ name: String, unreleased word: String) throws(GatewayError) -> ResolvedPrompt {
        guard allowsUnreleased else {
            throw Self.notFound(
                "prompt_label_not_found",
                "'@\(word)' exists only with 'prompts: {allow_unreleased: true}'; name a label or a version")
        }
        guard let prompt = word == "worktree" ? worktree[name] : latest[name] else {
            let place = word == "worktree" ? "the work tree" : "the newest commit"
            throw noVersion(name, word, because: ": it is not in \(place)")
        }
        return ResolvedPrompt(prompt, label: nil, commit: catalog.origins[prompt.digest]?.commit.id ?? commit)
    }

    private func resolved(
        _ prompt: CompiledPrompt, label: String? = nil, commit: String? = nil, override: String? = nil
    ) -> ResolvedPrompt {
        ResolvedPrompt(
            prompt, label: label, commit: catalog.origins[prompt.digest]?.commit.id ?? commit ?? self.commit,
            override: override)
    }

    // MARK: Refusals

    /// What a label file would say of the newest version.
    private func line(for name: String) -> String {
        let newest = catalog.versions(of: name).first.flatMap { catalog.prompt(name, version: $0) } ?? latest[name]
        return "\(name): \"\(newest?.version ?? "1.0.0") sha256:\(newest?.digest.prefix(12) ?? "")\""
    }

    private func noVersion(_ name: String, _ wanted: String, because: String = "") -> GatewayError {
        let near = catalog.versions(of: name, near: wanted).compactMap { catalog.prompt(name, version: $0) }
            .map { "\($0.version ?? "") (sha256:\($0.digest.prefix(12)))" }
        let without = latest[name].map { "one without a version (sha256:\($0.digest.prefix(12)))" }
        let known = near.isEmpty ? without ?? "none" : near.joined(separator: ", ")
        return Self.notFound(
            "prompt_version_not_found", "prompt '\(name)' has no version \(wanted)\(because); loaded is \(known)")
    }

    private static func notFound(_ code: String, _ message: String) -> GatewayError {
        GatewayError(404, code, message, param: "model")
    }
}
