import Inference
import Prompts
import Testing

extension GitTests {
    @Suite struct GitReleaseTests {
        @Test func aLabelledVersionNeverChangesItsText() throws {
            let repository = try TemporaryRepository()
            let first = try repository.commit([
                "p.prompt": prompt("1.0.0", "one"), "labels/production.yaml": pin("p", "1.0.0", "one"),
            ])
            let second = try repository.commit(["p.prompt": prompt("1.0.0", "two"), "labels/production.yaml": nil])
            let found = problems { try repository.library() }
            #expect(found.hasPrefix("prompts/p.prompt:1:1: error E121 Prompt 'p' 1.0.0 is sha256:"))
            #expect(found.contains(first.prefix(12)) && found.contains(second.prefix(12)))
            try repository.commit(["p.prompt": prompt("1.0.1", "two")])
            #expect(try repository.library().resolve("p@1.0.0").reference.commit == first)
        }

        @Test func aVersionThatWasServedNeverChangesItsTextEvenInARewrittenHistory() throws {
            let repository = try TemporaryRepository()
            let served = try repository.commit(["p.prompt": prompt("1.0.0", "one")])
            let registered = try repository.library().released.map {
                RegisteredVersion(
                    name: $0.name, version: $0.version ?? "", digest: $0.digest, commit: $0.origin?.commit.id)
            }
            #expect(registered.map(\.version) == ["1.0.0"])
            try repository.commit(["p.prompt": prompt("1.0.0", "two")])
            #expect(problems { try repository.library(registered: registered) }.contains("raise the version"))
            #expect(try repository.library().resolve("p@1.0.0").reference.commit != served)  // nobody had served it

            try repository.git(["checkout", "--quiet", "--orphan", "new"])
            let rewritten = try repository.commit(["p.prompt": prompt("1.0.0", "two")])
            let found = problems { try repository.library("new", registered: registered) }
            #expect(found.contains("was served as sha256:") && found.contains(served.prefix(12)))
            #expect(found.contains(rewritten.prefix(12)) && found.contains("the history has no more"))
            try repository.commit(["p.prompt": prompt("1.0.1", "two")])
            #expect(problems { try repository.library("new", registered: registered) }.contains("was served"))
            #expect(problems { try repository.library("main~1", registered: registered) } == "")
        }

        @Test func aLabelOfAnUnknownVersionOrAnotherTextIsRefused() throws {
            let repository = try TemporaryRepository()
            try repository.commit([
                "p.prompt": prompt("1.0.0", "one"), "labels/production.yaml": pin("p", "1.1.0", "one"),
                "labels/staging.yaml": pin("p", "1.0.0", "two"),
            ])
            let found = problems { try repository.library() }
            #expect(found.hasPrefix("prompts/labels/production.yaml:1:4: error E120 'p' 1.1.0 is not in the history"))
            #expect(found.contains("\nprompts/labels/staging.yaml:1:4: error E121 'p' 1.0.0 is now sha256:"))
        }

        @Test func aBrokenPromptAtTheRefIsRefusedWithItsPlaceAndTheNextCommitHeals() throws {
            let repository = try TemporaryRepository()
            try repository.commit(["p.prompt": prompt("1.0.0", "one")])
            try repository.commit(["p.prompt": "---\nversion: 1.1.0\n---\nfine\n{{nmae}}\n"])
            #expect(problems { try repository.library() }.hasPrefix("prompts/p.prompt:5:3: error E101"))
            try repository.commit(["p.prompt": prompt("1.1.0", "two")])
            #expect(try repository.library().versions(of: "p").map(\.version) == ["1.1.0", "1.0.0"])
        }

        @Test func aRunTimeOverrideStandsBeforeTheLabel() throws {
            let repository = try TemporaryRepository()
            try repository.commit(["p.prompt": prompt("1.0.0", "one")])
            try repository.commit([
                "p.prompt": prompt("2.0.0", "two"), "labels/production.yaml": pin("p", "2.0.0", "two"),
            ])
            let library = try repository.library()
            let old = try library.version("p@1.0.0")
            let turned = library.overridden(by: [
                PromptOverride(
                    name: "p", label: "production", version: "1.0.0", digest: old.digest, by: "alice",
                    reason: "complaints")
            ])
            let resolved = try turned.resolve("p")
            #expect(resolved.reference.digest == old.digest && resolved.reference.override == "alice: complaints")
            #expect(resolved.reference.label == "production")
            #expect(try library.resolve("p").reference.override == nil)
            #expect(try turned.resolve("p@1.0.0").reference.override == nil)
            #expect(library.entries.map(\.labels) == [["production"]] && turned.entries.map(\.labels) == [[]])
            #expect(turned.entry(of: resolved).labels == ["production"])
            #expect(turned.entry(of: try turned.resolve("p@2.0.0")).labels == [])
            #expect(turned.versions(of: "p").map(\.labels) == [[], ["production"]])
            #expect(turned.overridden(by: []).entries.map(\.labels) == [["production"]])
        }
    }
}
