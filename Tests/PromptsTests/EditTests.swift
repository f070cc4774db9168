import Testing

@testable import Prompts

@Suite struct VersionEditTests {
    @Test(arguments: [
        (VersionEdit.Level.patch, "3.1.5"), (.minor, "3.2.0"), (.major, "4.0.0"),
    ])
    func raisesOneNumber(level: VersionEdit.Level, new: String) throws {
        let text = "---\n# version: 9.9.9\ndescription: version 3.1.4\nversion:   3.1.4   # ours\n---\nversion: 3.1.4\n"
        let raised = try VersionEdit.raise(Array(text.utf8), path: "prompts/a.prompt", level)
        #expect((raised.old, raised.new) == ("3.1.4", new))
        #expect(String(decoding: raised.bytes, as: UTF8.self) == text.replacing("  3.1.4   #", with: "  \(new)   #"))
    }

    @Test(arguments: [
        "---\nversion: \"1.0.9\"\n---\nx", "---\nversion: '1.0.9'\n---\nx",
        "---\n{\"version\": \"1.0.9\", \"model\": \"m\"}\n---\nx",
        "# é\n\n---\ndescription: é\nversion: 1.0.9\n---",
    ])
    func changesNothingElse(text: String) throws {
        let raised = try VersionEdit.raise(Array(text.utf8), path: "prompts/a.prompt", .patch).bytes
        #expect(String(decoding: raised, as: UTF8.self) == text.replacing("1.0.9", with: "1.0.10"))
    }

    @Test(arguments: ["x", "---\nmodel: m\n---\nx", "---\nversion: 1.0\n---\nx", "---\nversion: 1.0.0", ""])
    func aFileWithoutAVersionIsRefused(text: String) {
        #expect(throws: VersionEdit.Failure.self) {
            try VersionEdit.raise(Array(text.utf8), path: "prompts/a.prompt", .patch)
        }
    }

    @Test func theLargestNumberIsNotPassed() {
        #expect(VersionEdit.next("1.0.\(Int.max)", .patch) == nil)
        #expect(VersionEdit.next("1.0.\(Int.max)", .minor) == "1.1.0")
    }
}

@Suite struct LabelEditTests {
    private let digest = String(repeating: "ab", count: 32)

    private func set(_ name: String, in text: String) throws -> String {
        let bytes = try LabelEdit.set(name, version: "2.0.0", digest: digest, in: Array(text.utf8), label: "production")
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Only the line of the name changes, wherever it stands and however it is written.
    @Test(arguments: [
        "greet: \"1.0.0 sha256:0123456789ab\"", "greet: '1.0.0 sha256:0123456789ab'",
        "greet: 1.0.0 sha256:0123456789ab",
        "greet:   \"1.0.0 sha256:0123456789abcdef\"   # why", "greet: 1.0.0 sha256:0123456789ab # why",
    ])
    func editsOneLine(line: String) throws {
        let others = [
            "# head", "apple: \"1.0.0 sha256:0123456789ab\"", "", "zebra: \"1.0.0 sha256:0123456789ab\" # last",
        ]
        for place in 0...others.count {
            var lines = others
            lines.insert(line, at: place)
            let text = lines.joined(separator: "\n") + "\n"
            var after = try set("greet", in: text).split(separator: "\n", omittingEmptySubsequences: false).map(
                String.init)
            let edited = after.remove(at: place)
            #expect(edited.contains("2.0.0 sha256:abababababab"))
            #expect(edited.hasSuffix("# why") == line.hasSuffix("# why"))
            #expect(after == others + [""])
        }
    }

    @Test func aNewNameGetsALineAtTheEnd() throws {
        let line = "greet: \"2.0.0 sha256:abababababab\"\n"
        #expect(try set("greet", in: "") == line)
        #expect(try set("greet", in: "# nothing yet\n") == "# nothing yet\n" + line)
        #expect(try set("greet", in: "a: \"1.0.0 sha256:0123456789ab\"") == "a: \"1.0.0 sha256:0123456789ab\"\n" + line)
        #expect(try set("404", in: "") == "\"404\": \"2.0.0 sha256:abababababab\"\n")
        #expect(try set("billing/dunning", in: "").hasPrefix("billing/dunning: "))
    }

    @Test func whatStandsInBracesIsEditedToo() throws {
        #expect(
            try set("a", in: "{a: \"1.0.0 sha256:0123456789ab\", b: \"1.0.0 sha256:0123456789ab\"}\n")
                == "{a: \"2.0.0 sha256:abababababab\", b: \"1.0.0 sha256:0123456789ab\"}\n")
    }

    @Test(arguments: [
        "- a\n", "greet: [1, 2]\n", "greet: {a: b}\n", "{other: \"1.0.0 sha256:0123456789ab\"}\n", "a: b: c\n",
    ])
    func whatCannotBeEditedIsRefused(text: String) {
        #expect(throws: LabelEdit.Failure.self) { try set("greet", in: text) }
    }

    /// Whatever stands around it: either one line changes, or the file is refused.
    @Test func noOtherLineEverChanges() {
        let pieces = [
            "greet: ", "\"1.0.0 sha256:0123456789ab\"", "1.0.0 sha256:0123456789ab", "\n", "# greet: x", "'", "{", "}",
            ",",
            "other: \"1.0.0 sha256:0123456789ab\"", " ", "é", "-", ":", "\"greet\": ",
        ]
        for _ in 0..<5_000 {
            let text = (0..<Int.random(in: 0...9)).map { _ in pieces.randomElement() ?? "" }.joined()
            guard let edited = try? set("greet", in: text) else { continue }
            let before = text.split(separator: "\n", omittingEmptySubsequences: false)
            let after = edited.split(separator: "\n", omittingEmptySubsequences: false)
            let changed = zip(before, after).count { $0 != $1 }
            let isAppended = after.count > before.count || text.isEmpty || text.last == "\n"
            #expect(changed <= 1 && (isAppended || after.count == before.count), "\(text) → \(edited)")
        }
    }
}
