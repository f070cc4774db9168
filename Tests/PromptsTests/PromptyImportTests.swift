import Testing

@testable import Prompts

@Suite struct PromptyImportTests {
    private func imported(_ text: String) throws -> PromptyImport {
        try PromptyImport(Array(text.utf8), file: "chat.prompty")
    }

    /// What is wrong with the new file, as `prompts lint` would say it.
    private func faultsOf(_ result: PromptyImport) -> [String] {
        faults(["chat.prompt": result.text])
    }

    @Test func aConversationWithVariablesBecomesAPrompt() throws {
        let result = try imported(
            """
            ---
            name: Basic chat
            description: "Answers: briefly"
            authors: [jane]
            model:
              api: chat
              configuration: {azure_deployment: gpt-4}
              parameters: {max_tokens: 100, temperature: 0.2}
            inputs:
              firstName: {type: string, description: who asks}
              chat_history: []
              question: Why?
              city: {type: string, default: Bonn}
            sample:
              firstName: Ann
            ---
            system:
            You help {{firstName}} in {{ city }}.

            {% for item in chat_history %}
            {{item.role}}:
            {{item.content}}
            {% endfor %}

            # user:
            {{question}}
            """)
        #expect(faultsOf(result).isEmpty)
        #expect(
            result.findings.map { "\($0.severity.rawValue) \($0.line)" } == ["warning 5", "warning 12", "warning 14"])
        #expect(
            result.text == """
                ---
                description: "Answers: briefly"
                version: 1.0.0
                metadata: {"name":"Basic chat","authors":["jane"]}
                config:
                  max_tokens: 100
                  temperature: 0.2
                input:
                  schema:
                    "firstName": "string, who asks"
                    "question": "string"
                    "city": "string"
                  default:
                    "city": "Bonn"
                ---
                {{role "system"}}
                You help {{firstName}} in {{city}}.

                {{history}}

                {{role "user"}}
                {{question}}
                """)
        let messages = try library(["chat.prompt": result.text]).resolve("chat@worktree").render(
            variables: json(#"{"firstName": "Ann", "question": "Who?"}"#),
            history: history(#"[{"role": "user", "content": "Hi"}]"#))
        #expect(
            try PromptsTests.messages(messages) == ["system: You help Ann in Bonn.", "user: Hi", "user: Who?"])
    }

    @Test func conditionsAndLoopsAreTranslated() throws {
        let result = try imported(
            """
            system:
            {# who #}{% if formal %}Sir{% elif name %}{{ name }}{% else %}you{% endif %}
            {% if not brief %}long{% endif %}{% if tone == "warm" %}warm{% endif %}
            {%- for order in orders -%}
            {{ loop.index0 }} {{ order.id }} for {{ name }}{% for tag in order.tags %} {{ tag }} of {{ order.id }}{% endfor %}
            {% endfor %}
            """)
        #expect(result.findings.isEmpty)
        #expect(
            result.text.hasSuffix(
                """
                {{!-- who --}}{{#if formal}}Sir{{else if name}}{{name}}{{else}}you{{/if}}
                {{#unless brief}}long{{/unless}}{{#ifEquals tone "warm"}}warm{{/ifEquals}}
                {{~#each orders~}}
                {{@index}} {{id}} for {{@root.name}}{{#each tags}} {{this}} of {{../id}}{{/each}}
                {{/each}}
                """))
        #expect(faultsOf(result).isEmpty)
    }

    @Test func whatHasNoCounterpartIsNamedWithItsLine() throws {
        let result = try imported(
            """
            ---
            name: x
            evaluators: [a]
            model:
              parameters: {max_tokens: 5, logit_bias: {}}
            ---
            user:
            {{ name | upper }}
            {% set a = 1 %}
            {% if a > 2 and b %}x{% endif %}
            """)
        #expect(
            result.findings.map { "\($0.severity.rawValue) \($0.line)" } == [
                "warning 3", "error 5", "warning 4", "error 8", "error 9", "error 10",
            ])
        #expect(result.text.contains("{{!-- {{name | upper} } --}}"))
        #expect(faultsOf(result).isEmpty, "what is left is a prompt that compiles")
    }

    @Test func mustacheIsKept() throws {
        let result = try imported(
            "---\ntemplate: {format: {kind: mustache}}\n---\nsystem:\n{{#items}}{{name}} {{/items}}{{{title}}}{{^none}}-{{/none}}\n"
        )
        #expect(
            result.text.hasSuffix("{{role \"system\"}}\n{{#items}}{{name}} {{/items}}{{title}}{{^none}}-{{/none}}\n"))
        #expect(!result.text.contains("\"name\""), "a name inside of a section is its item's")
        let foreign = try imported("---\ntemplate: mustache\n---\n{{> part}}{{=<% %>=}}\n")
        #expect(foreign.findings.map(\.severity) == [.error, .error])
    }

    @Test func todaysFormIsRead() throws {
        let result = try imported(
            """
            ---
            name: thread
            displayName: A thread
            version: 2.1.0
            metadata: {tags: [production]}
            model: {id: gpt-4, apiType: chat, options: {temperature: 0.7, maxOutputTokens: 1000}}
            inputs:
              - {name: question, kind: string, default: Hello}
              - {name: tone, kind: string, enumValues: [warm, cold], description: how}
              - {name: hint, kind: string, required: false}
              - {name: photo, kind: image}
              - {name: conversation, kind: thread}
            outputs:
              - {name: city, kind: string, description: The city}
              - {name: degrees, kind: float}
            template: {format: {kind: nunjucks}, parser: {kind: prompty}}
            ---
            You help, {{tone}}. {% if hint %}{{hint}}{% endif %}

            {{conversation}}

            user:
            {{photo}}
            {{question}}
            """)
        #expect(result.findings.map(\.severity) == [.warning], "\(result.findings)")
        #expect(faultsOf(result).isEmpty, "\(faultsOf(result)) \(result.text)")
        for part in [
            #""tone(enum, how)": ["warm","cold"]"#, #""hint?": "string""#, #"llmgw.media: ["photo"]"#,
            "  schema:\n    \"city\": \"string, The city\"\n    \"degrees\": \"number\"", "version: 2.1.0",
            #"metadata: {"name":"thread","displayName":"A thread","tags":["production"]}"#,
            "---\n{{role \"system\"}}\nYou help", "{{history}}", "{{media url=photo}}",
        ] { #expect(result.text.contains(part), "\(part)") }
    }

    /// Each would make a prompt that asks for something else.
    @Test(arguments: [
        ("---\ntools: [{name: f, kind: function}]\n---\nuser:\nx", "'tools' is left out"),
        ("---\nmodel: {apiType: embedding}\n---\nuser:\nx", "prompts are chats"),
        ("---\ninputs: ${file:a.json}\n---\nuser:\n{{x}}", "'inputs': what is in another file"),
        ("---\ninputs: [{name: a, kind: audio}]\n---\nuser:\n{{a}}", "kind 'audio'"),
        ("---\noutputs: [{name: a, kind: object}]\n---\nuser:\nx", "the output 'a'"),
        ("---\ntemplate: handlebars\n---\nuser:\nx", "'handlebars' is read as Jinja2"),
        ("user[name=\"Ann\"]:\nx", "attributes [name="),
    ])
    func nothingIsLostSilently(text: String, word: String) throws {
        let result = try imported(text)
        #expect(result.findings.contains { $0.severity == .error && $0.message.contains(word) }, "\(result.findings)")
        #expect(faultsOf(result).isEmpty, "what is left is a prompt that compiles: \(faultsOf(result)) \(result.text)")
    }

    @Test func whatWouldMeanSomethingElseHereIsWrittenOut() throws {
        let result = try imported(
            "user:\n{{history}} {{role}} {% for k, v in d.items() %}{{k}}{% endfor %}{% if a %}b{% endif %}\n## user:\r\n"
        )
        #expect(result.text.contains("{{@root.history}} {{@root.role}}"))
        #expect(
            result.text.hasSuffix("{{/if}}{{#if a}}b{{/if}}\n## user:\n"), "a heading is no role, and no block is lost")
        #expect(faultsOf(result).isEmpty, "\(faultsOf(result))")
    }

    @Test(arguments: ["---\nname: x\n---\n", "---\ntemplate: mustache\n---\n"])
    func aBackslashBeforeATagIsText(head: String) throws {
        let result = try imported(head + "user:\nC:\\{{path}} \\\\{{path}}")
        let prompt = try library(["chat.prompt": result.text]).resolve("chat@worktree")
        #expect(
            try messages(prompt.render(variables: json(#"{"path": "a"}"#))) == [#"user: C:\a \\a"#], "\(result.text)")
    }

    @Test(arguments: [
        "user:\nx{# note ---}} LEAK #}", "user:\nx{# a}} LEAK {{ b #}", "user:\nx{# ----}} LEAK --~}} #}",
        "user:\nx\\{# LEAK #}", "---\ntemplate: mustache\n---\nuser:\nx{{!-- LEAK}}{{! LEAK --}}",
    ])
    func nothingOfACommentIsSent(text: String) throws {
        let result = try imported(text)
        let prompt = try library(["chat.prompt": result.text]).resolve("chat@worktree")
        let sent = try messages(prompt.render(variables: json("{}"))).joined()
        #expect(sent.hasPrefix("user: x") && !sent.contains("LEAK") && sent.count < 10, "\(sent) \(result.text)")
    }

    @Test(arguments: [
        "---\ntemplate: mustache\n---\nuser:\n{{a.b}}", "user:\n{{a.b}}", "user:\n{{a}}{% if a.b %}x{% endif %}",
    ])
    func aVariableWhoseMembersAreReadMayBeAnything(text: String) throws {
        let result = try imported(text)
        #expect(result.text.contains(#""a": "any""#) && faultsOf(result).isEmpty, "\(faultsOf(result)) \(result.text)")
    }

    @Test(arguments: [
        "---\nname: x\n", "---\na: b: c\n---\n", "{% for", "{{", "{#", "{% if a %}", "user:", "",
        "{% endif %}{% else %}",
    ])
    func nothingThatIsReadCanEndTheProcess(text: String) {
        _ = try? imported(text)
    }

    /// Pieces of tags in any order: whatever comes of it, the program lives, and the head is always one that can be read.
    @Test func anyOrderOfTagsIsReadToItsEnd() throws {
        let pieces = [
            "{%", "%}", "{{", "}}", "{#", "#}", "if a", "endif", "for x in y", "endfor", "else", "elif b", "x", ".",
            "-",
            "user:", "\n", " ", "not ", "== 1", "loop.index0", "x.role", "|", "\"", "--", "é",
        ]
        for _ in 0..<2_000 {
            let body = (0..<12).map { _ in pieces.randomElement() ?? "" }.joined()
            let result = try imported("---\nname: x\n---\n" + body)
            #expect(result.text.hasPrefix("---\nversion: 1.0.0\n"), "\(body)")
        }
    }
}
