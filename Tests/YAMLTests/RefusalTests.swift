import Testing
import YAML

@Suite struct RefusalTests {
    @Test(
        arguments: [
            ("a:\tb", "E004"), ("a: b\tc", "E004"), ("\ta: b", "E004"), ("a: b # x\ty", "E004"),
            ("a: |\n  x\ty\n", "E004"),
            ("a: &x 1", "E005"), ("a: *x", "E006"), ("a: !!str 1", "E007"), ("a: !x", "E007"), ("<<: {b: 1}", "E008"),
            ("? a\n: b", "E009"), ("%YAML 1.2\n---\na: 1", "E010"), ("topP 0.8", nil), ("a: 1\ntopP 0.8", "E011"),
            ("a: b\n  c", "E012"), ("a\nb", "E012"), ("- a\n  b", "E012"), ("[a\n b]", "E012"),
            ("a: 1\nb: 2\na: 3", "E013"), ("{\"a\": 1, a: 2}", "E013"), ("a: 1\n\"\\u0061\": 2", "E013"),
            ("1: a", "E015"), ("null: a", "E015"), ("true: a", "E015"), ("1.5: a", "E015"), (": a", "E011"),
            ("[a]: b", "E015"),
            ("{[a]: b}", "E015"), ("~: a", "E015"),
            ("a: \"\\q\"", "E016"), ("a: \"\\uD83D\"", "E016"), ("a: \"\\uDE00\"", "E016"),
            ("a: \"\\U00110000\"", "E016"),
            ("a: \"\\x0g\"", "E016"), ("a: \"x", "E017"), ("a: 'x", "E017"), ("a: \"x\n  y\"", "E029"),
            ("a: 'x\n  y'", "E029"),
            ("a: [1", "E018"), ("a: {b: 1", "E018"), ("a: [1 2, \"x\" y]", "E018"), ("a: [1, , 2]", "E022"),
            ("[,]", "E022"),
            ("a:\n    b: 1\n  c: 2", "E019"), ("a: 1\n  b: 2", "E019"), ("- a\n - b", "E012"), ("  a: 1\nb: 2", "E019"),
            ("a: 9223372036854775808", "E020"), ("a: |2\n   x", "E021"), ("a: >+\n  x", "E021"), ("a: | x", "E021"),
            ("a: |-+\n  x", "E021"), ("a: @x", "E022"), ("a: `x`", "E022"), ("a: ]", "E022"), ("a: 'x' y", "E023"),
            ("a: [1] 2", "E023"), ("a: 1\n---\nb: 2", "E024"), ("a: 1\n...\n", "E024"), ("a: [1,\n---\n]", "E024"),
            ("a: b: c", "E025"), ("a: b:", "E025"), ("a: - b", "E025"), ("[a: b]", "E025"), ("{a: b: c}", "E025"),
            ("a: \u{1}", "E026"), ("a: \"\u{2028}\"", "E026"), ("a: \u{85}", "E026"), ("a: 1\rb: 2", "E026"),
            ("a: \"x\u{FEFF}\"", "E026"), ("a: 'x'#c", "E027"), ("[a,#c\n]", "E027"), ("a: [1]#c", "E027"),
            ("{a?: 1}", "E014"), ("a: [b[c]", "E014"), ("{a:1}", "E011"), ("{a}", "E011"), ("[-]", "E022"),
            ("a: |\n    \n  x\n", "E019"), ("a: 1\n- b", "E011"), ("a: [b,\nc]", "E019"), ("- {a: b,\nc: d}", "E019"),
            ("|\n# c\n", "E021"), ("a: |\n  x", "E030"), ("a: >\n  x\n   ", "E030"), ("- |+\n  ", "E030"),
            ("\u{FFFE}", "E026"), ("\u{FFFF}a: 1", "E026"), ("a: 1.0e+999", "E020"),
        ] as [(String, String?)])
    func eachHasACodeOfItsOwn(text: String, code: String?) {
        #expect(fault(of: text)?.code == code)
    }

    @Test(arguments: [
        "yes", "no", "on", "off", "y", "n", "Y", "N", "Yes", "NO", "On", "OFF", "True", "TRUE", "False", "Null", "NULL",
        "0x1F", "0o17", "0b1", "012", "08", "1_000", "1:30", "12:30:45", "2026-11-21", "2026-11-21T05:14:00Z",
        "2026-1-2 3:04:05", ".5", "5.", "1e3", "1.5e3", "1E5", "+1", "+1.5", "-.5", ".inf", "-.INF", "+.Inf", ".nan",
        "01.5",
        "-012", "1_0.5", "=", "._1", "-._1", "+_600", "-_9",
    ])
    func whatReadersReadDifferentlyMustBeQuoted(word: String) throws {
        for text in ["a: \(word)", "- \(word)", "a: [\(word)]", "{a: \(word)}", word] {
            #expect(fault(of: text)?.code == "E014", "\(text)")
        }
        let quoted = try parse("a: \"\(word)\"\nb: '\(word)'")
        #expect(text(quoted) == "{\"a\":\"\(word)\",\"b\":\"\(word)\"}")
    }

    @Test(arguments: [
        "3.1.0", "127.0.0.1:8080", "64KiB", "50.00 USD", "llama3.2:3b", "..", ".", "../prompts", "gpt-6.1-terra",
        "req_1",
        "http://127.0.0.1:1/v1", "a:b", "a#b", "-x", "10s", "2026-11", "2026-Q4", "1:99", "8080:80", "e3", "--", "1-2",
        "yes!",
        "x:y", "a'b", "a\"b", "é", "support-*", "1.2.3-rc", "0x", "0xZZ", "12h", "5%", "-.", "+x",
    ])
    func otherPlainTextIsAString(word: String) throws {
        #expect(
            text(try parse("a: \(word)")).dropFirst(5).dropLast()
                == text(try parse("'\(word.replacing("'", with: "''"))'"))[...])
    }

    @Test func invalidUTF8IsRefusedAtItsPlace() {
        for bytes in [
            [0x61, 0x3A, 0x20, 0xFF], [0x61, 0x3A, 0x20, 0xC0, 0x80], [0x61, 0x3A, 0x20, 0xED, 0xA0, 0x80],
        ] as [[UInt8]] {
            do {
                _ = try YAMLReader.parse(bytes, file: "f")
                Issue.record("accepted \(bytes)")
            } catch {
                #expect(error.code == "E001" && error.position == YAMLPosition(line: 1, column: 4))
            }
        }
    }
}
