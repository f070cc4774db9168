import Testing

@testable import Evaluation

@Suite struct TextPatternTests {
    @Test(arguments: [
        ("abc", "xabcx", "xabx"), ("^abc$", "abc", "abcd"), ("a.c", "abc", "a\nc"), ("(?s)a.c", "a\nc", "ac"),
        ("(?m)^b$", "a\nb\nc", "abc"), ("(?i)straße", "STRAßE", "strase"), ("(?i)[a-f]+1", "XCAFE1", "XYZ1"),
        ("a|bc|", "", "\u{0}"), ("^(a|bc)+$", "abca", "abcb"), ("^(?:ab){2,3}$", "ababab", "abababab"),
        ("^a{2}$", "aa", "aaa"), ("^a{2,}$", "aaaaa", "a"), ("^ab?c*$", "ac", "abb"), ("^a+?$", "aa", ""),
        (#"\bcat\b"#, "a cat.", "concat"), (#"^\w+\s\d\D\S$"#, "wörter 1ab", "no 12b"), ("[^a-z]", "A", "a"),
        ("[]x]", "]", "y"), ("[a-]", "-", "b"), (#"[\d.]+€"#, "12.50€", "€"), (#"\{\}"#, "{}", "[]"),
        ("^(?<year>[0-9]{4})-(?P<m>[0-9]{2})$", "2026-11", "2026-1"), ("^()*$", "", "a"), (#"\\"#, "\\", "/"),
    ])
    func findsAndDoesNotFind(pattern: String, good: String, bad: String) throws {
        let found = try TextPattern(pattern)
        #expect(found.isFound(in: good))
        if pattern != "a|bc|" { #expect(!found.isFound(in: bad)) }
    }

    @Test(arguments: [
        "(", ")", "[a", "*", "a{", "a{2", "a{3,2}", #"(a)\1"#, "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "a++", "\\",
        #"\q"#, "[b-a]", "((a{1000}){1000})",
    ])
    func refuses(pattern: String) {
        #expect(throws: TextPatternError.self) { try TextPattern(pattern) }
    }

    @Test func noPatternExplodes() throws {
        // Backtracking needs two to the power of the length here.
        let text = String(repeating: "a", count: 5_000) + "!"
        let clock = ContinuousClock()
        let pattern = try TextPattern("^(a+)+$")
        let time = clock.measure { #expect(!pattern.isFound(in: text)) }
        #expect(time < .seconds(20))
    }

    @Test func manyGroupsAreRefusedBeforeTheStackEnds() {
        #expect(throws: TextPatternError.self) {
            try TextPattern(String(repeating: "(", count: 500) + String(repeating: ")", count: 500))
        }
    }
}
