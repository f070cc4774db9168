import Glibc

/// Runs the `git` program in one folder, without a shell, and takes what it prints. Blocks; not for an event loop.
///
/// The program sees an environment of its own: no `GIT_…` variable of the caller, no hook, no prompt, no file monitor, no
/// configuration but the repository's. Only ``remote`` lets it reach another machine, and only ``user`` lets it write, both
/// with the user's own configuration.
struct GitProcess: Sendable {
    /// More than this from one call is refused, in bytes.
    private static let maxOutput = 512 << 20

    let folder: String
    private let role: Role
    private let limit: Duration

    private enum Role { case reader, fetcher, user }

    /// For reading what is on this machine.
    static func local(_ folder: String) -> GitProcess {
        GitProcess(folder: folder, role: .reader, limit: .seconds(60))
    }

    /// For `fetch`.
    static func remote(_ folder: String) -> GitProcess {
        GitProcess(folder: folder, role: .fetcher, limit: .seconds(120))
    }

    /// For `commit`, as if the user had typed it.
    static func user(_ folder: String) -> GitProcess {
        GitProcess(folder: folder, role: .user, limit: .seconds(300))
    }

    /// Returns what `git` prints to standard output. Fails when it ends with another status than 0, or not in time.
    func run(_ arguments: [String], input: [UInt8] = []) throws(GitFailure) -> [UInt8] {
        let words = ["git", "--no-optional-locks"] + options + ["-C", folder] + arguments
        let child = try ChildProcess(words, environment: environment, input: input)
        let end = child.run(until: ContinuousClock.now + limit, maxOutput: GitProcess.maxOutput)
        let name = arguments.first ?? ""
        switch end {
        case .ended(0, let output, _): return output
        case .ended(_, _, let errors): throw GitFailure(failure(name, errors))
        case .late:
            throw GitFailure("\(folder): git \(name) took longer than \(limit.components.seconds) s and was ended")
        case .tooLong:
            throw GitFailure("\(folder): git \(name) printed more than \(GitProcess.maxOutput >> 20) MiB")
        }
    }

    /// The output without the end of its last line.
    func line(_ arguments: [String]) throws(GitFailure) -> String {
        String(decoding: try run(arguments).prefix { $0 != 10 }, as: UTF8.self)
    }

    private func failure(_ name: String, _ errors: [UInt8]) -> String {
        let lines = String(decoding: errors.prefix(4096), as: UTF8.self).split(whereSeparator: \.isNewline)
        // Progress and hints stand before and behind it.
        let reason = lines.first { $0.hasPrefix("fatal:") || $0.hasPrefix("error:") } ?? lines.last ?? "no reason given"
        return "\(folder): git \(name) failed: \(reason)"
    }

    private var options: [String] {
        if role == .user { return [] }
        return [
            "core.fsmonitor=false", "core.hooksPath=/dev/null", "safe.directory=*", "safe.bareRepository=all",
            "log.showSignature=false", "log.showRoot=true", "gc.auto=0", "maintenance.auto=false",
        ].flatMap { ["-c", $0] }
    }

    private var environment: [String] {
        var variables = [
            "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_LITERAL_PATHSPECS=1", "GIT_NO_REPLACE_OBJECTS=1", "GIT_PAGER=cat",
        ]
        for name in kept {
            if let value = getenv(name) { variables.append("\(name)=\(String(cString: value))") }
        }
        switch role {
        case .reader:
            // What is missing is not fetched, and no configuration outside the repository counts.
            variables += [
                "GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1", "GIT_CONFIG_NOSYSTEM=1",
                "GIT_CONFIG_GLOBAL=/dev/null",
            ]
        case .fetcher:
            // A question for a password would wait for ever; ext:: would run a command.
            variables += ["GIT_SSH_COMMAND=ssh -oBatchMode=yes", "GIT_ALLOW_PROTOCOL=https:ssh:file"]
        case .user: break
        }
        return variables
    }

    /// The variables that are handed on.
    private var kept: [String] {
        switch role {
        case .reader: ["PATH"]
        case .fetcher: ["PATH", "HOME", "SSH_AUTH_SOCK"]
        case .user:
            [
                "PATH", "HOME", "XDG_CONFIG_HOME", "USER", "LOGNAME", "EMAIL", "TZ", "SSH_AUTH_SOCK", "GNUPGHOME",
                "GPG_TTY", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE", "GIT_COMMITTER_NAME",
                "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM",
            ]
        }
    }
}
