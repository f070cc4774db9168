import Testing
import Text

@Suite struct VisibleTextTests {
    @Test(arguments: [
        ("\u{1B}[2Jx\u{7}", #"\u{1B}[2Jx\u{7}"#), ("a\u{202E}b", #"a\u{202E}b"#),
        ("a\u{2028}b\u{2029}", #"a\u{2028}b\u{2029}"#),
        ("\u{200F}\u{061C}\u{2066}\u{2069}", #"\u{200F}\u{61C}\u{2066}\u{2069}"#),
        ("a\u{200B}b\u{FEFF}", #"a\u{200B}b\u{FEFF}"#),
        ("a\u{85}b\u{9B}1m", #"a\u{85}b\u{9B}1m"#), ("\u{E0041}\u{E007F}", #"\u{E0041}\u{E007F}"#),
        ("a\tb\r\n", #"a\u{9}b\u{D}\u{A}"#),
        ("\u{AD}\u{3164}", #"\u{AD}\u{3164}"#),
    ])
    func whatATerminalWouldObeyIsEscaped(text: String, shown: String) {
        #expect(VisibleText.of(text) == shown)
    }

    @Test(arguments: ["", "plain", "Grüße, Жанна", "家族 👨‍👩‍👧", "क्‍ष", "می‌خواهم", "שלום", "e\u{301}", "\u{A0}x"])
    func everythingElseStays(text: String) {
        #expect(VisibleText.of(text) == text)
    }

    @Test func tabsMayStay() {
        #expect(VisibleText.of("a\tb\u{1B}", keepsTabs: true) == "a\tb\\u{1B}")
    }
}
