package import Inference

extension PromptLibrary {
    /// Returns the version that `selector` stands for.
    ///
    /// `name`, which is `name@production`; `name@label`, `name@3.1.0`, `name@sha256:e9933fcc6c7a` (12 digits or more),
    /// `name.variant@…`; in development `name@worktree` and `name@latest`.
    /// Errors: 404 `prompt_not_found`, `prompt_version_not_found`, `prompt_label_not_found`. Nothing else ever stands in.
    package func resolve(_ selector: String) throws(GatewayError) -> ResolvedPrompt {
        guard let parsed = PromptSelector(selector) else {
            throw Self.notFound(
                "prompt_not_found",
                "'\(selector)' is no prompt; write name, name@label, name@3.1.0 or name@sha256: and 12 digits or more")
        }
        guard let prompt = prompts[parsed.name] else {
            let hint = Suggestion.text(for: parsed.name, among: prompts.keys)
            throw Self.notFound("prompt_not_found", "there is no prompt '\(parsed.name)'\(hint)")
        }
        switch parsed.choice {
        case .label(let label): return try resolve(prompt, label: label)
        case .version(let version):
            guard prompt.version == version else { throw noVersion(prompt, version) }
        case .digest(let digest):
            guard prompt.digest.hasPrefix(digest) else { throw noVersion(prompt, "sha256:\(digest)") }
        case .commit(let wanted):
            guard let commit, wanted.utf8.count >= 7, commit.hasPrefix(wanted), !commit.hasSuffix("-dirty") else {
                throw noVersion(prompt, "git:\(wanted)")
            }
        case .unreleased(let word):
            guard allowsUnreleased else {
                throw Self.notFound(
                    "prompt_label_not_found",
                    "'@\(word)' exists only with 'prompts: {allow_unreleased: true}'; name a label or a version")
            }
        }
        return ResolvedPrompt(prompt, label: nil, commit: commit)
    }

    private func resolve(_ prompt: CompiledPrompt, label: String) throws(GatewayError) -> ResolvedPrompt {
        guard let targets = labels[label] else {
            let hint = Suggestion.text(for: label, among: labels.keys)
            throw Self.notFound(
                "prompt_label_not_found",
                "there is no label '\(label)'\(hint); the file prompts/labels/\(label).yaml would declare it, with"
                    + " \(line(for: prompt))")
        }
        guard let target = targets[prompt.name] else {
            throw Self.notFound(
                "prompt_label_not_found",
                "label '\(label)' names no version of '\(prompt.name)'; add \(line(for: prompt))"
                    + " to prompts/labels/\(label).yaml")
        }
        guard target.version == prompt.version else {
            throw noVersion(prompt, target.version, because: " that label '\(label)' names")
        }
        return ResolvedPrompt(prompt, label: label, commit: commit)
    }

    /// What a label file says of the prompt as it is.
    private func line(for prompt: CompiledPrompt) -> String {
        "\(prompt.name): \"\(prompt.version ?? "1.0.0") sha256:\(prompt.digest.prefix(12))\""
    }

    private func noVersion(_ prompt: CompiledPrompt, _ wanted: String, because: String = "") -> GatewayError {
        let there = prompt.version ?? "one without a version"
        return Self.notFound(
            "prompt_version_not_found",
            "prompt '\(prompt.name)' has no version \(wanted)\(because); loaded is \(there)"
                + " (sha256:\(prompt.digest.prefix(12)))")
    }

    private static func notFound(_ code: String, _ message: String) -> GatewayError {
        GatewayError(404, code, message, param: "model")
    }
}
