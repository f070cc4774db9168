import Inference
import JSON
import Prompts
import Testing

@Suite struct StrictnessTests {
    @Test(arguments: [
        (#"{"count":1}"#, "prompt_variable_missing", "prompt.variables.name"),
        (#"{"nmae":"x","count":1}"#, "prompt_variable_unknown", "prompt.variables.nmae"),
        (#"{"name":"x","count":1,"nmae":"y"}"#, "prompt_variable_unknown", "prompt.variables.nmae"),
        (#"{"name":5,"count":1}"#, "prompt_variable_invalid", "prompt.variables.name"),
        (#"{"name":"x","count":1.5}"#, "prompt_variable_invalid", "prompt.variables.count"),
        (
            #"{"name":"x","count":1,"list":[{"id":"a","status":"lost"}]}"#, "prompt_variable_invalid",
            "prompt.variables.list/0/status"
        ),
        (
            #"{"name":"x","count":1,"list":[{"status":"open"}]}"#, "prompt_variable_missing",
            "prompt.variables.list/0/id"
        ),
        (#"[1]"#, "prompt_variable_invalid", "prompt.variables"),
    ])
    func refusesVariablesThatDoNotFit(variables: String, code: String, param: String) throws {
        let schema =
            "name: string\n    count: integer\n    list?(array):\n      id: string\n      status(enum): [open, shut]"
        let body = "{{name}}{{count}}{{#each list}}{{id}}{{status}}{{/each}}"
        let prompt = try library(["p.prompt": file(body, variables: schema)]).resolve("p@worktree")
        let error = refusal { _ = try prompt.render(variables: json(variables)) }
        #expect(error?.status == 400 && error?.code == code && error?.param == param, "\(String(describing: error))")
    }

    @Test func saysWhatWasMeant() throws {
        let texts = [
            "p.prompt": file("{{customer_name}}", variables: "customer_name: string", matter: "version: 3.1.0\n")
        ]
        let prompt = try library(texts).resolve("p@3.1.0")
        let error = refusal { _ = try prompt.render(variables: json(#"{"customer_nmae":"x"}"#)) }
        #expect(
            error?.message
                == "Prompt 'p' 3.1.0: variable 'customer_nmae' is not declared; did you mean 'customer_name'?")
    }

    @Test(arguments: [
        ("{{nmae}}", "5:3: error E101 variable 'nmae' is not declared; did you mean 'name'?"),
        ("{{#each list}}{{idd}}{{/each}}", "5:17: error E101 variable 'idd' is not declared; did you mean 'id'?"),
        (
            "{{#each list}}{{name}}{{/each}}",
            "5:17: error E101 variable 'name' is not declared; did you mean '@root.name'?"
        ),
        ("é{{list}}", "5:4: error E107 'list' is a list or an object; use {{json list}}"),
        ("{{../name}}", "5:3: error E101 '../name' leads out of the template: there is no context outside"),
        ("{{name.length}}", "5:3: warning W209 'name.length' reads nothing: 'name' is no object"),
        ("{{#if list.length}}{{/if}}", "5:7: warning W209 'list.length' reads nothing: 'list' is no object"),
        ("{{@index}}", "5:3: error E101 '@index' stands outside of #each"),
        (
            "{{@auth.email}}",
            "5:3: warning W207 '@auth.email' is given by no call of a gateway, which answers 400; pass a variable"
        ),
        ("{{opt}}", "5:3: warning W201 'opt' is optional; put it inside {{#if opt}}"),
    ])
    func readsTheTemplateAgainstTheDeclaration(body: String, expected: String) {
        let schema = "{name: string, 'opt?': string, 'list(array)': {id: string}}"
        let found = faults(["p.prompt": "---\ninput:\n  schema: \(schema)\n---\n\(body)"])
        #expect(found.contains("prompts/p.prompt:\(expected)"), "\(found)")
    }

    @Test func aPartialReadsItsOwnContextAndItsArguments() throws {
        let variables = "title: string\n    items(array):\n      id: string"
        func texts(_ call: String, _ partial: String) -> [String: String] {
            let list = file("{{#each items}}\(call){{/each}}{{title}}", variables: variables)
            return ["p.prompt": list, "partials/_line.prompt": partial]
        }
        for (call, partial, text) in [
            ("{{> line}}", "{{id}} ", "1 2 T"), ("{{> line t=@root.title}}", "{{t}}{{id}} ", "T1 T2 T"),
            ("{{> line t=../title}}", "{{#if id}}{{t}}{{@index}} {{/if}}", "T0 T1 T"),
            ("{{> line}}", "{{#with id}}{{../id}}{{@root.title}} {{/with}}", "1T 2T T"),
        ] {
            let prompt = try library(texts(call, partial)).resolve("p@worktree")
            let rendered = try prompt.render(variables: json(#"{"title":"T","items":[{"id":"1"},{"id":"2"}]}"#))
            #expect(try messages(rendered) == ["user: \(text)"])
        }
        for call in ["{{> line}}", "{{> line t=id}}", "{{> line this}}"] {
            let found = faults(texts(call, "{{../title}}"))
            #expect(
                found.contains { $0.contains("_line.prompt:1:3: warning W209 '../title' leads out of the partial") }
                    && !found.contains { $0.contains("error") })
        }
    }

    @Test func aMistakeInAPartialNamesThePromptsThatItIsOneFor() {
        let found = faults([
            "a.prompt": file("{{> house}}", variables: "tone: string"), "b.prompt": file("{{> outer}}"),
            "c.prompt": file("{{> house tome='x'}}"), "partials/_outer.prompt": "{{> house}}",
            "partials/_house.prompt": "Tone: {{tone}}",
        ]).filter { $0.contains("error") }
        let place = "prompts/partials/_house.prompt:1:9: error E101 variable 'tone' is not declared"
        #expect(
            found == [
                place + "; prompts/b.prompt includes it",
                place + "; did you mean 'tome'?; prompts/c.prompt includes it",
            ])
    }

    @Test func whatIsGuardedOrHasADefaultIsNoWarning() {
        let text = """
            ---
            input:
              schema: {'a?': string, 'b?': {c: string}, d: string}
              default: {d: x}
            ---
            {{#if a}}{{a}}{{/if}}{{#with b}}{{c}}{{/with}}{{#unless a}}{{else}}{{a}}{{/unless}}{{d}}
            """
        #expect(faults(["p.prompt": text]) == [])
    }

    @Test func everyMistakeOfAFolderIsReportedAtOnce() {
        let found = faults([
            "a.prompt": "---\nversion: 1.0\ntempo: x\nconfig: {temperature: 3.0, topPP: 0.1}\n---\n{{x}}",
            "b.prompt": "a\r\n", "c.x.y.prompt": "", "d.prompt": "---\nx", "e.prompt": "---\nname: no\n---\n",
            "partials/_q.prompt": "{{#if}}", "labels/prod.yaml": "zzz: \"1.0.0 sha256:0123456789ab\"\na: 1\n",
        ])
        let codes = found.map { line in line.split(separator: " ")[2] }
        #expect(
            codes == ["E112", "E111", "E116", "E116", "E101", "E132", "E130", "E110", "E014", "E120", "E120", "E100"],
            "\(found)")
    }

    @Test func aRefusalSaysWhereInThePromptsFilesTheReasonStands() throws {
        let texts = [
            "p.prompt": file(
                "Hi\n{{> greet}}\n{{#each list}}{{this}}{{/each}}\n",
                variables: "customer_name: string\n    list?(array): any", matter: "version: 3.1.0\n"),
            "partials/_greet.prompt": "line\nDear {{customer_name}}",
        ]
        let prompt = try library(texts).resolve("p@3.1.0")
        func fault(_ variables: String) throws -> GatewayError {
            try #require(refusal { _ = try prompt.render(variables: json(variables)) })
        }
        let unknown = try fault(#"{"customer_nmae":"x"}"#)
        #expect(
            unknown.prompt
                == PromptFault(
                    prompt: "p", version: "3.1.0", digest: prompt.reference.digest,
                    file: "prompts/partials/_greet.prompt", line: 2, column: 6))
        #expect(try fault("{}").prompt == unknown.prompt)
        let item = try fault(#"{"customer_name":"x","list":[{"a":"SECRET"}]}"#)
        #expect(item.param == "prompt.variables" && !item.message.contains("SECRET"))
        #expect(item.prompt?.file == "prompts/p.prompt" && item.prompt?.line == 10 && item.prompt?.column == 15)
        let other = try #require(
            refusal {
                _ = try prompt.render(
                    variables: json(#"{"customer_name":"x"}"#), history: history(#"[{"role":"x"}]"#))
            })
        #expect(other.prompt?.digest == prompt.reference.digest && other.prompt?.line == nil)
    }

    @Test func aValueThatIsNoTextIsNamedByItsPointer() throws {
        let prompt = try library(["p.prompt": file("{{a.b}}{{@root.c}}", variables: "a: any\n    c: any")])
            .resolve("p@worktree")
        for (variables, param) in [
            (#"{"a":{"b":[1]},"c":"x"}"#, "prompt.variables.a/b"), (#"{"a":{"b":1},"c":{}}"#, "prompt.variables.c"),
        ] {
            let error = refusal { _ = try prompt.render(variables: json(variables)) }
            #expect(error?.code == "prompt_variable_invalid" && error?.param == param)
        }
    }

    @Test func noNumberOfWarningsHidesAnError() {
        let warnings = (0..<300).map { _ in "{{x}}\n" }.joined()
        let errors = (0..<9_000).map { "{{y\($0)}}\n" }.joined()
        let found = faults(["p.prompt": file(warnings + errors)])
        #expect(
            found.filter { $0.contains(" W201 ") }.count == 200 && found.filter { $0.contains(" E101 ") }.count == 200)
    }

    @Test func aTemplateThatIsTooLargeToBeCheckedIsRefused() {
        let body = String(repeating: "{{name}}.", count: 10_001) + "{{nmae}}"
        #expect(faults(["p.prompt": file(body, variables: "name: string")]).contains { $0.contains(" error E108 ") })
    }

    @Test(arguments: [
        ("properties: {a: {type: string, minLength: x}}", "minLength is a whole number, and not below 0"),
        ("properties: {a: {type: string, maxLength: -1}}", "maxLength is a whole number, and not below 0"),
        ("properties: {a: {type: number, minimum: low}}", "minimum is a number"),
        ("{type: object, properties: {a: {}}, required: a}", "required is a list of names"),
        ("{type: object, properties: {a: {properties: 1}}}", "properties is an object"),
    ])
    func aSchemaThatSaysNothingToTheCheckIsAWarning(schema: String, problem: String) {
        let found = faults(["p.prompt": "---\ninput:\n schema:\n  \(schema)\n---\n{{json a}}"])
        #expect(found.contains { $0.contains("warning W208 \(problem)") } && !found.contains { $0.contains("error") })
    }

    @Test func aSchemaOfOneValueIsRefused() {
        let found = faults(["p.prompt": "---\ninput:\n schema:\n  type: string\n---\n{{a}}"])
        let problem = "4:3: error E113 'type: string' makes this a JSON Schema of one value; for a variable called"
        #expect(found.count == 1 && found[0].contains(problem), "\(found)")
    }

    @Test func aLengthWithoutAFractionIsAWholeNumber() throws {
        let schema = "properties: {a: {type: string, minLength: 1.0, maxLength: 2.0}}"
        let texts = ["p.prompt": "---\ninput:\n schema:\n  \(schema)\n---\n{{#if a}}{{a}}{{/if}}"]
        #expect(faults(texts) == [])
        let prompt = try library(texts).resolve("p@worktree")
        for (value, isTaken) in [("", false), ("a", true), ("abc", false)] {
            #expect((refusal { _ = try prompt.render(variables: json(#"{"a":"\#(value)"}"#)) } == nil) == isTaken)
        }
    }

    @Test func lengthsCountCharactersAsJSONSchemaDoes() throws {
        let schema = "properties: {a: {type: string, maxLength: 2}}"
        let prompt = try library(["p.prompt": "---\ninput:\n schema:\n  \(schema)\n---\n{{#if a}}{{a}}{{/if}}"])
            .resolve("p@worktree")
        #expect(refusal { _ = try prompt.render(variables: json(#"{"a":"👩‍👩‍👧"}"#)) }?.code == "prompt_variable_invalid")
        #expect(refusal { _ = try prompt.render(variables: json(#"{"a":"🙂é"}"#)) } == nil)
    }

    @Test func aMisspeltParameterThatStaysLockedIsAWarning() {
        let found = faults(["p.prompt": "---\nllmgw.overridable: [tools, topP, temprature]\n---\nx"])
        #expect(
            found == [
                "prompts/p.prompt:2:34: warning W208 'temprature' is no parameter that a prompt sets, so this changes"
                    + " nothing; did you mean 'temperature'?"
            ])
    }

    @Test func parametersThatNoPromptLocksMayBeNamed() {
        let names = "[user, metadata, stream, stream_options, safety_identifier, store, temperature]"
        #expect(faults(["p.prompt": "---\nllmgw.overridable: \(names)\n---\nx"]) == [])
    }

    @Test func aMistakeOfTheYAMLKeepsItsSuggestion() {
        let found = faults(["p.prompt": "---\nconfig:\n  temperature: 0.2\n  topP 0.8\n---\nx"])
        #expect(found == [#"prompts/p.prompt:4:3: error E011 expected "key: value"; did you mean "topP: 0.8"?"#])
    }

    @Test(arguments: [
        ("a?: Kind", "null"), ("a?(enum, one of two, as it is): [b, c]", "null"), ("a?(array): Kind", "null"),
        ("a?(array, with a comma, (and more)): string, each", #"["x"]"#), ("a: any, whatever", "null"),
        ("a(object): {'b?': integer}", "{}"), ("(*): string", #""x""#), ("a(enum): [b, 1, null]", "1"),
        ("a(array):\n      b(array):\n        c?(enum): [d]", #"[{"b":[{"c":"d"},{}]}]"#),
    ])
    func picoschemaTakesWhatItSays(variable: String, value: String) throws {
        let texts = [
            "p.prompt": file("{{json a}}", variables: variable), "schemas/Kind.json": #"{"type":["string","number"]}"#,
        ]
        let rendered = try library(texts).resolve("p@worktree").render(variables: json(#"{"a":\#(value)}"#))
        #expect(try messages(rendered) == ["user: \(value)"])
    }

    @Test(arguments: [
        ("a?: Kind", "true"), ("a?(enum): [b]", #""c""#), ("a(array): Kind", "[null]"), ("a(enum): [b]", "null"),
        ("a(object): {'b?': integer}", #"{"b":1.5}"#), ("a(object): {'b?': integer}", #"{"c":1}"#),
        ("(*): string", "1"),
        ("a: string", "null"),
    ])
    func picoschemaTakesNothingElse(variable: String, value: String) throws {
        let texts = [
            "p.prompt": file("{{json a}}", variables: variable), "schemas/Kind.json": #"{"type":["string","number"]}"#,
        ]
        let prompt = try library(texts).resolve("p@worktree")
        #expect(refusal { _ = try prompt.render(variables: json(#"{"a":\#(value)}"#)) }?.status == 400)
    }
}
