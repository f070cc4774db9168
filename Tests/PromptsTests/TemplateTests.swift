import JSON
import Prompts
import Testing

@Suite struct TemplateTests {
    @Test(arguments: [
        ("{{a.b}}", #"{"a":{"b":"x"}}"#, "x"),
        ("{{{a}}}{{&a}}", #"{"a":"<&>"}"#, "<&><&>"),  // nothing is escaped
        ("{{a.1}} {{a.[0]}}", #"{"a":[1,2.50]}"#, "2.50 1"),
        ("{{#if a}}A{{else if b}}B{{else}}C{{/if}}", #"{"b":1}"#, "B"),
        ("{{#if a}}A{{else if b}}B{{else}}C{{/if}}", #"{"a":[],"b":0}"#, "C"),
        ("{{#unless a}}no{{else}}yes{{/unless}}", #"{"a":""}"#, "no"),
        (
            "{{#each a}}{{@index}}/{{@key}}{{#if @first}}!{{/if}}{{#unless @last}},{{/unless}}{{/each}}",
            #"{"a":["p","q"]}"#, "0/0!,1/1"
        ),
        ("{{#each a}}{{@key}}={{this}};{{/each}}", #"{"a":{"z":1,"y":2}}"#, "z=1;y=2;"),
        ("{{#each a}}{{.}}{{else}}none{{/each}}", #"{"a":[]}"#, "none"),
        ("{{#each a}}{{#each this}}{{@../index}}{{@index}} {{/each}}{{/each}}", #"{"a":[[1,1],[1]]}"#, "00 01 10 "),
        ("{{#with a}}{{b}}{{../c}}{{@root.c}}{{/with}}", #"{"a":{"b":1},"c":2}"#, "122"),
        ("{{#with a}}{{#if b}}{{../c}}{{/if}}{{/with}}", #"{"a":{"b":1},"c":2}"#, "2"),  // #if is no context
        ("{{#with a}}zero{{else}}none{{/with}}{{#if a}}{{else}}, false{{/if}}", #"{"a":0}"#, "zero, false"),
        ("{{#ifEquals a 1}}one{{else}}other{{/ifEquals}}", #"{"a":1.0}"#, "one"),
        ("{{#unlessEquals a 'x'}}differs{{/unlessEquals}}", #"{"a":"y"}"#, "differs"),
        ("{{^a}}none{{/a}}{{#a}}{{b}}{{/a}}", #"{"a":[{"b":1},{"b":2}]}"#, "12"),
        ("{{#a}}{{b}}{{^}}no{{/a}}", #"{"a":false}"#, "no"),
        ("{{json a}}", #"{"a":{"z":[1,"\n"]}}"#, #"{"z":[1,"\n"]}"#),
        ("{{json a indent=2}}", #"{"a":{"z":[1],"e":{}}}"#, "{\n  \"z\": [\n    1\n  ],\n  \"e\": {}\n}"),
        (#"\{{a}} {{a}}"#, #"{"a":"v"}"#, "{{a}} v"),
        (#"\\{{a}}"#, #"{"a":"v"}"#, #"\v"#),
        ("{{! c }}a{{!-- }} --}}b", "{}", "ab"),
        ("{{section \"output\"}}x", "{}", "x"),
    ])
    func rendersHandlebars(body: String, variables: String, text: String) throws {
        #expect(try render(body, variables) == ["user: \(text)"])
    }

    @Test(arguments: [
        ("a\n{{#if x}}\nb\n{{/if}}\nc", "a\nb\nc"),
        ("a\n  {{#if x}}  \nb\n  {{else}}\nd\n  {{/if}}\nc", "a\nb\nc"),
        ("a {{#if x}}\nb{{/if}}", "a \nb"),  // not alone on its line
        ("a\n{{! gone }}\nb", "a\nb"),
        ("a  {{~#if x~}}  b  {{~/if~}}  c", "abc"),
        ("a\n{{~x~}}\nb", "a1b"),
        ("{{#each y}}\n- {{this}}\n{{/each}}\n.", "- 1\n- 2\n."),
        ("{{#if x}}\n{{#if x}}\nz\n{{/if}}\n{{/if}}\n", "z"),
    ])
    func treatsWhiteSpaceAsHandlebarsDoes(body: String, text: String) throws {
        #expect(try render(body, #"{"x":1,"y":[1,2]}"#) == ["user: \(text)"])
    }

    @Test func partialsTakeContextArgumentsAndIndentation() throws {
        let partials = ["one": "{{b}}{{k}}", "lines": "p\n{{v}}\nq\n"]
        #expect(try render("{{> one a k=c}}", #"{"a":{"b":1},"c":2}"#, partials: partials) == ["user: 12"])
        // The template's lines are indented; the lines of a value are left as they came.
        #expect(
            try render("x\n  {{> lines}}\ny", #"{"v":"m\nn"}"#, partials: partials) == ["user: x\n  p\n  m\nn\n  q\ny"])
        // Nor does a value that is empty begin a line.
        #expect(
            try render("x\n  {{> end}}\ny", #"{"v":""}"#, partials: ["end": "p\n{{v}}"]) == ["user: x\n  p\ny"])
        // Blanks that a `~` took indent nothing, but for that of a block around them.
        #expect(
            try render("{{#if v~}}\n  {{> lines}}\n{{/if}}", #"{"v":"m"}"#, partials: partials) == [
                "user:   p\n  m\n  q"
            ])
        #expect(try render("x{{v~}}\n  {{> lines}}\ny", #"{"v":"m"}"#, partials: partials) == ["user: xmp\nm\nq\ny"])
    }

    @Test func rolesAndHistoryMakeMessages() throws {
        let body = "{{role \"system\"}}\n\nS\n\n{{role \"model\"}}\nM\n{{history}}\n{{role \"user\"}}\nU {{x}}\n"
        let prompt = try library(["p.prompt": file(body, variables: "x: string")]).resolve("p@worktree")
        let rendered = try prompt.render(
            variables: json(#"{"x":"1"}"#),
            history: history(#"[{"role":"user","content":"h1","name":"Ann"},{"role":"assistant","content":"h2"}]"#))
        #expect(
            String(decoding: rendered.messages, as: UTF8.self)
                == #"[{"role":"system","content":"S"},{"role":"assistant","content":"M"},"#
                + #"{"role":"user","content":"h1","name":"Ann"},{"role":"assistant","content":"h2"},"#
                + #"{"role":"user","content":"U 1"}]"#)
    }

    @Test(arguments: [
        ("{{role \"system\"}}S{{role \"user\"}}U", ["system: S", "user: h", "user: U"]),
        ("{{role \"user\"}}U{{role \"model\"}}M", ["user: U", "assistant: M", "user: h"]),
        ("{{history}}after", ["user: h", "assistant: after"]),
    ])
    func historyWithoutAPlaceGoesBeforeALastUserMessage(body: String, expected: [String]) throws {
        let prompt = try library(["p.prompt": body]).resolve("p@worktree")
        let rendered = try prompt.render(variables: nil, history: history(#"[{"role":"user","content":"h"}]"#))
        #expect(try messages(rendered) == expected)
    }

    @Test func mediaBecomesAPartOfTheMessage() throws {
        let body = "Look:\n{{media url=photo contentType=\"image/png\"}}\n"
        let text = file(body, variables: "photo: string", matter: "llmgw.media: [photo]\n")
        let prompt = try library(["p.prompt": text]).resolve("p@worktree")
        let rendered = try prompt.render(variables: json(#"{"photo":"https://example.com/a.png"}"#))
        #expect(
            String(decoding: rendered.messages, as: UTF8.self)
                == #"[{"role":"user","content":[{"type":"text","text":"Look:"},"#
                + #"{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]"#)
    }

    @Test(arguments: [
        ("{{upper x}}", "E102"), ("{{#foo x}}{{/foo}}", "E102"), ("{{json (a b)}}", "E102"), ("{{lookup a b}}", "E102"),
        ("{{> (a)}}", "E105"), ("{{#> p}}{{/p}}", "E102"), ("{{* d}}", "E102"), ("{{=<% %>=}}", "E102"),
        ("{{{{raw}}}}{{{{/raw}}}}", "E102"), ("{{#each x as |i|}}{{/each}}", "E102"), ("{{#if x}}", "E100"),
        ("{{/if}}", "E100"), ("{{#if x}}{{/each}}", "E100"), ("{{else}}", "E100"), ("{{x", "E100"), ("{{}}", "E100"),
        ("{{!-- x }}", "E100"), ("{{x.}}", "E100"), ("{{a..b}}", "E100"), ("{{\"a}}", "E100"), ("{{{x}}", "E100"),
        ("{{> ../../etc/passwd}}", "E105"), ("{{> /etc/passwd}}", "E105"), ("{{role who}}", "E105"),
        ("{{role \"root\"}}", "E105"), ("{{section x}}", "E105"), ("{{> nowhere}}", "E103"),
    ])
    func refusesWhatIsNotSupported(body: String, code: String) {
        let found = faults(["p.prompt": file(body)])
        #expect(found.contains { $0.contains(" error \(code) ") }, "\(found)")
    }

    @Test func everyPrefixOfATemplateIsCompiledOrRefused() {
        let body =
            "{{#each x}}{{~> p a=1 b=\"q\"}}\\{{y}}{{{z}}}{{!-- c --}}{{else if [a b]}}{{@../index}}{{/each}}é{{^}}"
        for end in body.unicodeScalars.indices {
            _ = faults(["p.prompt": file(String(body[..<end])), "partials/_p.prompt": String(body[end...])])
        }
    }
}
