import JSON
import Testing

/// The cases of the JSON parsing test suite (github.com/nst/JSONTestSuite), by their names there: `y_` must be
/// accepted, `n_` refused, `i_` is the reader's choice.
@Suite struct JSONTestSuiteTests {
    private func accepts(_ text: [UInt8]) -> Bool { (try? JSONDocument(text)) != nil }

    @Test func acceptsWhatTheStandardDemands() {
        let refused = Self.valid.filter { !accepts(Array($0.utf8)) }
        #expect(refused.isEmpty)
    }

    @Test func refusesWhatTheStandardForbids() {
        let accepted = Self.invalid.filter { accepts(Array($0.utf8)) }
        #expect(accepted.isEmpty)
    }

    @Test func refusesBytesThatAreNotText() {
        let accepted = Self.invalidBytes.filter { accepts($0) }
        #expect(accepted.isEmpty)
    }

    @Test func refusesEndlessOpenings() {
        for opening in ["[", "{\"\":", "[{\"\":"] {
            #expect(!accepts(Array(String(repeating: opening, count: 100_000).utf8)))
        }
    }

    @Test func whereTheStandardLeavesAChoiceEveryDoubtIsRefused() {
        let accepted = Self.doubtful.filter { accepts(Array($0.utf8)) }
        #expect(accepted.isEmpty)
    }

    @Test func whereTheStandardLeavesAChoiceAnyFiniteNumberIsFine() {
        let refused = Self.inexact.filter { !accepts(Array($0.utf8)) }
        #expect(refused.isEmpty)
    }

    /// `y_`, but for the two with a repeated member name.
    static let valid = [
        "[[]   ]", #"[""]"#, "[]", #"["a"]"#, "[false]", #"[null, 1, "1", {}]"#, "[null]", "[1\n]", " [1]",
        "[1,null,null,null,2]", "[2] ", "[123e65]", "[0e+1]", "[0e1]", "[ 4]",
        "[-0.000000000000000000000000000000000000000000000000000000000001]", "[20e1]", "[-0]", "[-123]", "[-1]",
        "[1E22]", "[1E-2]", "[1E+2]", "[123e45]", "[123.456e78]", "[1e-2]", "[1e+2]", "[123]", "[123.456789]",
        #"{"asd":"sdf", "dfg":"fgh"}"#, #"{"asd":"sdf"}"#, "{}", #"{"":0}"#, #"{"foo\u0000bar": 42}"#,
        #"{ "min": -1.0e+28, "max": 1.0e+28 }"#,
        #"{"x":[{"id": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}], "id": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}"#,
        #"{"a":[]}"#,
        #"{"title":"\u041f\u043e\u043b\u0442\u043e\u0440\u0430 \u0417\u0435\u043c\u043b\u0435\u043a\u043e\u043f\u0430" }"#,
        "{\n\"a\": \"b\"\n}", #"["\u0060\u012a\u12AB"]"#, #"["\uD801\udc37"]"#, #"["\ud83d\ude39\ud83d\udc8d"]"#,
        #"["\"\\\/\b\f\n\r\t"]"#, #"["\\u0000"]"#, #"["\""]"#, #"["a/*b*/c/*d//e"]"#, #"["\\a"]"#, #"["\\n"]"#,
        #"["\u0012"]"#, #"["\uFFFF"]"#, #"["asd"]"#, #"[ "asd"]"#, #"["\uDBFF\uDFFF"]"#, #"["new\u00A0line"]"#,
        "[\"\u{10FFFF}\"]", "[\"\u{FFFF}\"]", #"["\u0000"]"#, #"["\u002c"]"#, "[\"π\"]", "[\"\u{1BFFF}\"]",
        #"["asd "]"#,
        #"" ""#, #"["\uD834\uDd1e"]"#, #"["\u0821"]"#, #"["\u0123"]"#, "[\"\u{2028}\"]", "[\"\u{2029}\"]",
        #"["\u0061\u30af\u30EA\u30b9"]"#, #"["new\u000Aline"]"#, "[\"\u{7F}\"]", #"["\uA66D"]"#, #"["\u005C"]"#,
        "[\"⍂㈴⍂\"]", #"["\u0022"]"#, #"["\uDBFF\uDFFE"]"#, #"["\uD83F\uDFFE"]"#, #"["\u200B"]"#, #"["\u2064"]"#,
        #"["\uFDD0"]"#, #"["\uFFFE"]"#, "[\"€𝄞\"]", "[\"aa\u{7F}a\"]", "false", "42", "-0.1", "null", #""asd""#, "true",
        #""""#, "[\"a\"]\n", "[true]", " [] ",
    ]

    /// `n_`.
    static let invalid = [
        "[1 true]", #"["": 1]"#, #"[""],"#, "[,1]", "[1,,2]", #"["x",,]"#, #"["x"]]"#, #"["",]"#, #"["x""#, "[x",
        "[3[4]]", "[1:2]", "[,]", "[-]", "[   , \"\"]", "[\"a\",\n4\n,1,", "[1,]", "[1,,]", "[\"\u{B}a\"\\f]", "[*]",
        #"[""#,
        "[1,", "[1,\n1\n,1", "[{}", "[fals]", "[nul]", "[tru]", "123\u{0}", "[++1234]", "[+1]", "[+Inf]", "[-01]",
        "[-1.0.]",
        "[-2.]", "[-NaN]", "[.-1]", "[.2e-3]", "[0.1.2]", "[0.3e+]", "[0.3e]", "[0.e1]", "[0E+]", "[0E]", "[0e+]",
        "[0e]",
        "[1.0e+]", "[1.0e-]", "[1.0e]", "[1 000.0]", "[1eE2]", "[2.e+3]", "[2.e-3]", "[2.e3]", "[9.e+]", "[Inf]",
        "[NaN]",
        "[１]", "[1+2]", "[0x1]", "[0x42]", "[Infinity]", "[0e+-1]", "[-123.123foo]", "[-Infinity]", "[-foo]", "[- 1]",
        "[-012]", "[-.123]", "[-1x]", "[1ea]", "[1.]", "[.123]", "[1.2a-3]", "[1.8011670033376514H-308]", "[012]",
        #"["x", truth]"#, #"{[: "x"}"#, #"{"x", null}"#, #"{"x"::"b"}"#, "{🇨🇭}", #"{"a":"a" 123}"#, "{key: 'value'}",
        #"{"b"}"#, #"{"a" b}"#, #"{:"b"}"#, #"{"a" "b"}"#, #"{"a":"#, #"{"a""#, "{1:1}", "{9999E9999:1}",
        "{null:null,null:null}",
        #"{"id":0,,,,,}"#, "{'a':0}", #"{"id":0,}"#, #"{"a":"b"}/**/"#, #"{"a":"b"}/**//"#, #"{"a":"b"}//"#,
        #"{"a":"b"}/"#,
        #"{"a":"b",,"c":"d"}"#, #"{a: "b"}"#, #"{"a":"a"#, #"{ "foo" : "bar", "a" }"#, #"{"a":"b"}#"#, " ",
        #"["\uD800\"]"#,
        #"["\uD800\u"]"#, #"["\uD800\u1"]"#, #"["\uD800\u1x"]"#, "[é]", "[\"\\\u{0}\"]", #"["\x00"]"#, #"["\\\"]"#,
        "[\"\\\t\"]", "[\"\\🌀\"]", #"["\"]"#, #"["\u00A"]"#, #"["\uD834\uDd"]"#, #"["\uD800\uD800\x"]"#, #"["\a"]"#,
        #"["\uqqqq"]"#, #"[\u0020"asd"]"#, "[\\n]", "\"", "['single quote']", "abc", "[\"\\", "[\"a\u{0}a\"]",
        "[\"new\nline\"]",
        "[\"\t\"]", #""\UA66D""#, #"""x"#, "[\u{2060}]", "\u{FEFF}", "<.>", "[<null>]", "[1]x", "[1]]", #"["asd]"#,
        "aå", "[True]", "1]", #"{"x": true,"#, "[][]", "]", "", "[", "{", "{}}", #"{"":"#, #"{"a":/*comment*/"b"}"#,
        #"{"a": true} "x""#, "['", "[,", "[{", #"["a"#, #"["a""#, "{]", "{,", "{[", #"{"a"#, "{'a'",
        #"["\{["\{["\{["\{"#, "*",
        #"{"a":"b"}#{}"#, "[\\u000A\"\"]", "[1", "[ false, nul", "[ true, fals", "[ false, tru", #"{"asd":"asd""#, "å",
        "[\u{C}]", "\u{2060}[]", "[\u{B}]", "[\n\u{A0}]", "[1\u{85}]", "nulll", "truefalse", "1 2", "00", "-", "1.e",
        "{\"a\":1 \"b\":2}",
        #"{"a":1,"b"}"#, "[1}", #"{"a":1]"#, "\\", "/", "//", "/**/1", "[1/**/]", "[1,2", "[0,-]", "tru", "t", "nu",
        "fals",
    ]

    /// `n_` cases that are no UTF-8, and more of the kind.
    static let invalidBytes: [[UInt8]] = [
        Array("[a".utf8) + [0xE5] + Array("]".utf8), Array("[".utf8) + [0xFF] + Array("]".utf8),
        Array(#"{""#.utf8) + [0xB9] + Array(#"":"0",}"#.utf8), Array("[123".utf8) + [0xE5] + Array("]".utf8),
        Array("[1e1".utf8) + [0xE5] + Array("]".utf8), Array("[0".utf8) + [0xE5] + Array("]".utf8),
        Array(#"["\u"#.utf8) + [0xE5] + Array(#""]"#.utf8), Array(#"["\"#.utf8) + [0xE5] + Array(#""]"#.utf8),
        [0xEF, 0xBB], [0xEF, 0xBB, 0xBF], [0xEF, 0xBB, 0xBF, 0x7B, 0x7D], [0xE5], [0xEF, 0xBB, 0x7B, 0x7D],
        [0xFF, 0xFE, 0x5B, 0x00, 0x5D, 0x00], [0x00, 0x5B, 0x00, 0x22, 0x00, 0xE9, 0x00, 0x22, 0x00, 0x5D],
    ]

    /// `i_` cases in which two readers could understand different things, and the two `y_` with repeated names.
    static let doubtful = [
        #"{"a":"b","a":"c"}"#, #"{"a":"b","a":"b"}"#, #"["\uDADA"]"#, #"["\uD888\u1234"]"#, #"["\uD800\n"]"#,
        #"["\uDd1ea"]"#, #"["\uD800\uD800\n"]"#, #"["\ud800"]"#, #"["\ud800abc"]"#, #"["\uDd1e\uD834"]"#,
        #"["\uDFAA"]"#,
        "[1.5e+9999]",
        "[0.4e00669999999999999999999999999999999999999999999999999999999999999999999999999999969999999006]",
        "[-1e+9999]", "[123123e100000]", "[-123123e100000]", "[1e400]", "[1e309]", "[1.7976931348623159e308]",
        "[-1e400]",
        String(repeating: "[", count: 500) + String(repeating: "]", count: 500),
    ]

    /// `i_` cases that round.
    static let inexact = [
        "[123.456e-789]", "[-123123123123123123123123123123]", "[100000000000000000000]",
        "[-237462374673276894279832749832423479823246327846]", "[1.7976931348623157e308]", "[1e-400]", "[0e999]",
    ]
}
