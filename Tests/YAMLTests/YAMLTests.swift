import Testing
import YAML

@Suite struct YAMLTests {
    @Test func readsAFileAsPeopleWriteIt() throws {
        let node = try parse(
            """
            # who may call
            listen: 127.0.0.1:8080
            limits: {max_head: 64KiB, max_headers: 128}
            applications:
              support-bot:
                models: [chat-default, chat-sim]   # default: none
                budgets:
                - {window: day, limit: 50.00 USD}
                - window: month
                  alerts: [0.5, 1.0]
            note: |
              two
                lines
            empty:
            """)
        #expect(
            text(node)
                == """
                {"listen":"127.0.0.1:8080","limits":{"max_head":"64KiB","max_headers":128},\
                "applications":{"support-bot":{"models":["chat-default","chat-sim"],"budgets":\
                [{"window":"day","limit":"50.00 USD"},{"window":"month","alerts":[0.5,1.0]}]}},\
                "note":"two\\n  lines\\n","empty":null}
                """)
    }

    @Test func acceptsJSONWithItsEscapes() throws {
        let node = try parse(#"{"a":[1,-2.5e+3,true,null],"smile":"\uD83D\uDE00\/\n","deep":{"x":[]},}"#)
        #expect(text(node) == #"{"a":[1,-2.5e+3,true,null],"smile":"😀/\n","deep":{"x":[]}}"#)
    }

    @Test func aClosingBracketMayStandBelowItsKeyAndAStrippedTextMayEndTheFile() throws {
        #expect(text(try parse("a: [\n  b,\n]\nc: {\n  d: 1\n}")) == #"{"a":["b"],"c":{"d":1}}"#)
        #expect(text(try parse("a:\n  - [\n    b\n  ]\nc: |-\n  x")) == #"{"a":[["b"]],"c":"x"}"#)
        #expect(text(try parse("{\n\"a\": [\n1\n]\n}")) == #"{"a":[1]}"#)
    }

    @Test func saysWhereEachNodeStands() throws {
        let node = try YAMLReader.parse(Array("ä: [é, {x: 1}]\nb:\n  - c".utf8), file: "f", startingAt: 10)
        guard case .mapping(let members) = node.value, case .sequence(let items) = members[0].node.value,
            case .sequence(let list) = members[1].node.value, case .mapping(let inner) = items[1].value
        else { throw Unexpected() }
        #expect(members.map(\.position) == [YAMLPosition(line: 10, column: 1), YAMLPosition(line: 11, column: 1)])
        #expect(items.map(\.position) == [YAMLPosition(line: 10, column: 5), YAMLPosition(line: 10, column: 8)])
        #expect(inner[0].node.position == YAMLPosition(line: 10, column: 12))
        #expect(list[0].position == YAMLPosition(line: 12, column: 5))
    }

    @Test func pointsAtTheFault() {
        let fault = fault(of: "model: m\nconfig:\n  temperature: 0.2\n  topP 0.8\n", file: "prompts/a.prompt")
        #expect(
            fault?.description
                == #"prompts/a.prompt:4:3: error E011 expected "key: value"; did you mean "topP: 0.8"?"#)
        #expect(fault?.excerpt == "    topP 0.8\n    ^")
    }

    @Test func refusesWhatIsTooLargeOrTooDeep() {
        let nested = String(repeating: "[", count: 41) + String(repeating: "]", count: 41)
        #expect(fault(of: nested)?.code == "E003")
        #expect(fault(of: String(repeating: "[", count: 60_000))?.code == "E003")
        #expect(fault(of: String(repeating: "- ", count: 30_000))?.code == "E003")
        #expect(fault(of: String(repeating: "#", count: 65_537))?.code == "E002")
        #expect(throws: Never.self) {
            try YAMLReader.parse([UInt8](repeating: 35, count: 65_537), file: "f", limits: .large)
        }
    }

    @Test func readsALongLineInTimeThatGrowsWithItsLength() throws {
        let list = "[" + String(repeating: "1,", count: 200_000) + "]"
        let start = ContinuousClock.now
        _ = try YAMLReader.parse(Array(list.utf8), file: "f", limits: .large)
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test func noPrefixAndNoFlippedByteEndsTheProcess() {
        let sample = Array(
            "a: {\"k\": [1, 'x', \"\\uD83D\\uDE00\"], b: ~}\nc:\n- d: |+\n    t\n\n- >-\n  u\n  v\n? x\n\"q\" : 2026-1-1 3:0\n"
                .utf8)
        for end in 0...sample.count {
            _ = try? YAMLReader.parse(Array(sample[..<end]), file: "f")
            for byte in Array("\n\t :-#'\"[]{},&*!|>%@?\\\r\u{0}".utf8) + [0x80, 0xC2, 0xE2, 0xEF, 0xFF]
            where end < sample.count {
                var changed = sample
                changed[end] = byte
                _ = try? YAMLReader.parse(changed, file: "f")
                changed.insert(byte, at: end)
                _ = try? YAMLReader.parse(changed, file: "f")
            }
        }
    }
}

struct Unexpected: Error {}

func parse(_ text: String) throws -> YAMLNode { try YAMLReader.parse(Array(text.utf8), file: "f") }

func fault(of text: String, file: String = "f") -> YAMLError? {
    do {
        _ = try YAMLReader.parse(Array(text.utf8), file: file)
        return nil
    } catch {
        return error
    }
}

/// The node as JSON, with strings escaped only as far as these tests need it.
func text(_ node: YAMLNode) -> String {
    switch node.value {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .decimal(let text): text
    case .string(let string): quoted(string)
    case .sequence(let items): "[" + items.map { text($0) }.joined(separator: ",") + "]"
    case .mapping(let members):
        "{" + members.map { quoted($0.name) + ":" + text($0.node) }.joined(separator: ",") + "}"
    }
}

private func quoted(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
        switch scalar {
        case "\n": result += "\\n"
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case _
        where scalar.value < 0x20 || (0x7F...0xA0).contains(scalar.value) || (0x2028...0x2029).contains(scalar.value):
            let hex = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
