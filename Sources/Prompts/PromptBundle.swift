import JSON

/// Some versions in one file, for machines without git: JSON Lines, a head and then a version a line.
///
///     {"format":"llmgw.prompts.v1","commit":"…","labels":{"production":{"hello":"1.0.0 sha256:e9933fcc6c7a"}}}
///     {"name":"hello","version":"1.0.0","digest":"…","origin":{…},"files":{"prompts/hello.prompt":"…"}}
package enum PromptBundle {
    static let format = "llmgw.prompts.v1"

    /// Returns the bytes of a file with what `labels` stand for.
    ///
    /// A label that is in no file is an error, as is one whose version is not known.
    package static func bytes(of library: PromptLibrary, labels: [String]) throws(PromptLoadErrors) -> [UInt8] {
        var chosen: [String: CompiledPrompt] = [:]
        for label in labels {
            guard let targets = library.labels[label] else {
                let hint = Suggestion.text(for: label, among: library.labels.keys)
                throw problem("there is no label '\(label)'\(hint)", line: 1)
            }
            for (name, target) in targets {
                guard let prompt = library.catalog.prompt(name, version: target.version) else {
                    throw problem("label '\(label)': '\(name)' \(target.version) is not known", line: 1)
                }
                chosen[prompt.digest] = prompt
            }
        }
        var bytes = head(library, labels.sorted())
        for prompt in chosen.values.sorted(by: { ($0.name, $0.version ?? "") < ($1.name, $1.version ?? "") }) {
            bytes.append(10)
            bytes += line(prompt, library.catalog.origins[prompt.digest])
        }
        return bytes + [10]
    }

    private static func head(_ library: PromptLibrary, _ labels: [String]) -> [UInt8] {
        let members = labels.map { label in
            let targets = (library.labels[label] ?? [:]).sorted { $0.key < $1.key }.map {
                JSONMember($0.key, .string("\($0.value.version) sha256:\($0.value.digest)"))
            }
            return JSONMember(label, .object(targets))
        }
        return JSONValue.object([
            JSONMember("format", .string(format)), JSONMember("commit", library.commit.map(JSONValue.string) ?? .null),
            JSONMember("labels", .object(members)),
        ]).serialized()
    }

    private static func line(_ prompt: CompiledPrompt, _ origin: PromptOrigin?) -> [UInt8] {
        let files = prompt.files.sorted { $0.key < $1.key }.map {
            JSONMember($0.key, .string(String(decoding: $0.value, as: UTF8.self)))
        }
        var members = [
            JSONMember("name", .string(prompt.name)), JSONMember("version", .string(prompt.version ?? "")),
            JSONMember("digest", .string(prompt.digest)),
        ]
        if let origin {
            members.append(
                JSONMember(
                    "origin",
                    .object([
                        JSONMember("commit", .string(origin.commit.id)),
                        JSONMember("author", .string(origin.commit.author)),
                        JSONMember("date", .integer(origin.commit.date)), JSONMember("path", .string(origin.path)),
                        JSONMember("blob", .string(origin.blob)),
                    ])))
        }
        members.append(JSONMember("files", .object(files)))
        return JSONValue.object(members).serialized()
    }

    static func problem(_ message: String, line: Int) -> PromptLoadErrors {
        PromptLoadErrors(diagnostics: [
            PromptDiagnostic(.error, FaultCode.bundle.rawValue, message, file: "bundle", line: line, column: 1)
        ])
    }
}

extension PromptLibrary {
    /// Reads a bundle. Every digest is derived anew, and one that differs is an error: nothing of the file is believed.
    package static func load(bundle bytes: [UInt8]) throws(PromptLoadErrors) -> PromptLibrary {
        let lines = bytes.split(separator: 10)
        guard let first = lines.first, let head = try? JSONValue(parsing: Array(first)),
            head["format"]?.stringValue == PromptBundle.format
        else {
            throw PromptBundle.problem(
                "this is no bundle of format \(PromptBundle.format); `llmgw prompts bundle` makes one", line: 1)
        }
        var prompts: [CompiledPrompt] = []
        var origins: [String: PromptOrigin] = [:]
        for (index, line) in lines.dropFirst().enumerated() {
            let (prompt, origin) = try version(Array(line), line: index + 2)
            prompts.append(prompt)
            origins[prompt.digest] = origin
        }
        let catalog = PromptCatalog(prompts, origins: origins)
        let current = Dictionary(prompts.map { ($0.name, $0) }) { first, second in
            let (left, right) = (PromptVersion.parts(first.version ?? ""), PromptVersion.parts(second.version ?? ""))
            return (left ?? []).lexicographicallyPrecedes(right ?? []) ? second : first
        }
        var contents = Contents(current, labels: try labels(head, catalog), catalog: catalog)
        contents.commit = head["commit"]?.stringValue
        return try PromptLibrary(contents, allowUnreleased: false)
    }

    private static func version(
        _ bytes: [UInt8], line: Int
    ) throws(PromptLoadErrors) -> (CompiledPrompt, PromptOrigin?) {
        guard let value = try? JSONValue(parsing: bytes), let name = value["name"]?.stringValue,
            let digest = value["digest"]?.stringValue, let members = value["files"]?.objectValue
        else { throw PromptBundle.problem("this line is no version of a prompt", line: line) }
        let path = "prompts/\(name).prompt"
        var parts = PromptParts()
        var main: PromptSourceFile?
        for member in members {
            guard let text = member.value.stringValue, member.name.hasPrefix("prompts/") else {
                throw PromptBundle.problem("'\(member.name)' is no file of prompts", line: line)
            }
            let file = PromptSourceFile(path: String(member.name.dropFirst("prompts/".count)), bytes: Array(text.utf8))
            if member.name == path { main = file }
            do throws(Fault) {
                try parts.set(file)
            } catch {
                throw PromptLoadErrors(diagnostics: [error.diagnostic(in: member.name)])
            }
        }
        guard let main else { throw PromptBundle.problem("'\(path)' is not among the files", line: line) }
        let compiler = PromptCompiler(main, parts: parts)
        guard let prompt = compiler.prompts[name], !compiler.diagnostics.contains(where: { $0.severity == .error })
        else {
            throw PromptLoadErrors(diagnostics: compiler.diagnostics)
        }
        guard prompt.digest == digest, prompt.version == value["version"]?.stringValue else {
            throw PromptBundle.problem(
                "'\(name)': its files make sha256:\(prompt.digest.prefix(12)), not sha256:\(digest.prefix(12)): the bundle"
                    + " was changed; make it anew", line: line)
        }
        return (prompt, origin(value["origin"]))
    }

    private static func origin(_ value: JSONValue?) -> PromptOrigin? {
        guard let id = value?["commit"]?.stringValue, let author = value?["author"]?.stringValue,
            let date = value?["date"]?.integerValue, let path = value?["path"]?.stringValue,
            let blob = value?["blob"]?.stringValue
        else { return nil }
        return PromptOrigin(commit: PromptCommit(id: id, author: author, date: date), path: path, blob: blob)
    }

    /// Reads the head's labels as the label files that they were made from.
    private static func labels(
        _ head: JSONValue, _ catalog: PromptCatalog
    ) throws(PromptLoadErrors) -> [String: [String: PromptLabel.Target]] {
        var labels: [String: [String: PromptLabel.Target]] = [:]
        for label in head["labels"]?.objectValue ?? [] {
            let text = (label.value.objectValue ?? []).map { "\"\($0.name)\": \"\($0.value.stringValue ?? "")\"\n" }
                .joined()
            do throws(Fault) {
                let read = try PromptLabel(name: label.name, path: "bundle", bytes: Array(text.utf8))
                if let fault = read.faults(against: catalog, in: "the bundle", isWhole: true).first { throw fault }
                labels[label.name] = read.targets
            } catch {
                throw PromptBundle.problem("label '\(label.name)': \(error.message)", line: 1)
            }
        }
        return labels
    }
}
