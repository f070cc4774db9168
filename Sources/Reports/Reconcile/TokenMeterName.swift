/// The name of a meter of tokens in a cloud's bill, taken apart: which model, and whether tokens go in or come out.
///
/// `gpt-4o-0806-Inp-glbl Tokens`, `GPT 5.1 cd inp Gl 1M Tokens`, `Gemini 2.5 Flash GA Text Output - Predictions`,
/// `Generate content input token count gemini 2.5 flash short input text`.
struct TokenMeterName {
    /// As the bill writes it; empty where it names none.
    let model: String
    let isInput: Bool

    private static let input: Set<String> = ["inp", "input", "in", "prompt"]
    private static let output: Set<String> = ["outp", "output", "out", "opt", "completion", "response"]
    /// What stands between the model and the direction.
    private static let modifiers: Set<String> = [
        "cached", "cache", "cchd", "cd", "ccd", "caching", "batch", "flex", "priority", "prty", "pp", "standard", "std",
        "global", "glbl", "gl", "regional", "regnl", "rgnl", "data", "zone", "dz", "dzn", "dzone", "datazone", "text",
        "audio", "aud", "image", "img", "video", "thinking", "long", "short", "shortco", "longco", "ga", "ft", "read",
        "write", "hit", "tuned", "live", "txt", "for",
    ]

    /// Returns nil when the name is not of tokens that go in or come out.
    init?(_ name: String) {
        var words = name.split { " -_()/:,".contains($0) }.map { (text: $0, form: $0.lowercased()) }
        let isCounting = words.contains { $0.form == "token" || $0.form == "tokens" || $0.form == "predictions" }
        let isCaching = words.contains { $0.form == "caching" } && !words.contains { $0.form == "storage" }
        guard isCounting || isCaching, !words.contains(where: { $0.form == "storage" || $0.form == "training" }) else {
            return nil
        }
        // Google's own API says first what is counted, and then of which model.
        if let end = words.indices.dropFirst().first(where: {
            words[$0].form == "count" && words[$0 - 1].form == "token"
        }) {
            guard let isInput = TokenMeterName.direction(words[..<end]) else { return nil }
            words.removeFirst(end + 1)
            while words.first?.form == "for" { words.removeFirst() }
            self.isInput = isInput
            let last = words.firstIndex { TokenMeterName.isDirection($0.form) } ?? words.endIndex
            model = TokenMeterName.name(in: name, words[..<last])
            return
        }
        if let place = words.firstIndex(where: { TokenMeterName.isDirection($0.form) }) {
            isInput = TokenMeterName.input.contains(words[place].form)
            model = TokenMeterName.name(in: name, words[..<place])
            return
        }
        // `V4 Pro cached glbl Tokens`: what comes from a cache went in.
        guard let place = words.firstIndex(where: { ["cached", "cache", "cchd", "cd", "caching"].contains($0.form) })
        else {
            return nil
        }
        isInput = true
        model = TokenMeterName.name(in: name, words[..<place])
    }

    private static func isDirection(_ word: String) -> Bool { input.contains(word) || output.contains(word) }

    private static func direction(_ words: ArraySlice<(text: Substring, form: String)>) -> Bool? {
        words.first { isDirection($0.form) }.map { input.contains($0.form) }
    }

    /// The words of a model without what is said of the meter behind them, as the bill writes them.
    private static func name(in name: String, _ words: ArraySlice<(text: Substring, form: String)>) -> String {
        var words = words
        while let last = words.last, modifiers.contains(last.form) { words.removeLast() }
        guard let first = words.first, let last = words.last else { return "" }
        return String(name[first.text.startIndex..<last.text.endIndex])
    }
}
