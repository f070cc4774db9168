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
        ("{{@index}}", "5:3: error E101 '@index' stands outside of #each"),
        ("{{opt}}", "5:3: warning W201 'opt' is optional; put it inside {{#if opt}}"),
    ])
    func readsTheTemplateAgainstTheDeclaration(body: String, expected: String) {
        let schema = "{name: string, 'opt?': string, 'list(array)': {id: string}}"
        let found = faults(["p.prompt": "---\ninput:\n  schema: \(schema)\n---\n\(body)"])
        #expect(found.contains("prompts/p.prompt:\(expected)"), "\(found)")
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
}
