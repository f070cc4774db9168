import Inference
import JSON
import Testing

@testable import Evaluation

@Suite struct FilesTests {
    private func gate(_ text: String) throws -> GateFile {
        try GateFileReader.read(Array(text.utf8), file: "a.eval.yaml")
    }

    @Test func aGateFileSaysEverything() throws {
        let gate = try gate(
            """
            prompt: support-reply
            dataset: support-reply.jsonl
            models: [chat-default, chat-large]
            repeat: 3
            seed: 7
            default_assert:
              - {type: is-json}
            gate:
              pass_rate: 0.95
              pass_rate_lower: 0.90
              slices: {lang=de: 0.9, slice=a=b: 1}
              no_regression: {baseline: "@3.0.0", margin: 0.02, alpha: 0.01}
              max_cost_usd: 2.00
              max_errors: 0.02
            """)
        #expect(gate.models == ["chat-default", "chat-large"])
        #expect(gate.repetitions == 3 && gate.seed == 7 && gate.defaults.count == 1)
        #expect(gate.rules.passRate == 0.95 && gate.rules.passRateLower == 0.9 && gate.rules.maxErrors == 0.02)
        #expect(gate.rules.slices.map(\.slice.text) == ["lang=de", "slice=a=b"])
        #expect(gate.rules.regression == RegressionRule(baseline: "@3.0.0", margin: 0.02, alpha: 0.01))
        #expect(gate.rules.maxCost == 2_000_000_000)
    }

    @Test func everyMistakeHasItsLine() throws {
        let text = """
            prompt: support-reply@3.1.0
            datset: a.jsonl
            repeat: 0
            default_assert: [{type: is-jsn}]
            gate:
              pass_rate: 95
              slices: {lang: 1}
              max_costs_usd: 2
              no_regression: {baseline: production}
            """
        let found = #expect(throws: EvaluationFaults.self) { try gate(text) }
        #expect(
            found?.faults.map(\.description)
                == [
                    "a.eval.yaml:1: error: prompt names a prompt without a selector; `--selector` chooses the version",
                    "a.eval.yaml:2: error: unknown key 'datset'; did you mean 'dataset'?",
                    "a.eval.yaml:3: error: repeat must be a whole number from 1 to 1000",
                    "a.eval.yaml:4: error: default_assert[0]: there is no assertion 'is-jsn'; did you mean 'is-json'?",
                    "a.eval.yaml:6: error: pass_rate must be a share from 0 to 1, such as 0.95",
                    "a.eval.yaml:7: error: lang is no slice; write the name and value of metadata, such as lang=de",
                    "a.eval.yaml:8: error: unknown key 'max_costs_usd'; did you mean 'max_cost_usd'?",
                    "a.eval.yaml:9: error: baseline is a selector such as \"@production\" or \"@3.1.0\"",
                ])
    }

    @Test func aDatasetNamesEveryWrongLine() {
        let text = """
            {"id": "a", "vars": {"x": 1}, "metadata": {"lang": "de", "n": 3}, "weight": 2}

            {"id": "a"}
            {"vars": {}}
            {"id": "b", "asert": []}
            not json
            {"id": "c", "assert": [{"type": "nope"}]}
            """
        let found = #expect(throws: EvaluationFaults.self) { try Dataset(Array(text.utf8), file: "a.jsonl") }
        #expect(found?.faults.map(\.line) == [3, 4, 5, 6, 7])
        #expect(found?.faults.first?.message == "id 'a' is also on line 1; every case needs its own")
        #expect(throws: EvaluationFaults.self) { try Dataset([10, 10], file: "empty.jsonl") }
    }

    @Test func aDatasetIsReadInOrder() throws {
        let text =
            #"{"id": "a", "vars": {"x": 1}, "metadata": {"lang": "de", "n": 3}, "weight": 2}"# + "\n" + #"{"id": "b"}"#
        let dataset = try Dataset(Array(text.utf8), file: "a.jsonl")
        #expect(dataset.cases.map(\.id) == ["a", "b"])
        #expect(dataset.cases[0].isIn(Slice(name: "lang", value: "de")))
        #expect(dataset.cases[0].isIn(Slice(name: "n", value: "3")))
        #expect(dataset.cases[1].variables == .object([]))
    }

    @Test func aJournalGoesOnWhereItEnded() throws {
        let dataset = try Dataset(Array(#"{"id": "a"}"#.utf8), file: "a.jsonl")
        let journal = Journal(try gate("prompt: p\ndataset: a.jsonl\ngate: {pass_rate: 1}"), dataset, baseURL: nil)
        var sample = Sample(
            key: Sample.Key(role: .candidate, model: nil, caseID: "a", repetition: 1), answer: Answer(text: "hi"))
        sample.digest = "d"
        sample.answer.cost = Money(shown: "0.000001500 USD")
        sample.judging = [try #require(Money(shown: "0.5 USD"))]
        sample.checks = [
            Sample.Check(
                title: "is-json", weight: 1, passes: false, score: 0.25, reason: "no", judge: "j", verdict: true)
        ]
        var failed = sample
        failed.key.repetition = 2
        failed.error = "timeout"
        let lines = [journal.header, sample.json.serialized(), failed.json.serialized()].map { $0 + [10] }
        let torn = Array(sample.json.serialized().prefix(40))
        let found = try #require(journal.samples(in: lines.flatMap(\.self) + torn))
        #expect(found == [sample.key: sample], "errors and a torn line run again")
        #expect(Journal.wholeLines(lines.flatMap(\.self) + torn) == lines.flatMap(\.self).count)
        let same = try gate("prompt: p\ndataset: a.jsonl\ngate: {pass_rate: 1}")
        let other = try gate("prompt: p\ndataset: a.jsonl\nrepeat: 2\ngate: {pass_rate: 1}")
        #expect(Journal(other, dataset, baseURL: nil).samples(in: lines.flatMap(\.self)) == nil)
        let real = Journal(same, dataset, baseURL: "http://127.0.0.1:8080/v1")
        #expect(real.samples(in: lines.flatMap(\.self)) == nil, "simulated answers never stand for real ones")
        #expect(Journal.isJournal(real.header + [10]) && !Journal.isJournal(Array("# Notes\n".utf8)))
        #expect(journal.isUnbegun([]) && journal.isUnbegun(Array(journal.header.prefix(9))))
        #expect(!journal.isUnbegun(Array("# Notes\n".utf8)))
    }

    @Test func promptfoosTestsAreImported() throws {
        let yaml = """
            description: mails
            tests:
              - description: parcel
                vars: {message: "Where is 7731?"}
                assert:
                  - {type: contains, value: "7731"}
                  - {type: contains-any, value: "a, b"}
                  - {type: is-refusal}
                  - {type: javascript, value: "output.length > 3"}
                options: {transform: output.trim()}
            """
        let result = try DatasetImport.read(Array(yaml.utf8), file: "tests.yaml")
        let row = String(decoding: result.rows[0].serialized(), as: UTF8.self)
        #expect(
            row == #"{"id":"test-1","description":"parcel","vars":{"message":"Where is 7731?"},"#
                + #""assert":[{"type":"contains","value":"7731"},{"type":"contains-any","value":["a","b"]},{"type":"refusal"}]}"#
        )
        // The transformed answer would be another.
        #expect(result.warnings.map(\.line) == [0, 3, 3] && result.dropped == 2)
    }

    private func imported(_ text: String, _ file: String) throws -> (rows: [String], told: [String], dropped: Int) {
        let result = try DatasetImport.read(Array(text.utf8), file: file)
        let rows = result.rows.map { String(decoding: $0.serialized(), as: UTF8.self) }
        if !rows.isEmpty { _ = try Dataset(Array(rows.joined(separator: "\n").utf8), file: "made.jsonl") }
        return (rows, result.warnings.map(\.message), result.dropped)
    }

    @Test func aDefaultTestIsPartOfEachTest() throws {
        let yaml = """
            prompts: [file://p.txt]
            providers: [openai:gpt-5.2]
            defaultTest:
              vars: {tone: warm, name: Bob}
              metadata: {suite: mails}
              assert: [{type: not-icontains, value: refund}]
            tests:
              - vars: {name: Ada}
                assert: [{type: contains, value: "{{ name }}"}]
              - vars: {tone: [cold, hot]}
            """
        let found = try imported(yaml, "suite.yaml")
        #expect(
            found.rows == [
                #"{"id":"test-1","vars":{"name":"Ada","tone":"warm"},"assert":[{"type":"contains","value":"Ada"},"#
                    + #"{"type":"not-icontains","value":"refund"}],"metadata":{"suite":"mails"}}"#,
                #"{"id":"test-2-1","vars":{"tone":"cold","name":"Bob"},"assert":[{"type":"not-icontains","value":"refund"}],"metadata":{"suite":"mails"}}"#,
                #"{"id":"test-2-2","vars":{"tone":"hot","name":"Bob"},"assert":[{"type":"not-icontains","value":"refund"}],"metadata":{"suite":"mails"}}"#,
            ])
        #expect(found.dropped == 0 && found.told.count == 1 && found.told[0].contains("'prompts', 'providers'"))
    }

    /// Each would make a dataset that asks for less, or for something else, than its source.
    @Test(arguments: [
        ("tests: [file://more.yaml, {vars: {a: b}}]", "test 1 'file://more.yaml' is no test by itself"),
        ("scenarios: [{config: []}]\ntests: [{vars: {a: b}}]", "'scenarios' has no counterpart"),
        ("defaultTest: file://d.yaml\ntests: [{vars: {a: b}}]", "'defaultTest' has no counterpart"),
        ("tests: [{vars: file://v.yaml}]", "'vars' is no mapping"),
        ("tests: [{vars: {a: \"file://a.txt\"}}]", "the variable 'a' is the content of a file"),
        ("tests: [{vars: {a: \"{{b}}\"}}]", "the variable 'a' has a template in it"),
        ("tests: [{vars: {a: b}, assert: {type: is-json}}]", "'assert' is no list"),
        ("tests: [{vars: {a: b}, assert: [{type: equals, value: \"{{c}}\"}]}]", "'{{c}}' in what it asks"),
        ("tests: [{vars: {a: b}, assert: [{type: equals, value: \"file://x.txt\"}]}]", "in another file"),
        ("tests: [{vars: {a: b}, assert: [{type: llm-rubric, value: kind}]}]", "there is no assertion 'llm-rubric'"),
        ("tests: [{vars: {a: b}, options: {prefix: Be kind}}]", "the option 'prefix'"),
        ("tests: [{vars: {a: b}, threshold: 0}]", "a threshold of 0 would let any answer pass"),
        ("tests: [{vars: {a: b}, assertScoringFunction: f}]", "'assertScoringFunction' has no counterpart"),
    ])
    func nothingOfASuiteIsLostSilently(yaml: String, word: String) throws {
        let found = try imported(yaml, "suite.yaml")
        #expect(found.told.contains { $0.contains(word) } && found.dropped == 1, "\(found)")
    }

    @Test func otherFormsOfASuite() throws {
        let lines =
            #"{"vars":{"x":5},"assert":[{"type":"contains","value":8}]}"# + "\n\n" + #"{"vars":{"x":"\u00e9"}}"# + "\n"
        #expect(
            try imported(lines, "tests.jsonl").rows == [
                #"{"id":"test-1","vars":{"x":5},"assert":[{"type":"contains","value":"8"}]}"#,
                #"{"id":"test-2","vars":{"x":"é"}}"#,
            ])
        #expect(try imported(#"[{"vars":{"x":"a"}}]"#, "tests.json").rows.count == 1)
        let list = "tests: [{vars: {x: [a, b]}, options: {disableVarExpansion: true}}]"
        #expect(try imported(list, "tests.yaml").rows == [#"{"id":"test-1","vars":{"x":["a","b"]}}"#])
        let set =
            "tests: [{vars: {x: a}, assert: [{type: assert-set, assert: [{type: is-json}, {type: not-refusal}]}]}]"
        #expect(try imported(set, "tests.yaml").rows[0].contains(#"[{"type":"is-json"},{"type":"not-refusal"}]"#))
        let reference = """
            tests: [{vars: {x: a}, assert: [{$ref: "#/assertionTemplates/kind"}, {$ref: "#/assertionTemplates/gone"}]}]
            assertionTemplates: {kind: {type: icontains, value: please}}
            """
        let referred = try imported(reference, "tests.yaml")
        #expect(
            referred.rows[0].contains(#""assert":[{"type":"icontains","value":"please"}]"#) && referred.dropped == 1)
        let shape = #"tests: [{vars: {x: a}, assert: [{type: is-json, value: '{"type": "object"}'}]}]"#
        #expect(try imported(shape, "tests.yaml").rows[0].contains(#"{"type":"is-json","value":{"type":"object"}}"#))
        #expect(throws: EvaluationFaults.self) { try imported("tests: file://tests.csv", "tests.yaml") }
    }

    @Test(arguments: [
        (#""Rome, Italy","Po""#, #"["Rome, Italy","Po"]"#), (#"Po , "Rome, Italy" "#, #"["Po","Rome, Italy"]"#),
        (#""say ""hi"", please", b"#, #"["say \"hi\", please","b"]"#),
        (##"5" pipe, "6"" , x""##, #"["5\" pipe","6\" , x"]"#),
        (#"a, , b,"#, #"["a","b"]"#), (#""a \"b\", c""#, #"["a \"b\", c"]"#),
    ])
    func listsInQuotesKeepTheirCommas(text: String, list: String) throws {
        let test: JSONValue = .object([
            JSONMember(
                "assert",
                .array([.object([JSONMember("type", .string("contains-any")), JSONMember("value", .string(text))])]))
        ])
        let rows = try imported(String(decoding: test.serialized(), as: UTF8.self), "tests.jsonl")
        #expect(rows.rows[0].contains(#""value":\#(list)"#) && rows.dropped == 0, "\(rows.rows)")
        let csv = "q,__expected\nx,\"contains-any: \(text.replacing("\"", with: "\"\""))\"\n"
        #expect(try imported(csv, "tests.csv").rows[0].contains(#""value":\#(list)"#))
    }

    @Test(arguments: [#""Rome, Italy, Po"#, #""Rome" Italy, Po"#])
    func aListWhoseQuotesDoNotFitIsNamed(text: String) throws {
        let found = try imported("q,__expected\nx,\"contains-all: \(text.replacing("\"", with: "\"\""))\"\n", "t.csv")
        #expect(found.dropped == 1 && found.told.count == 1 && !found.rows[0].contains("Rome"))
    }

    @Test func specialColumnsOfACSV() throws {
        let head = "q,__expected1,__expected2,__metric,__threshold,__config:__expected2:threshold,__metadata:tags[]\n"
        let found = try imported(
            head + #"a,contains-any: x|y,levenshtein: abc,tone,0.5,3,"de, a\,b""# + "\n", "cases.csv")
        #expect(
            found.rows == [
                #"{"id":"row-1","threshold":0.5,"vars":{"q":"a"},"assert":[{"type":"contains-any","value":["x|y"],"metric":"tone"},"#
                    + #"{"type":"levenshtein","value":"abc","threshold":3,"metric":"tone"}],"metadata":{"tags":["de","a,b"]}}"#
            ])
        #expect(found.dropped == 0)
        let dataset = try Dataset(Array(found.rows[0].utf8), file: "d")
        #expect(dataset.cases[0].isIn(Slice(name: "tags", value: "a,b")))
    }

    /// As in promptfoo's own example.
    @Test func aThresholdWhereItMeansNothingLosesNoAssertion() throws {
        let csv =
            "topic,__expected1,__expected2,__config:__expected:threshold,__threshold\nx,contains: y,llm-rubric:about {{topic}},0.9,0\n"
        let found = try imported(csv, "cases.csv")
        #expect(found.rows == [#"{"id":"row-1","vars":{"topic":"x"},"assert":[{"type":"contains","value":"y"}]}"#])
        #expect(found.dropped == 2 && found.told.count == 2)
        #expect(throws: EvaluationFaults.self) { try Dataset(Array(#"{"id": "a", "threshold": 0}"#.utf8), file: "d") }
    }

    @Test(arguments: [
        ("q,__expected\na,grade: is kind\n", "there is no assertion 'grade'"),
        ("q,__expected\na,javascript: output.length < 10\n", "there is no assertion 'javascript'"),
        ("q,__expected\na,file://check.py\n", "in another file"),
        ("q,__prefix\na,Be kind\n", "'__prefix' has no counterpart"),
        ("q,__threshold\na,high\n", "__threshold 'high' is no number"),
        ("q,__config:__expected:provider\na,x\n", "has no counterpart"),
    ])
    func nothingOfACSVIsLostSilently(csv: String, word: String) throws {
        let found = try imported(csv, "cases.csv")
        #expect(found.told.contains { $0.contains(word) } && found.dropped == 1, "\(found)")
    }

    @Test(arguments: [
        ("q,__expected\n\"a,b\nc,d\n", "never closed"), ("q;__expected\na;b\n", "separated by commas"),
        ("q,q\na,b\n", "two columns 'q'"), ("", "is empty"),
    ])
    func aBrokenCSVIsRefused(csv: String, word: String) {
        let found = #expect(throws: EvaluationFaults.self) { try imported(csv, "cases.csv") }
        #expect(found?.description.contains(word) == true)
        #expect(throws: EvaluationFaults.self) { try DatasetImport.read([0x71, 0x0A, 0xE9, 0x0A], file: "latin.csv") }
    }

    @Test func aCellOfColonsIsAText() throws {
        let result = try DatasetImport.read(Array("a,__expected\nx,:\n".utf8), file: "cases.csv")
        #expect(result.rows[0]["assert"]?.arrayValue?.first?["value"] == .string(":"))
    }

    @Test func whatNoAnswerCouldFailIsFound() throws {
        #expect(throws: EvaluationFaults.self) { try gate("prompt: p\ndataset: a.jsonl\ngate: {max_errors: 0.5}") }
        let text =
            #"{"id": "a", "assert": [{"type": "is-json"}]}"# + "\n"
            + #"{"id": "b", "assert": [{"type": "render-contains", "value": "x"}]}"#
        let dataset = try Dataset(Array(text.utf8), file: "a.jsonl")
        #expect(try gate("prompt: p\ndataset: a.jsonl\ngate: {pass_rate: 1}").uncheckedCase(of: dataset)?.line == 2)
        let defaults = "default_assert: [{type: not-refusal}]"
        #expect(
            try gate("prompt: p\ndataset: a.jsonl\n\(defaults)\ngate: {pass_rate: 1}").uncheckedCase(of: dataset) == nil
        )
    }

    @Test func csvIsImported() throws {
        let csv =
            "message,__expected,__expected2,__metadata:lang\r\n\"Hi, \"\"you\"\"\",icontains: bob,not-refusal,en\nBye,Bye!,is-json,de\n"
        let result = try DatasetImport.read(Array(csv.utf8), file: "cases.csv")
        let rows = result.rows.map { String(decoding: $0.serialized(), as: UTF8.self) }
        #expect(
            rows == [
                #"{"id":"row-1","vars":{"message":"Hi, \"you\""},"assert":[{"type":"icontains","value":"bob"},{"type":"not-refusal"}],"metadata":{"lang":"en"}}"#,
                #"{"id":"row-2","vars":{"message":"Bye"},"assert":[{"type":"equals","value":"Bye!"},{"type":"is-json"}],"metadata":{"lang":"de"}}"#,
            ])
        let dataset = try Dataset(Array(rows.joined(separator: "\n").utf8), file: "cases.jsonl")
        #expect(dataset.cases.count == 2)
        #expect(throws: EvaluationFaults.self) { try DatasetImport.read(Array("a,b\n1\n".utf8), file: "x.csv") }
    }

    @Test func whatWasImportedIsADataset() throws {
        let yaml = """
            defaultTest: {id: all, weight: 0, description: 7}
            tests:
              - {id: 7, vars: {x: a}}
              - {id: 7, vars: {x: b}}
              - {id: 7.5, vars: {x: [c, d]}}
              - {vars: {x: e}}
              - {vars: {x: f}}
              - {id: [1], vars: {x: g}}
              - {id: "", vars: {x: h}, weight: 2, description: [long]}
            """
        let found = try imported(yaml, "suite.yaml")
        let dataset = try Dataset(Array(found.rows.joined(separator: "\n").utf8), file: "made.jsonl")
        #expect(
            dataset.cases.map(\.id) == ["7", "7 (2)", "7.5-1", "7.5-2", "all", "all (2)", "test-6", "test-7"])
        #expect(dataset.cases.map(\.description) == [String?](repeating: "7", count: 7) + [nil])
        #expect(dataset.cases.map(\.weight) == [1, 1, 1, 1, 1, 1, 1, 2])
        #expect(found.told.contains("the id '7' is that of another test too; this case is called '7 (2)'"))
        #expect(found.told.contains("the id is no text of at most 180 bytes; the case is called 'test-6'"))
        let long = #"{"id":""# + String(repeating: "x", count: 201) + #"","vars":{"x":"a"}}"#
        #expect(try imported(long, "tests.jsonl").rows == [#"{"id":"test-1","vars":{"x":"a"}}"#])
        let csv = "q,id,__metadata:tag,__metadata:tag[]\na,first,x,y\nb,first,x,y\n"
        let sheet = try imported(csv, "cases.csv")
        #expect(sheet.rows[1] == #"{"id":"first (2)","vars":{"q":"b"},"metadata":{"tag":"x"}}"#)
        #expect(sheet.told.contains("the metadata 'tag' is there twice; the second is left out"))
    }

    /// A run would refuse the case.
    @Test(arguments: ["5", "1.01", "-0.5", "\"0.5\"", "true", "[1]"])
    func aThresholdThatNoRunTakesIsNamed(value: String) throws {
        let found = try imported("tests: [{vars: {x: a}, threshold: \(value)}]", "suite.yaml")
        #expect(found.rows == [#"{"id":"test-1","vars":{"x":"a"}}"#] && found.dropped == 1)
        #expect(
            found.told == ["the threshold is no share above 0, and at most 1; it is left out: all assertions must pass"]
        )
    }

    @Test func labelsOfACalibration() throws {
        let text = #"{"id": "a", "answer": "x", "pass": true}"# + "\n" + #"{"id": "a", "answer": "x"}"#
        let found = #expect(throws: EvaluationFaults.self) { try CalibrationRow.read(Array(text.utf8), file: "l") }
        #expect(found?.faults.map(\.description) == ["l:2: error: pass is missing: true or false, as people said"])
    }
}
