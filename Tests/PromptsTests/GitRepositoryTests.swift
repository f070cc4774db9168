import Foundation
import Inference
import Prompts
import Testing

extension GitTests {
    @Suite struct GitRepositoryTests {
        private func twoVersions(_ options: [String] = []) throws -> TemporaryRepository {
            let repository = try TemporaryRepository(options)
            try repository.commit(["p.prompt": prompt("1.0.0", "one"), "notes ü é.md": "not a prompt"])
            try repository.commit([
                "p.prompt": prompt("1.1.0", "two"), "labels/production.yaml": pin("p", "1.0.0", "one"),
            ])
            return repository
        }

        private func sibling(_ repository: TemporaryRepository, _ name: String) -> String {
            repository.path + " \(name)"
        }

        private func versions(_ library: PromptLibrary) -> [String?] { library.versions(of: "p").map(\.version) }

        @Test func bareRepositories() throws {
            let repository = try twoVersions()
            let bare = sibling(repository, "bare.git")
            defer { try? FileManager.default.removeItem(atPath: bare) }
            try repository.git(["clone", "--quiet", "--bare", ".", bare])
            for ref in ["HEAD", "main"] {
                let source = GitSource(repository: bare, ref: ref, folder: "prompts")
                let library = try PromptLibrary.load(git: source, registered: [], allowUnreleased: true)
                #expect(versions(library) == ["1.1.0", "1.0.0"] && library.warnings == [])
                #expect(refusal { _ = try library.resolve("p@worktree") }?.code == "prompt_version_not_found")
            }
        }

        @Test func shallowClonesSayWhatTheyDoNotKnow() throws {
            let repository = try twoVersions()
            let shallow = sibling(repository, "shallow")
            defer { try? FileManager.default.removeItem(atPath: shallow) }
            try repository.git(["clone", "--quiet", "--depth=1", "file://" + repository.path, shallow])
            let source = GitSource(repository: shallow, ref: "HEAD", folder: shallow + "/prompts")
            let library = try PromptLibrary.load(git: source, registered: [], allowUnreleased: false)
            #expect(versions(library) == ["1.1.0"])
            #expect(library.warnings.map(\.code).sorted() == ["W203", "W204"])
            #expect(refusal { _ = try library.resolve("p") }?.code == "prompt_version_not_found")
        }

        @Test func aCloneWithoutOldContentsIsRefusedWithTheRemedy() throws {
            let repository = try twoVersions()
            try repository.git(["config", "uploadpack.allowFilter", "true"])
            let clone = sibling(repository, "partial")
            defer { try? FileManager.default.removeItem(atPath: clone) }
            try repository.git(["clone", "--quiet", "--filter=blob:none", "file://" + repository.path, clone])
            let source = GitSource(repository: clone, ref: "main", folder: clone + "/prompts")
            let found = problems { try PromptLibrary.load(git: source, registered: [], allowUnreleased: false) }
            #expect(found.contains("lacks objects") && found.contains("without --filter"), "\(found)")
        }

        @Test func anObjectThatIsGoneIsNoVersionThatNeverWas() throws {
            let repository = try twoVersions()
            let blob = try repository.git(["rev-parse", "HEAD~1:prompts/p.prompt"])
            try FileManager.default.removeItem(
                atPath: repository.path + "/.git/objects/\(blob.prefix(2))/\(blob.dropFirst(2))")
            #expect(problems { try repository.library() }.contains("'\(blob) missing'; the repository lacks objects"))
        }

        @Test func detachedHeadsTagsCommitsAndWorktrees() throws {
            let repository = try twoVersions()
            try repository.git(["tag", "--annotate", "--message=one", "v1", "HEAD~1"])
            #expect(versions(try repository.library("v1")) == ["1.0.0"])
            let commit = try repository.git(["rev-parse", "HEAD~1"])
            #expect(versions(try repository.library(commit)) == ["1.0.0"])
            let other = sibling(repository, "other")
            defer { try? FileManager.default.removeItem(atPath: other) }
            try repository.git(["worktree", "add", "--quiet", "--detach", other, "HEAD~1"])
            let source = GitSource(repository: other, ref: "HEAD", folder: other + "/prompts")
            #expect(versions(try PromptLibrary.load(git: source, registered: [], allowUnreleased: false)) == ["1.0.0"])
            try repository.git(["checkout", "--quiet", "--detach"])
            #expect(versions(try repository.library("HEAD")) == ["1.1.0", "1.0.0"])
        }

        @Test func aBranchComesBeforeATagOfItsName() throws {
            let repository = try twoVersions()
            try repository.git(["tag", "main", "HEAD~1"])
            #expect(versions(try repository.library("main")) == ["1.1.0", "1.0.0"])
            #expect(versions(try repository.library("refs/tags/main")) == ["1.0.0"])
            let newest = try repository.git(["rev-parse", "HEAD"])
            try repository.git(["update-ref", "refs/heads/\(newest)", "HEAD~1"])
            #expect(try repository.source(newest).head() == newest)  // a whole id is never a name
        }

        @Test func repositoriesThatNameObjectsWithSHA256() throws {
            let repository = try twoVersions(["--object-format=sha256"])
            let library = try repository.library()
            #expect(versions(library) == ["1.1.0", "1.0.0"])
            let commit = try #require(library.versions(of: "p").last?.origin?.commit.id)
            #expect(commit.count == 64)
            #expect(try library.resolve("p@git:\(commit)").reference.version == "1.0.0")
        }

        @Test func thePromptsMayBeTheRepositorysTop() throws {
            let repository = try twoVersions()
            try repository.git(["mv", "prompts/p.prompt", "."])
            try repository.git(["commit", "--quiet", "--message", "Move up"])
            let source = GitSource(repository: repository.path, ref: "main", folder: repository.path)
            let library = try PromptLibrary.load(git: source, registered: [], allowUnreleased: false)
            #expect(library.names.contains("p") && library.names.contains("prompts/p"))
        }

        @Test func submodulesAreNamedWithTheirRemedy() throws {
            let inner = try twoVersions()
            let outer = try TemporaryRepository()
            try outer.git(["submodule", "--quiet", "add", inner.path, "vendor/shop"])
            try outer.commit([:])
            let submodule = outer.path + "/vendor/shop"
            let source = GitSource(repository: outer.path, ref: "main", folder: submodule + "/prompts")
            let found = problems { try PromptLibrary.load(git: source, registered: [], allowUnreleased: false) }
            #expect(found.contains("'vendor/shop' is a submodule") && found.contains("set prompts.repository"))
            let right = GitSource(repository: submodule, ref: "HEAD", folder: submodule + "/prompts")
            let library = try PromptLibrary.load(git: right, registered: [], allowUnreleased: false)
            #expect(versions(library) == ["1.1.0", "1.0.0"])
        }

        @Test func whatIsMissingIsNamed() throws {
            let repository = try twoVersions()
            #expect(problems { try repository.library("nowhere") }.contains("there is no commit 'nowhere'"))
            #expect(problems { try repository.library("--output=/tmp/x") }.contains("there is no commit"))
            let folder = GitSource(repository: repository.path, ref: "main", folder: "prompt")
            let found = problems { try PromptLibrary.load(git: folder, registered: [], allowUnreleased: false) }
            #expect(found.contains("has no folder 'prompt'"))
            let nothing = GitSource(repository: "/nonexistent", ref: "main", folder: "prompts")
            let none = problems { try PromptLibrary.load(git: nothing, registered: [], allowUnreleased: false) }
            #expect(none.contains("/nonexistent") && none.contains("E135"))
            let empty = try TemporaryRepository()
            #expect(problems { try empty.library("HEAD") }.contains("there is no commit 'HEAD'"))
        }

        @Test func linksAreRefusedAndNothingOfTheRepositoryRuns() throws {
            let repository = try twoVersions()
            let mark = repository.path + "/ran"
            for (name, value) in [
                ("core.fsmonitor", "touch '\(mark)'"), ("core.pager", "touch '\(mark)'"), ("log.showSignature", "true"),
                ("gpg.program", "touch '\(mark)'"), ("diff.external", "touch '\(mark)'"),
            ] { try repository.git(["config", name, value]) }
            #expect(versions(try repository.library()) == ["1.1.0", "1.0.0"])
            #expect(!FileManager.default.fileExists(atPath: mark))
            try repository.git(["config", "--unset", "core.fsmonitor"])
            try FileManager.default.createSymbolicLink(
                atPath: repository.path + "/prompts/l.prompt", withDestinationPath: "p.prompt")
            try repository.commit([:])
            #expect(problems { try repository.library() }.hasPrefix("prompts/l.prompt:1:1: error E134"))
        }

        @Test func whatGitDoesNotGiveIsNamedAndLintSeesItOnDisk() throws {
            let inner = try twoVersions()
            let repository = try twoVersions()
            try repository.git(["submodule", "--quiet", "add", inner.path, "prompts/vendor"])
            for (name, target) in [("billing", "../elsewhere"), ("README.md", "../README.md")] {
                try FileManager.default.createSymbolicLink(
                    atPath: repository.path + "/prompts/" + name, withDestinationPath: target)
            }
            try repository.commit([:])
            let found = try repository.library().warnings.map { "\($0.code) \($0.file)" }
            #expect(found == ["W206 prompts/billing", "W206 prompts/vendor"])
            try repository.git(["rm", "--quiet", "-f", "prompts/billing", "prompts/README.md", "prompts/vendor"])
            try repository.commit([:])
            #expect(try repository.library().warnings == [])

            try FileManager.default.createSymbolicLink(
                atPath: repository.path + "/prompts/l.prompt", withDestinationPath: "p.prompt")
            let workspace = try PromptWorkspace(folder: repository.path + "/prompts")
            #expect(workspace.diagnostics.map { "\($0.code) \($0.file)" } == ["E134 prompts/l.prompt"])
        }

        /// No limit of time: a debug build on a busy machine. It prints what it took.
        @Test func fiveThousandVersions() throws {
            let repository = try TemporaryRepository()
            var stream = ""
            for number in 0..<5_000 {
                let text = prompt("1.\(number).0", "number \(number) {{> tone}}")
                stream +=
                    "commit refs/heads/main\ncommitter C <c@example.com> \(1_700_000_000 + number) +0000\ndata 2\nx\n\n"
                if number == 0 { stream += "M 100644 inline prompts/partials/_tone.prompt\ndata 4\nwarm\n" }
                stream += "M 100644 inline prompts/p\(number % 50).prompt\ndata \(text.utf8.count)\n\(text)\n"
            }
            try repository.git(["fast-import", "--quiet"], input: Data(stream.utf8))
            let clock = ContinuousClock()
            var library = PromptLibrary()
            let time = try clock.measure { library = try repository.library() }
            print("5,000 versions of 50 prompts in", time)
            #expect(library.names.reduce(0) { $0 + library.versions(of: $1).count } == 5_000)
            #expect(try library.resolve("p7@1.4907.0").reference.commit?.count == 40)
        }
    }
}
