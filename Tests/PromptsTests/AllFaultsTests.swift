import Testing

@testable import Prompts

/// One run names everything that is wrong.
@Suite struct AllFaultsTests {
    private func found(_ body: String) -> [String] {
        faults(["p.prompt": file(body, variables: "name: string, a name")])
            .map { $0.replacing("prompts/p.prompt:", with: "") }
    }

    @Test func aFaultDoesNotHideThoseBehindIt() {
        let body =
            "{{#if name}}{{name}}{{/if}}\n{{upper name}}\n{{nmae}} {{role \"boss\"}}\n{{#shout name}}x{{/shout}}\n{{> none}}\n"
        let codes = found(body).map { String($0.split(separator: " ")[2]) }
        #expect(codes == ["E102", "E101", "E105", "E102", "E103"])
    }

    @Test func aBlockThatMeansNothingStillHasItsEnd() {
        let all = found("{{#loop 1 2}}{{#if name}}{{name}}{{/if}}{{/loop}} {{/if}} {{#unless name}}\n")
        #expect(all.count == 3, "\(all)")
        #expect(all.contains { $0.contains("{{/if}} closes nothing") })
        #expect(all.contains { $0.contains("{{#unless}} is not closed by {{/unless}}") })
    }

    @Test func aBeginningThatIsAFaultNeedsNoEnd() {
        #expect(found("{{name}}{{#if}}").count == 1)
    }

    @Test func anEndInTheWrongPlaceIsOneFault() {
        let all = found("{{#if name}}{{#unless name}}{{name}}{{/if}}{{nmae}}\n")
        #expect(all.count == 2, "\(all)")
        #expect(all[0].contains("{{/if}} stands where {{/unless}} must close the block") && all[1].contains("E101"))
    }

    @Test func tagsThatAreNoneAreAllFound() {
        let all = found("{{name}\n{{{{raw}}}} {{=<% %>=}}\n{{nmae}}\n")
        #expect(all.map { String($0.prefix { $0 != " " }) } == ["6:1:", "7:1:", "7:13:", "8:3:"], "\(all)")
    }

    @Test func theBodyIsReadBehindABrokenFrontMatter() {
        let all = faults([
            "p.prompt": "---\nversion: 1.0.0\nmodel: [x\n---\n{{anything}}\n{{upper anything}}\n{{#if x}}\n"
        ])
        #expect(all.count == 3, "\(all)")
        #expect(all.dropFirst().map { $0.contains("E102") || $0.contains("is not closed") } == [true, true])
    }

    @Test func aPartialsFaultsAreAllNamed() {
        let all = faults(["p.prompt": file("{{x}}"), "partials/_a.prompt": "{{upper x}}\n{{#if x}}\n"])
        #expect(all.filter { $0.contains("_a.prompt") }.count == 2, "\(all)")
    }

    @Test(arguments: [
        ("{{name | upper}}", "E102 '| upper' is a filter of Jinja's, and there are none here; compute it before"),
        ("{{name|tojson}}", "E102 '| tojson' is a filter of Jinja's, and there are none here; write {{json name}}"),
        (
            "{{name | default(\"you\")}}",
            "give 'name' a value under input.default, or write {{#if name}}{{name}}{{else}}"
        ),
        ("{{name | safe}}", "write {{name}}, since nothing is escaped"),
        ("{{name | join(\", \")}}", "write {{#each name}}{{this}}"),
        ("{{name if name else x}}", "write {{#if name}}{{name}}{{else}}{{x}}{{/if}}"),
        (
            "{{name}} {% if name %}x",
            "6:10: warning W210 '{% if name %}' is Jinja's, and reaches the model as text; write {{#if name}}"
        ),
        ("{{name}} {%- if not name -%}x", "write {{#unless name}}"),
        ("{{name}} {% if name == \"x\" %}", "write {{#ifEquals name \"x\"}}"),
        ("{{name}} {% elif name %}", "write {{else if name}}"), ("{{name}} {% endif %}", "write {{/if}}"),
        ("{{name}} {% for n in names %}", "write {{#each names}}, and {{this}} for n"),
        ("{{name}} {% set x = 1 %}", "there is no counterpart"), ("{{name}} {# note #}", "write {{! … }}"),
        ("{{name}} Hello {name}!", "6:16: warning W210 '{name}' is text and reads no variable; write {{name}}"),
        ("{{name}} ${name}", "write {{name}}"), ("{{name}} {name!r}", "'{name!r}' is text"),
    ])
    func otherLanguagesTagsAreNamed(body: String, message: String) {
        let all = found(body)
        #expect(all.contains { $0.contains(message) }, "\(all)")
    }

    @Test(arguments: [
        "{{name}} {\"reply\": \"{x}\"}", "{{name}} {a: 1} {} { name } {1} f{(x)}", "{{name}} \\{{name}} {other}",
        "{{name}} /users/{id}", "{{name}} 100 {% of all",
    ])
    func otherBracesAreText(body: String) {
        #expect(found(body).isEmpty, "\(found(body))")
    }

    @Test func aPlaceOfPythonsWithoutAnyVariableIsNamed() {
        let all = faults(["p.prompt": "Hello {name}!"])
        #expect(all.contains { $0.contains("W210 '{name}' is text") }, "\(all)")
    }
}
