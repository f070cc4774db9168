import Gateway

/// What a misspelt word was probably meant to be.
enum Guess {
    /// `; did you mean 'costs'?`, or nothing. A word that begins a candidate counts as near.
    static func text(for word: String, among candidates: [String]) -> String {
        let near = Suggestion.nearest(to: word, among: candidates)
        let begun = word.utf8.count >= 2 ? candidates.first { $0.hasPrefix(word) } : nil
        return (near ?? begun).map { "; did you mean '\($0)'?" } ?? ""
    }
}
