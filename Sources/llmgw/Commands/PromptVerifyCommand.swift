import Gateway
import Glibc
import JSON
import Ledger
import Prompts

extension Command {
    static let promptsVerify = Command(
        name: "prompts verify",
        summary: "derive every digest anew and compare it with the registry, labels and a bundle",
        notes: ["Exit code 1 when something differs. It reads only, and works while the gateway runs."],
        options: [Option("bundle", .file, "a bundle to compare as well"), .jsonFormat, .config],
        examples: [
            Example("llmgw prompts verify", "the prompts of the configuration"),
            Example("llmgw prompts verify --bundle prompts.bundle", "what is about to be shipped, too"),
        ]
    ) { arguments, context in
        let (location, diagnostics) = try PromptLocation.load(arguments, context)
        var findings = diagnostics.filter { $0.severity == .error }.map(\.description)
        if let location {
            findings += try registryFindings(location)
            if let bundle = arguments.text("bundle") { findings += try bundleFindings(bundle, location.library) }
        }
        let count = location.map { library in
            library.library.names.reduce(0) { $0 + library.library.versions(of: $1).count }
        }
        if arguments.text("format") == "json" {
            var body = JSONWriter()
            body.beginObject()
            body.member("versions", count ?? 0)
            body.name("findings")
            body.beginArray()
            for finding in findings { body.string(finding) }
            body.endArray()
            body.endObject()
            context.output.write(body.bytes + [10])
        } else {
            for finding in findings { context.output.line(finding) }
            if let count, findings.isEmpty { context.output.line("\(count) versions, each is what it was") }
        }
        return findings.isEmpty ? .success : .findings
    }

    /// A version that the registry remembers and the prompts do not have is no finding: a prompt may have gone.
    private static func registryFindings(_ location: PromptLocation) throws(Failure) -> [String] {
        let rows: [PromptVersionRow]
        do throws(LedgerError) {
            rows = try LedgerReader.open(location.ledger).promptVersions()
        } catch {
            guard error.kind == .missing else { throw Failure(.failure, error.message) }
            return []
        }
        let released = Dictionary(
            location.library.released.map { ([$0.name, $0.version ?? ""], $0.digest) }, uniquingKeysWith: { $1 })
        return rows.compactMap { row in
            guard let digest = released[[row.name, row.version]], digest != row.digest else { return nil }
            return "'\(row.name)' \(row.version) was served as sha256:\(row.digest.prefix(12)) and is now"
                + " sha256:\(digest.prefix(12))"
        }
    }

    private static func bundleFindings(
        _ path: String, _ library: PromptLibrary
    ) throws(Failure) -> [String] {
        guard let bytes = WholeFile.read(path) else {
            throw .usage("--bundle: \(path): \(String(cString: strerror(errno)))")
        }
        do throws(PromptLoadErrors) {
            return try PromptLibrary.load(bundle: bytes).released.compactMap { record in
                let ours = library.versions(of: record.name).first { $0.version == record.version && $0.isReleased }
                guard ours?.digest != record.digest else { return nil }
                return
                    "\(path): '\(record.name)' \(record.version ?? "") is sha256:\(record.digest.prefix(12)), and here"
                    + " \(ours.map { "sha256:\($0.digest.prefix(12))" } ?? "there is no such version")"
            }
        } catch {
            return error.diagnostics.map { "\(path): \($0)" }
        }
    }
}
