/// `N.N.N`: three numbers never read as a YAML number.
enum PromptVersion {
    static func isValid(_ text: String) -> Bool {
        parts(text) != nil
    }

    /// The three numbers, or nil when `text` is no version. No number has leading zeros.
    static func parts(_ text: String) -> [Int]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        let numbers = parts.compactMap { part in
            part.utf8.allSatisfy(Ascii.isDigit) && (part == "0" || part.first != "0") ? Int(part) : nil
        }
        return numbers.count == 3 ? numbers : nil
    }
}
