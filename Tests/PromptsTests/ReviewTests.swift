import Foundation
import Testing

@testable import Prompts

@Suite struct ReviewTests {
    private func findings(_ repository: TemporaryRepository, against ref: String? = "main") throws -> [String] {
        try PromptWorkspace(folder: repository.path + "/prompts").findings(against: ref).map {
            "\($0.file.dropFirst("prompts/".count)):\($0.line):\($0.column) \($0.code) \($0.message)"
        }
    }

    private func write(_ repository: TemporaryRepository, _ files: [String: String]) throws {
        for (name, text) in files {
            try text.write(toFile: repository.path + "/prompts/" + name, atomically: false, encoding: .utf8)
        }
    }

    private func declared(_ version: String, _ variables: String, output: String = "", body: String = "x") -> String {
        let schema = output.isEmpty ? "" : "output:\n  schema:\n    \(output)\n"
        return "---\nversion: \(version)\ninput:\n  schema:\n    \(variables)\n\(schema)---\n\(body)\n"
    }

    @Test func aChangedTextNeedsAHigherVersion() throws {
        let repository = try TemporaryRepository()
        try repository.commit(["greet.prompt": prompt("1.2.0", "one")])
        #expect(try findings(repository).isEmpty)
        try write(repository, ["greet.prompt": prompt("1.2.0", "two")])
        let kept = try findings(repository)
        #expect(kept.count == 1)
        #expect(kept[0].hasPrefix("greet.prompt:2:10 E122 the text differs from main, where 1.2.0 is sha256:"))
        try write(repository, ["greet.prompt": prompt("1.1.9", "two")])
        #expect(
            try findings(repository)[0].contains(
                "E122 the text differs from main, and version 1.1.9 is not above 1.2.0"))
        try write(repository, ["greet.prompt": prompt("1.2.1", "two")])
        #expect(try findings(repository).isEmpty)
        #expect(try findings(repository, against: nil).isEmpty)
    }

    @Test func aChangedPartialNamesAllThatIncludeIt() throws {
        let repository = try TemporaryRepository()
        try repository.commit([
            "a.prompt": prompt("1.0.0", "{{> house}}"), "b.prompt": prompt("1.0.0", "{{> outer}}"),
            "c.prompt": prompt("1.0.0", "alone"), "_house.prompt": "old\n", "_outer.prompt": "{{> house}}\n",
        ])
        try write(repository, ["_house.prompt": "new\n"])
        let found = try findings(repository)
        #expect(found.map { String($0.prefix { $0 != " " }) } == ["a.prompt:2:10", "b.prompt:2:10"])
        #expect(found.allSatisfy { $0.contains("because _house.prompt changed") })
        let workspace = try PromptWorkspace(folder: repository.path + "/prompts")
        #expect(workspace.dependents(of: "prompts/_house.prompt") == ["a", "b"])
    }

    @Test func aBranchIsComparedWithWhereItBegan() throws {
        let repository = try TemporaryRepository()
        try repository.commit(["greet.prompt": prompt("1.0.0", "one"), "other.prompt": prompt("1.0.0", "one")])
        try repository.git(["checkout", "--quiet", "-b", "mine"])
        try repository.commit(["other.prompt": prompt("1.1.0", "mine")])
        try repository.git(["checkout", "--quiet", "main"])
        try repository.commit(["greet.prompt": prompt("2.0.0", "two")])
        try repository.git(["checkout", "--quiet", "mine"])
        #expect(try findings(repository).isEmpty)
        // The number is taken on main, so mine cannot have it.
        try write(repository, ["greet.prompt": prompt("2.0.0", "mine too")])
        #expect(try findings(repository).count == 1)
    }

    /// What was declared, what is, and whether callers break.
    @Test(arguments: [
        ("a: string", "a: string, said better", false), ("a: string", "a: string\n    b?: string", false),
        ("a: string", "a: string\n    b: string", true), ("a: string\n    b?: string", "a: string", true),
        ("a?: string", "a: string", true), ("a: string", "a?: string", false), ("a: integer", "a: number", false),
        ("a: number", "a: integer", true), ("a: string", "a: any", false),
        ("a(enum): [u, v]", "a(enum): [u, v, w]", false),
        ("a(enum): [u, v, w]", "a(enum): [u, v]", true), ("a(array): string", "a(array): integer", true),
        ("a(object):\n      b?: string", "a(object):\n      b: string", true),
    ])
    func variablesThatBreakCallersNeedAMajorVersion(old: String, new: String, breaks: Bool) throws {
        let repository = try TemporaryRepository()
        try repository.commit(["p.prompt": declared("1.0.0", old, body: "{{json this}}")])
        try write(repository, ["p.prompt": declared("1.1.0", new, body: "{{json this}}")])
        let errors = try findings(repository).filter { $0.contains(" E") }
        #expect(errors.isEmpty != breaks, "\(errors)")
        #expect(errors.allSatisfy { $0.contains(" E123 ") })
        try write(repository, ["p.prompt": declared("2.0.0", new, body: "{{json this}}")])
        #expect(try findings(repository).filter { $0.contains(" E") }.isEmpty)
    }

    @Test(arguments: [
        ("r: string", "r: string, said better", false), ("r: string", "r: string\n    s: string", false),
        ("r: string\n    s: string", "r: string", true), ("r: string", "r?: string", true),
        ("r(enum): [u, v]", "r(enum): [u]", false), ("r(enum): [u]", "r(enum): [u, v]", true),
        ("r: number", "r: integer", false), ("r: integer", "r: number", true), ("r: string", "", true),
    ])
    func anOutputThatSurprisesItsReadersNeedsAMajorVersion(old: String, new: String, breaks: Bool) throws {
        let repository = try TemporaryRepository()
        try repository.commit(["p.prompt": declared("1.0.0", "a: any", output: old, body: "{{a}}")])
        try write(repository, ["p.prompt": declared("1.1.0", "a: any", output: new, body: "{{a}}")])
        let errors = try findings(repository)
        #expect(errors.isEmpty != breaks, "\(errors)")
    }

    @Test func aTextWithoutAVersionIsAWarning() throws {
        let repository = try TemporaryRepository()
        try repository.commit(["p.prompt": "x"])
        #expect(
            try findings(repository) == [
                "p.prompt:1:1 W205 'p' has no version, so no label can name it; write 'version: 1.0.0'"
            ])
    }

    @Test func aRefThatIsNotThereIsNamed() throws {
        let repository = try TemporaryRepository()
        try repository.commit(["p.prompt": prompt("1.0.0", "x")])
        #expect(throws: GitFailure.self) { try findings(repository, against: "origin/main") }
    }
}

@Suite struct WorkspaceTests {
    @Test func aRepositoryBeforeItsFirstCommitIsAFolder() throws {
        let repository = try TemporaryRepository()
        try FileManager.default.createDirectory(atPath: repository.path + "/prompts", withIntermediateDirectories: true)
        try prompt("1.0.0", "x").write(
            toFile: repository.path + "/prompts/p.prompt", atomically: false, encoding: .utf8)
        let workspace = try PromptWorkspace(folder: repository.path + "/prompts")
        let record = try workspace.library.version("p@1.0.0")
        #expect(record.isReleased && record.origin == nil)
    }

    @Test func whatIsCommittedKeepsItsNumberWhileTheFileOnDiskIsChanged() throws {
        let repository = try TemporaryRepository()
        let commit = try repository.commit(["p.prompt": prompt("1.0.0", "one")])
        try prompt("1.0.0", "two").write(
            toFile: repository.path + "/prompts/p.prompt", atomically: false, encoding: .utf8)
        let library = try PromptWorkspace(folder: repository.path + "/prompts").library
        #expect(try library.version("p@1.0.0").origin?.commit.id == commit)
        let draft = try library.version("p@worktree")
        #expect(!draft.isReleased && draft.digest == digest("p.prompt", prompt("1.0.0", "two")))
    }

    @Test func brokenFilesDoNotHideTheOthers() throws {
        let repository = try TemporaryRepository()
        try repository.commit([
            "p.prompt": prompt("1.0.0", "one"), "broken.prompt": "{{", "labels/production.yaml": "- x\n",
        ])
        let workspace = try PromptWorkspace(folder: repository.path + "/prompts")
        #expect(workspace.names == ["p"])
        #expect(workspace.diagnostics.count == 2)
    }

    @Test func partialsStandInThePlaceOfTheirTags() throws {
        let repository = try TemporaryRepository()
        try repository.commit([
            "p.prompt": prompt("1.0.0", "Hi {{> name who=\"Ann\"}}!\n  {{> list}}\nend"),
            "_name.prompt": "dear {{who}}",
            "_list.prompt": "- a\n- {{> name who=\"Bob\"}}\n",
        ])
        let library = try PromptWorkspace(folder: repository.path + "/prompts").library
        let source = try library.flatSource(of: library.version("p@1.0.0").digest) ?? []
        let body = String(decoding: source, as: UTF8.self).split(separator: "---\n").last
        #expect(
            body == """
                Hi {{!-- {{> name who="Ann"}} --}}dear {{who}}{{!-- end of name --}}!
                  {{!-- {{> list}} --}}
                  - a
                  - {{!-- {{> name who="Bob"}} --}}dear {{who}}{{!-- end of name --}}
                  {{!-- end of list --}}
                end

                """)
    }
}
