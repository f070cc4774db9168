import Foundation
import Inference
import Prompts
import Testing

extension GitTests {
    @Suite struct GitHistoryTests {
        @Test func everyVersionOfTheHistoryAnswersWithItsOwnTextAndCommit() throws {
            let repository = try TemporaryRepository()
            let first = try repository.commit(["p.prompt": prompt("1.0.0", "one")])
            let second = try repository.commit([
                "p.prompt": prompt("1.1.0", "two"), "labels/production.yaml": pin("p", "1.0.0", "one"),
            ])
            let third = try repository.commit(["p.prompt": prompt("1.1.0", "three"), "q.prompt": prompt("1.0.0", "q")])
            let elsewhere = try repository.commit([:], "Touch nothing")
            let library = try repository.library()
            #expect(library.commit == elsewhere && library.names == ["p", "q"])

            let records = library.versions(of: "p")
            #expect(records.map(\.version) == ["1.1.0", "1.1.0", "1.0.0"])
            #expect(records.map { $0.origin?.commit.id } == [third, second, first])
            #expect(records.map(\.isReleased) == [true, false, true])  // the text between was a draft
            #expect(records.map(\.labels) == [[], [], ["production"]])
            let origin = try #require(records.last?.origin)
            #expect(origin.commit.author == "Ann Author <ann@example.com>" && origin.commit.date == 1_700_000_000)
            #expect(origin.path == "prompts/p.prompt")
            #expect(origin.blob == (try repository.git(["rev-parse", "\(first):prompts/p.prompt"])))
            #expect(library.files(of: records[2].digest).map(\.path) == ["prompts/p.prompt"])

            func commit(_ selector: String) throws -> String? { try library.resolve(selector).reference.commit }
            #expect(try commit("p") == first && commit("p@1.0.0") == first && commit("p@1.1.0") == third)
            #expect(try commit("p@git:\(second.prefix(7))") == second && commit("p@git:\(elsewhere)") == third)
            #expect(try commit("p@sha256:\(records[1].digest.prefix(12))") == second)
            #expect(refusal { _ = try library.resolve("q@git:\(second)") }?.code == "prompt_version_not_found")
            #expect(refusal { _ = try library.resolve("p@git:abc") }?.code == "prompt_version_not_found")
            let unknown = refusal { _ = try library.resolve("p@1.0.1") }
            #expect(unknown?.message.contains("1.1.0 (sha256:") == true && unknown?.message.contains("1.0.0 (") == true)
        }

        /// All that can be asked of a library, in lines.
        private func everything(_ library: PromptLibrary) -> [String] {
            library.names.flatMap { library.versions(of: $0) }.map { "\($0)" } + library.labelMoves.map { "\($0)" }
                + library.warnings.map(\.description) + library.identity + [library.commit ?? ""]
        }

        @Test func whatWasReadBeforeIsNotReadAgainAndChangesNothing() throws {
            let repository = try TemporaryRepository()
            try repository.commit(["partials/_tone.prompt": "warm", "p.prompt": prompt("1.0.0", "one {{> tone}}")])
            try repository.commit(["q.prompt": prompt("1.0.0", "q"), "labels/production.yaml": pin("q", "1.0.0", "q")])
            var known = try repository.library()
            func check(_ what: String) throws {
                let again = try repository.library(after: known)
                #expect(try everything(again) == everything(repository.library()), "\(what)")
                known = again
            }
            try check("nothing")
            try repository.commit([:], "Touch nothing")
            try check("an empty commit")
            try repository.commit(["partials/_tone.prompt": "cold", "p.prompt": prompt("1.1.0", "one {{> tone}}")])
            try check("a part, and a version of the prompt that includes it")
            try repository.commit(["p.prompt": nil, "q.prompt": prompt("1.1.0", "{{> tone}}")])
            try check("a prompt that goes, and one that includes a part for the first time")
            try repository.git(["reset", "--quiet", "--hard", "HEAD~2"])
            try check("a ref that went back")
            try repository.commit(["q.prompt": prompt("1.2.0", "another line")])
            try check("another line of history")
            try repository.git(["checkout", "--quiet", "-b", "branch"])
            try repository.commit(["r.prompt": prompt("1.0.0", "r")])
            try repository.git(["checkout", "--quiet", "main"])
            try repository.commit(["q.prompt": prompt("1.3.0", "meanwhile")])
            try repository.git(["merge", "--quiet", "--no-ff", "--message", "Merge", "branch"])
            try check("a merge")
        }

        @Test func aBrokenCommitDoesNotSpoilWhatIsKnown() throws {
            let repository = try TemporaryRepository()
            try repository.commit(["p.prompt": prompt("1.0.0", "one")])
            let known = try repository.library()
            try repository.commit(["p.prompt": prompt("1.1.0", "{{broken}}")])
            #expect(problems { try repository.library(after: known) }.contains("E101"))
            try repository.commit(["p.prompt": prompt("1.1.0", "mended")])
            #expect(try everything(repository.library(after: known)) == everything(repository.library()))
        }

        @Test func labelsAreFollowedThroughTheirMoves() throws {
            let repository = try TemporaryRepository()
            try repository.commit([
                "p.prompt": prompt("1.0.0", "one"), "labels/production.yaml": pin("p", "1.0.0", "one"),
            ])
            let promoted = try repository.commit([
                "p.prompt": prompt("2.0.0", "two"), "labels/production.yaml": pin("p", "2.0.0", "two"),
            ])
            #expect(try repository.library().resolve("p").reference.version == "2.0.0")
            let back = try repository.commit(["labels/production.yaml": pin("p", "1.0.0", "one")])
            let library = try repository.library()
            #expect(try library.resolve("p").reference.version == "1.0.0")
            #expect(try library.resolve("p@2.0.0").reference.commit == promoted)
            let moves = library.labelMoves(of: "p")
            #expect(
                moves.map { "\($0.before?.version ?? "-") \($0.after?.version ?? "-")" } == [
                    "2.0.0 1.0.0", "1.0.0 2.0.0", "- 1.0.0",
                ])
            #expect(moves.first?.commit.id == back)
            #expect(library.labels(of: "p").map(\.label) == ["production"])
        }

        @Test func aPartialChangesEveryPromptThatIncludesIt() throws {
            let repository = try TemporaryRepository()
            let including = "---\nversion: 1.0.0\n---\n{{> tone}} hello\n"
            try repository.commit([
                "p.prompt": including, "partials/_tone.prompt": "warm", "labels/production.yaml": "",
            ])
            let before = try repository.library().resolve("p@1.0.0").reference.digest
            try repository.commit([
                "partials/_tone.prompt": "cold", "p.prompt": including.replacingOccurrences(of: "1.0.0", with: "1.1.0"),
            ])
            let library = try repository.library()
            #expect(try library.resolve("p@1.0.0").reference.digest == before)
            #expect(library.files(of: before).map { String(decoding: $0.bytes, as: UTF8.self) }[1] == "warm")
            try repository.commit(["_tone.prompt": "beside"])  // shadows the shared one
            #expect(try repository.library().versions(of: "p").count == 3)
        }

        @Test func aMendedPartMendsThePromptsThatWaitedForIt() throws {
            let repository = try TemporaryRepository()
            try repository.commit([
                "p.prompt": "---\nversion: 1.0.0\n---\n{{> tone}} hello\n", "partials/_tone.prompt": "warm",
                "q.prompt": prompt("1.0.0", "q"),
            ])
            let whole = try repository.library().resolve("p@1.0.0").reference.digest
            let broken = try repository.commit(["partials/_tone.prompt": "{{#if"])
            let mended = try repository.commit(["partials/_tone.prompt": "warm"])
            let library = try repository.library()
            #expect(try library.resolve("p@git:\(mended)").reference.digest == whole)
            #expect(refusal { _ = try library.resolve("p@git:\(broken)") }?.code == "prompt_version_not_found")
            #expect(try library.resolve("p@1.0.0").reference.digest == whole)
        }

        @Test func deletedAndRenamedPromptsStayCallableByVersion() throws {
            let repository = try TemporaryRepository()
            try repository.commit([
                "p.prompt": prompt("1.0.0", "one"), "labels/production.yaml": pin("p", "1.0.0", "one"),
            ])
            try repository.commit(["p.prompt": nil, "r.prompt": prompt("1.0.0", "one")])
            let library = try repository.library()
            #expect(library.entries.map(\.name) == ["r"])
            #expect(try library.resolve("p").reference.version == "1.0.0")
            #expect(try library.resolve("p@1.0.0").reference.digest != library.resolve("r@1.0.0").reference.digest)
            try repository.commit(["labels/production.yaml": nil])
            #expect(refusal { _ = try repository.library().resolve("p") }?.code == "prompt_label_not_found")
            #expect(try repository.library().resolve("p@1.0.0").reference.version == "1.0.0")
        }

        @Test func aMergedBranchCountsAsItsMerge() throws {
            let repository = try TemporaryRepository()
            try repository.commit(["p.prompt": prompt("1.0.0", "one")])
            try repository.git(["checkout", "--quiet", "-b", "topic"])
            try repository.commit(["p.prompt": "---\nversion: 1.1.0\nbroken"])
            try repository.commit(["p.prompt": prompt("1.1.0", "draft")])
            try repository.commit(["p.prompt": prompt("1.1.0", "done")])
            try repository.git(["checkout", "--quiet", "main"])
            try repository.git(["merge", "--quiet", "--no-ff", "--message", "Merge topic", "topic"])
            let library = try repository.library()
            #expect(library.versions(of: "p").map(\.version) == ["1.1.0", "1.0.0"])
            #expect(try library.resolve("p@1.1.0").reference.commit == (try repository.git(["rev-parse", "main"])))
        }

        @Test func worktreeAndLatestAreForDevelopment() throws {
            let repository = try TemporaryRepository()
            try repository.commit(["p.prompt": prompt("1.0.0", "one")])
            try prompt("1.0.0", "edited").write(
                toFile: repository.path + "/prompts/p.prompt", atomically: false, encoding: .utf8)
            let library = try repository.library(allowUnreleased: true)
            let latest = try library.resolve("p@latest").reference
            #expect(latest.digest == (try library.resolve("p@1.0.0").reference.digest))
            #expect(try library.resolve("p@worktree").reference.digest != latest.digest)
            #expect(refusal { _ = try repository.library().resolve("p@worktree") }?.code == "prompt_label_not_found")
            try "---\nversion: x\n---\n".write(
                toFile: repository.path + "/prompts/p.prompt", atomically: false, encoding: .utf8)
            let broken = try repository.library(allowUnreleased: true)
            #expect(broken.warnings.contains { $0.message.contains("in the work tree") })
        }
    }
}
