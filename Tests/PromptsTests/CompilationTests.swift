import Testing

@testable import Prompts

/// A library is the same however its prompts came to be compiled.
@Suite struct CompilationTests {
    /// Enough files for several threads; every seventh is wrong in two ways, every fifth worth a warning.
    private static let files: [PromptSourceFile] = {
        let parts = [
            ("partials/_style.prompt", "Be brief, {{name}}."), ("schemas/Order.json", #"{"type": "object"}"#),
            ("tools/find.json", #"{"name": "find", "parameters": {}}"#),
        ]
        let prompts = (0..<300).map { number -> (String, String) in
            let fault = number % 7 == 0 ? "{{nmae}} {{other}}" : ""
            let variables = "  schema:\n    name: string\n    spare?: Order"
            let matter = "version: 1.0.\(number)\ntools: [find]\ninput:\n\(variables)"
            let read = number % 5 == 0 ? "" : "{{#if spare}}{{json spare}}{{/if}}"
            return ("p\(number).prompt", "---\n\(matter)\n---\n{{> style}} {{name}} \(read) \(fault)")
        }
        return (parts + prompts).map { PromptSourceFile(path: $0.0, bytes: Array($0.1.utf8)) }
    }()

    private static let parts: PromptParts = {
        var parts = PromptParts()
        for file in files { try? parts.set(file) }
        return parts
    }()

    /// What one prompt after the other, each alone, comes to.
    private static let oneByOne: [PromptCompiler] = files.filter(\.isPrompt).sorted { $0.path < $1.path }.map {
        PromptCompiler($0, parts: parts)
    }

    @Test func allAtOnceGivesThePromptsOfOneByOne() {
        var known = PromptCompilations()
        let together = PromptCompiler(Self.files.shuffled(), &known)
        #expect(together.prompts.count == 300)
        for alone in Self.oneByOne {
            let prompt = alone.prompts.values.first
            #expect(together.prompts[prompt?.name ?? ""]?.digest == prompt?.digest)
        }
    }

    @Test func allAtOnceComplainsOfTheSameInTheSameOrder() {
        var known = PromptCompilations()
        let together = PromptCompiler(Self.files.shuffled(), &known).diagnostics
        let apart = Self.oneByOne.flatMap(\.diagnostics).sorted {
            ($0.file, $0.line, $0.column, $0.code) < ($1.file, $1.line, $1.column, $1.code)
        }
        #expect(apart.filter { $0.severity == .error }.count == 2 * 43)
        #expect(apart.filter { $0.severity == .warning }.count == 60)
        #expect(together == apart)
    }

    @Test func whatIsKnownGivesTheSameAgain() {
        var first = PromptCompilations()
        let fresh = PromptCompiler(Self.files, &first)
        var second = PromptCompilations(after: first)
        let again = PromptCompiler(Self.files, &second)
        #expect(again.diagnostics == fresh.diagnostics)
        #expect(again.prompts.mapValues(\.digest) == fresh.prompts.mapValues(\.digest))
    }

    /// What a prompt's text depends on, besides its own file.
    @Test(arguments: [
        ("partials/_style.prompt", "Be long, {{name}}."),  // a part that has changed
        ("_style.prompt", "From beside, {{name}}."),  // one that goes before the part that was found
        ("tools/find.json", #"{"name": "find", "description": "Finds.", "parameters": {}}"#),
        ("schemas/Order.json", #"{"type": "array"}"#),
        ("partials/_unused.prompt", "Nobody includes it."),
        ("partials/_style.prompt", "Broken: {{"),
    ])
    func aChangedPartIsNeverMissed(path: String, text: String) {
        var known = PromptCompilations()
        _ = PromptCompiler(Self.files, &known)
        let changed = Self.files.filter { $0.path != path } + [PromptSourceFile(path: path, bytes: Array(text.utf8))]
        var later = PromptCompilations(after: known)
        var none = PromptCompilations()
        let (reusing, fresh) = (PromptCompiler(changed, &later), PromptCompiler(changed, &none))
        #expect(reusing.prompts.mapValues(\.digest) == fresh.prompts.mapValues(\.digest))
        #expect(reusing.diagnostics == fresh.diagnostics)
    }

    @Test func aMissingPartThatComesIsSeen() {
        let file = PromptSourceFile(path: "p.prompt", bytes: Array("{{> footer}}".utf8))
        let footer = PromptSourceFile(path: "partials/_footer.prompt", bytes: Array("Bye.".utf8))
        var known = PromptCompilations()
        #expect(PromptCompiler([file], &known).diagnostics.map(\.code) == ["E103"])
        var later = PromptCompilations(after: known)
        #expect(PromptCompiler([file, footer], &later).diagnostics.isEmpty)
    }
}
