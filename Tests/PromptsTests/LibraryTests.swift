import Foundation
import Inference
import JSON
import Prompts
import Testing

@Suite struct LibraryTests {
    static let pinned = "---\nversion: 2.0.0\nmodel: m\n---\nhi"

    @Test func selectorsNameOneVersionOrNone() throws {
        let digest = try #require(library(["p.prompt": Self.pinned]).entries.first).digest
        let texts = [
            "p.prompt": Self.pinned, "p.terse.prompt": "---\nversion: 1.0.0\n---\nx", "billing/dunning.prompt": "y",
            "labels/production.yaml": "p: \"2.0.0 sha256:\(digest.prefix(12))\"\n",
            "labels/staging.yaml": "p: \"1.9.0 sha256:0123456789ab\"\n",
        ]
        let loaded = try library(texts)
        #expect(loaded.entries.map(\.name) == ["billing/dunning", "p", "p.terse"])
        let plain = try loaded.resolve("p").reference
        #expect(plain.name == "p" && plain.version == "2.0.0" && plain.digest == digest && plain.label == "production")
        #expect(plain.commit == "0123456789abcdef")
        for selector in [
            "p@production", "p@2.0.0", "p@sha256:\(digest.prefix(12))", "p@sha256:\(digest)", "p@latest",
            "p@git:0123456",
        ] {
            #expect(try loaded.resolve(selector).reference.digest == digest)
        }
        #expect(try loaded.resolve("p@2.0.0").reference.label == nil)
        #expect(try loaded.resolve("p.terse@1.0.0").reference.name == "p.terse")
        #expect(try loaded.resolve("billing/dunning@worktree").reference.version == nil)
    }

    @Test(arguments: [
        ("q", "prompt_not_found"), ("", "prompt_not_found"), ("p@", "prompt_not_found"),
        ("p@sha256:abc", "prompt_not_found"),
        ("p@2.0.1", "prompt_version_not_found"), ("p@^2", "prompt_not_found"),
        ("p@sha256:000000000000", "prompt_version_not_found"),
        ("p@staging", "prompt_version_not_found"), ("p@nolabel", "prompt_label_not_found"),
        ("p", "prompt_label_not_found"),
        ("p@latest", "prompt_label_not_found"), ("p@worktree", "prompt_label_not_found"),
        ("p@git:fffffff", "prompt_version_not_found"),
    ])
    func nothingElseEverStandsIn(selector: String, code: String) throws {
        let texts = ["p.prompt": Self.pinned, "labels/staging.yaml": "p: \"1.9.0 sha256:0123456789ab\"\n"]
        let loaded = try PromptLibrary(Files(texts: texts), commit: nil, allowUnreleased: false)
        let error = refusal { _ = try loaded.resolve(selector) }
        #expect(error?.status == 404 && error?.code == code, "\(String(describing: error))")
    }

    @Test func aPromptWithoutAVersionHasNoLabels() throws {
        let digest = try #require(library(["p.prompt": Self.pinned]).entries.first).digest
        let loaded = try library([
            "p.prompt": Self.pinned, "draft.prompt": "x",
            "labels/production.yaml": "p: \"2.0.0 sha256:\(digest.prefix(12))\"\n",
        ])
        #expect(loaded.entries.map(\.labels) == [[], ["production"]])
    }

    @Test func aVersionThatChangedItsTextIsRefused() {
        let found = faults(["p.prompt": Self.pinned, "labels/production.yaml": "p: \"2.0.0 sha256:0123456789ab\"\n"])
        #expect(
            found.count == 1
                && found[0].hasPrefix("prompts/labels/production.yaml:1:4: error E121 'p' 2.0.0 is now sha256:"))
    }

    @Test func theDigestIsTheSpecifiedOne() throws {
        // SHA-256("llmgw.prompt.v1\nprompts/hello.prompt 14\nHello {{name}}\n"), with a declaration it would not be.
        let text = "Hello {{name}}"
        #expect(faults(["hello.prompt": text]).first?.contains("E101") == true)
        #expect(BundleVector.hello == "7c14c48aec86b905f02e9bbd0d28914b5c9d06d31f571fa76b1a7b1275226930")
    }

    @Test func theShippedPromptsLoadWithoutWarning() throws {
        let loaded = try PromptLibrary.load(directory: BundleVector.shipped, commit: nil, allowUnreleased: false)
        #expect(loaded.warnings == [])
        let reply = try loaded.resolve("support-reply").reference
        #expect(reply.digest == "e9933fcc6c7a3cae49a396a6268ae9b598b1e9ea4b24ba7958eadb832e8ef8a7")
        #expect(try loaded.resolve("hello").model == "chat-default")
    }

    @Test func theWorkedExampleRendersAsSpecified() throws {
        let prompt = try PromptLibrary.load(directory: BundleVector.shipped, commit: nil, allowUnreleased: false)
            .resolve("support-reply@3.1.0")
        let variables = #"{"customer_name":"Bob","message":"Where is 7732?","orders":[{"id":"7732","status":"open"}]}"#
        let rendered = try prompt.render(variables: json(variables))
        #expect(
            try messages(rendered) == [
                "system: You answer e-mails for the Example Shop. Tone: warm. Never promise refunds.\n"
                    + "Write in \"en\". If you are not sure, set needs_human to true.",
                "user: E-mail from Ann: Where is my parcel 7731?",
                "assistant: "
                    + #"{"reply":"Dear Ann, parcel 7731 is on its way.","category":"shipping","needs_human":false}"#,
                "user: E-mail from Bob:\nWhere is 7732?\n\nRecent orders:\n- 7732: open",
            ])
        #expect(rendered.parameters.map(\.name) == ["temperature", "max_completion_tokens", "response_format"])
        #expect(rendered.parameters.map { String(decoding: $0.json, as: UTF8.self) }[0...1] == ["0.2", "600"])
        let format = try #require(rendered.parameters.last?.value["json_schema"])
        #expect(format["strict"] == .bool(true) && format["name"] == .string("support-reply"))
        #expect(format["schema"]?["properties"]?.objectValue?.map(\.name) == ["reply", "category", "needs_human"])
    }

    @Test func parametersOfThePromptAreLockedUnlessListed() throws {
        let text = "---\nconfig: {temperature: 0.2, maxOutputTokens: 9}\nllmgw.overridable: [temperature]\n---\nx"
        let rendered = try library(["p.prompt": text]).resolve("p@latest").render(variables: nil)
        #expect(try rendered.parameters(besides: ["stream", "temperature"]).map(\.name) == ["max_completion_tokens"])
        let error = refusal { _ = try rendered.parameters(besides: ["max_tokens"]) }
        #expect(error?.code == "prompt_param_locked" && error?.param == "max_tokens")
    }

    @Test func toolsAndNamedSchemasComeFromTheBundle() throws {
        let texts = [
            "p.prompt": "---\ntools: [find]\ninput: {schema: {order: Order}}\n---\n{{order.id}}",
            "tools/find.json": #"{"name":"find","parameters":{"type":"object"}}"#,
            "schemas/order.json": #"{"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}"#,
        ]
        let prompt = try library(texts).resolve("p@latest")
        let rendered = try prompt.render(variables: json(#"{"order":{"id":"7"}}"#))
        #expect(
            rendered.parameters.map { String(decoding: $0.json, as: UTF8.self) }
                == [#"[{"type":"function","function":{"name":"find","parameters":{"type":"object"}}}]"#])
        var changed = texts
        changed["schemas/order.json"]?.append("\n")
        #expect(try library(changed).resolve("p@latest").reference.digest != prompt.reference.digest)
    }

    @Test func linksOutOfTheFolderAreRefused() throws {
        let manager = FileManager.default
        let root = manager.temporaryDirectory.appendingPathComponent("prompts-\(UUID())")
        let folder = root.appendingPathComponent("prompts")
        try manager.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? manager.removeItem(at: root) }
        try "secret".write(to: root.appendingPathComponent("secret"), atomically: true, encoding: .utf8)
        try manager.createSymbolicLink(atPath: folder.path + "/p.prompt", withDestinationPath: "../secret")
        #expect(throws: PromptLoadErrors.self) {
            try PromptLibrary.load(directory: folder.path, commit: nil, allowUnreleased: true)
        }
        #expect(throws: PromptLoadErrors.self) {
            try PromptLibrary.load(directory: folder.path + "/none", commit: nil, allowUnreleased: true)
        }
    }

    @Test func aTwentyMessagePromptRendersInMicroseconds() throws {
        let body = (0..<20).map { "{{role \"\($0 % 2 == 0 ? "user" : "model")\"}}\nTurn \($0): {{x}} and more\n" }
            .joined()
        let prompt = try library(["p.prompt": file(body, variables: "x: string")]).resolve("p@latest")
        let variables = try json(#"{"x":"a value of some length"}"#)
        let time = try ContinuousClock().measure { for _ in 0..<200 { _ = try prompt.render(variables: variables) } }
        #expect(time < .seconds(30))  // a debug build; release is measured apart
    }
}

enum BundleVector {
    static let hello = BundleDigest.hex(of: ["prompts/hello.prompt": Array("Hello {{name}}".utf8)])

    /// `prompts/` of this repository.
    static let shipped = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("prompts").path
}
