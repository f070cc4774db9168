import Inference
import Prompts
import Testing

extension GitTests {
    @Suite struct BundleTests {
        private func repository() throws -> TemporaryRepository {
            let repository = try TemporaryRepository()
            let including = "---\nversion: 1.0.0\n---\n{{> tone}} \"hello\" ü\n"
            let digest = BundleDigest.hex(of: [
                "prompts/q.prompt": Array(including.utf8), "prompts/partials/_tone.prompt": Array("warm".utf8),
            ])
            try repository.commit([
                "p.prompt": prompt("1.0.0", "one"), "q.prompt": including, "partials/_tone.prompt": "warm",
                "labels/production.yaml": pin("p", "1.0.0", "one") + "q: \"1.0.0 sha256:\(digest.prefix(12))\"\n",
            ])
            try repository.commit([
                "p.prompt": prompt("2.0.0", "two"), "labels/staging.yaml": pin("p", "2.0.0", "two"),
            ])
            return repository
        }

        @Test func aBundleServesWhatItsLabelsNameAndNothingElse() throws {
            let library = try repository().library()
            let production = try PromptLibrary.load(bundle: PromptBundle.bytes(of: library, labels: ["production"]))
            for selector in ["p", "q", "p@1.0.0"] {
                let (ours, theirs) = (
                    try library.resolve(selector).reference, try production.resolve(selector).reference
                )
                #expect(ours == theirs)
            }
            #expect(refusal { _ = try production.resolve("p@2.0.0") }?.code == "prompt_version_not_found")
            #expect(refusal { _ = try production.resolve("p@staging") }?.code == "prompt_label_not_found")
            let both = try PromptLibrary.load(
                bundle: PromptBundle.bytes(of: library, labels: ["production", "staging"]))
            #expect(both.versions(of: "p").map(\.version).sorted { $0 ?? "" < $1 ?? "" } == ["1.0.0", "2.0.0"])
            #expect(try both.version("p@2.0.0").origin == library.version("p@2.0.0").origin)
        }

        @Test func namesThatYAMLWouldReadAsSomethingElseAreBundledToo() throws {
            let repository = try TemporaryRepository()
            let digests = ["404", "null"].map { name in
                BundleDigest.hex(of: ["prompts/\(name).prompt": Array(prompt("1.0.0", "one").utf8)]).prefix(12)
            }
            try repository.commit([
                "404.prompt": prompt("1.0.0", "one"), "null.prompt": prompt("1.0.0", "one"),
                "labels/production.yaml":
                    "\"404\": \"1.0.0 sha256:\(digests[0])\"\n'null': 1.0.0 sha256:\(digests[1])\n",
            ])
            let bytes = try PromptBundle.bytes(of: repository.library(), labels: ["production"])
            let loaded = try PromptLibrary.load(bundle: bytes)
            #expect(try loaded.resolve("404").reference.version == "1.0.0")
            #expect(try loaded.resolve("null").reference.version == "1.0.0")
        }

        @Test func whatWasChangedIsRefusedWithItsLine() throws {
            let library = try repository().library()
            let text = String(decoding: try PromptBundle.bytes(of: library, labels: ["production"]), as: UTF8.self)
            for (old, new, problem) in [
                ("one\\n", "won\\n", "bundle:2:1: error E136 'p': its files make sha256:"),
                ("warm", "cold", "bundle:3:1: error E136 'q': its files make sha256:"),
                (
                    "1.0.0 sha256:", "1.0.1 sha256:",
                    "bundle:1:1: error E136 label 'production': 'p' 1.0.1 is not in the bundle"
                ),
                ("{\"prompts/p.prompt\"", "{\"prompts/r.prompt\"", "'prompts/p.prompt' is not among the files"),
                ("llmgw.prompts.v1", "llmgw.prompts.v9", "bundle:1:1: error E136 this is no bundle"),
            ] {
                #expect(text.contains(old))
                let changed = Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
                let found = problems { try PromptLibrary.load(bundle: changed) }
                #expect(found.contains(problem), "\(found)")
            }
            #expect(problems { try PromptLibrary.load(bundle: []) }.contains("no bundle"))
            #expect(throws: PromptLoadErrors.self) { try PromptBundle.bytes(of: library, labels: ["stagin"]) }
        }
    }
}
