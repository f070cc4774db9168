/// The rules for names of prompts and partials.
enum PromptName {
    /// Parts of letters, digits, `-` and `_` that begin with a letter or digit, with `/` between them.
    ///
    /// Neither `..` nor an absolute path can be written.
    static func isValid(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 200
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(isValidPart)
    }

    static func isValidPart(_ part: some StringProtocol) -> Bool {
        guard let first = part.utf8.first, isAlphanumeric(first) else { return false }
        return part.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
