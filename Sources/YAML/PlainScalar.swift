/// What plain text means: the same to YAML 1.1 and 1.2 readers, or nothing at all.
enum PlainScalar: Equatable {
    case value(YAMLValue)
    /// The reason, to stand behind the text in quotes.
    case ambiguous(String)
    case mergeKey
    /// An integer outside the 64 bits, or a decimal beyond all that they can hold.
    case tooLarge

    private static let differs = "means different things to different YAML readers; quote it"

    init(_ text: String) {
        switch text {
        case "", "~", "null": self = .value(.null)
        case "true": self = .value(.bool(true))
        case "false": self = .value(.bool(false))
        case "<<": self = .mergeKey
        case "=": self = .ambiguous(Self.differs)
        default:
            if Self.words.contains(text) {
                self = .ambiguous(Self.reason(forWord: text))
            } else {
                self = Self.number(Array(text.utf8)) ?? .value(.string(text))
            }
        }
    }

    /// Words that some readers take for a boolean, a null or a number.
    private static let words: Set<String> = {
        var words: Set<String> = ["y", "Y", "n", "N"]
        for word in ["yes", "no", "on", "off", "true", "false", "null"] {
            let capital = word.prefix(1).uppercased() + word.dropFirst()
            words.formUnion([word, capital, word.uppercased()])
        }
        for word in ["inf", "Inf", "INF"] { words.formUnion([".", "-.", "+."].map { $0 + word }) }
        return words.union([".nan", ".NaN", ".NAN"])
    }()

    private static func reason(forWord word: String) -> String {
        let lower = word.lowercased()
        switch lower {
        case "true", "false", "null":
            return "means different things to different YAML readers; write \(lower), or quote it"
        case "yes", "y", "on": return differs + " for a text, or write true"
        case "no", "n", "off": return differs + " for a text, or write false"
        default: return differs
        }
    }

    private static func number(_ text: [UInt8]) -> PlainScalar? {
        var rest = NumberScanner(text)
        let negative = rest.take("-")
        let positive = !negative && rest.take("+")
        let isSigned = negative || positive
        guard rest.mayBeginNumber(isSigned: isSigned) else { return nil }

        let string = String(decoding: text, as: UTF8.self)
        if !positive, let value = plainNumber(rest, string) { return value }
        return rest.looksLikeSomeNumber ? .ambiguous(differs) : nil
    }

    /// `0|[1-9]\d*`, alone or with `.\d+([eE][+-]\d+)?`.
    private static func plainNumber(_ start: NumberScanner, _ text: String) -> PlainScalar? {
        var rest = start
        guard rest.take("0") ? !rest.isDigit : rest.takeDigits() > 0 else { return nil }
        if rest.isAtEnd { return Int64(text).map { .value(.integer($0)) } ?? .tooLarge }
        guard rest.take("."), rest.takeDigits() > 0 else { return nil }
        if !rest.isAtEnd {
            guard rest.take("e") || rest.take("E"), rest.take("+") || rest.take("-"), rest.takeDigits() > 0,
                rest.isAtEnd
            else { return nil }
        }
        return Double(text)?.isFinite == true ? .value(.decimal(text)) : .tooLarge
    }
}
