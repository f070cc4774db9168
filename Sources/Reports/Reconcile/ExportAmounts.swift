import Inference

/// Reads amounts as programs and people write them: `1.2E-05`, `0,041`, `$1,234.50`, `1.234,50 €`, `(12.00)`.
///
/// `1,234` has two readings. What the column has beside it decides; else the caller's setting does, and a table whose
/// cells are parted by semicolons has decimal commas. Where nothing decides, the amount is refused.
struct ExportAmounts {
    private let told: VendorDecimal?
    private let usual: VendorDecimal?
    private var learned: Set<VendorDecimal> = []

    /// - Parameters:
    ///   - decimal: what the caller has said.
    ///   - usual: what holds for an amount with a comma that has two readings.
    init(decimal: VendorDecimal? = nil, usual: VendorDecimal? = nil) {
        told = decimal
        self.usual = usual
    }

    /// Looks at an amount to learn how the file writes them.
    mutating func learn(_ text: String) {
        guard let parts = Parts(text), let mark = parts.evidence else { return }
        learned.insert(mark)
    }

    /// Whether both marks were seen where only a decimal mark can stand.
    var isContradictory: Bool { told == nil && learned.count == 2 }

    /// The number, and the currency that is written beside it; nil for what is no amount, or has two readings.
    func read(_ text: String) -> (number: ExactDecimal, currency: Currency?)? {
        guard let parts = Parts(text) else { return nil }
        let known = told ?? (learned.count == 1 ? learned.first : nil)
        guard let mark = known ?? parts.evidence ?? (parts.hasComma ? usual : .point),
            let number = parts.number(mark)
        else { return nil }
        return (number, parts.currency)
    }

    /// A count, such as of tokens: `10,000` and `10.000` are ten thousand.
    func count(_ text: String) -> Int64? {
        guard let parts = Parts(text) else { return nil }
        let number = parts.evidence == nil ? parts.grouped : parts.evidence.flatMap(parts.number)
        return (number ?? read(text)?.number)?.whole
    }

    /// An amount taken apart: its sign, its digits with all marks, and its currency.
    private struct Parts {
        private(set) var currency: Currency?
        private var isNegative = false
        /// Digits, `.`, `,` and an exponent; groups parted by spaces or apostrophes are joined.
        private var digits = ""
        private var exponent = ""

        private static let symbols: [(String, String)] = [
            ("US$", "USD"), ("$", "USD"), ("€", "EUR"), ("£", "GBP"), ("¥", "JPY"), ("₹", "INR"), ("₩", "KRW"),
        ]

        init?(_ text: String) {
            var text = text.filter { !"\u{A0}\u{2007}\u{2009}\u{202F} \t'’".contains($0) }
            if text.hasPrefix("("), text.hasSuffix(")") {
                isNegative = true
                text = String(text.dropFirst().dropLast())
            }
            takeSign(&text)
            guard takeCurrency(&text) else { return nil }
            takeSign(&text)
            if let mark = text.firstIndex(where: { $0 == "e" || $0 == "E" }) {
                exponent = String(text[mark...])
                text = String(text[..<mark])
            }
            digits = text
            let isPlain = digits.utf8.allSatisfy { (48...57).contains($0) || $0 == 44 || $0 == 46 }
            guard isPlain, digits.utf8.contains(where: { (48...57).contains($0) }) else { return nil }
        }

        private mutating func takeSign(_ text: inout String) {
            if let first = text.first, "-−".contains(first) {
                isNegative = !isNegative
                text.removeFirst()
            } else if text.first == "+" {
                text.removeFirst()
            } else if text.last == "-", text.count > 1 {
                isNegative = !isNegative
                text.removeLast()
            }
        }

        /// Returns false for letters that are no currency.
        private mutating func takeCurrency(_ text: inout String) -> Bool {
            for (symbol, code) in Parts.symbols where text.hasPrefix(symbol) || text.hasSuffix(symbol) {
                currency = Currency(code)
                text = String(text.hasPrefix(symbol) ? text.dropFirst(symbol.count) : text.dropLast(symbol.count))
                return true
            }
            for (code, rest) in [(text.prefix(3), text.dropFirst(3)), (text.suffix(3), text.dropLast(3))]
            where code.utf8.count == 3 && code.utf8.allSatisfy({ (65...90).contains($0) }) && !rest.isEmpty {
                guard let named = Currency(String(code)) else { return false }
                (currency, text) = (named, String(rest))
                return true
            }
            return true
        }

        var hasComma: Bool { digits.contains(",") }

        /// Which mark is the decimal one, as far as this amount alone says.
        var evidence: VendorDecimal? {
            let (points, commas) = (digits.filter { $0 == "." }.count, digits.filter { $0 == "," }.count)
            if points > 0, commas > 0 {
                guard let lastPoint = digits.lastIndex(of: "."), let lastComma = digits.lastIndex(of: ",") else {
                    return nil
                }
                return lastPoint > lastComma ? .point : .comma
            }
            if points > 1 { return .comma }
            if commas > 1 { return .point }
            guard let mark = digits.firstIndex(where: { $0 == "." || $0 == "," }) else { return nil }
            let (head, tail) = (digits[..<mark], digits[digits.index(after: mark)...])
            let canGroup = tail.count == 3 && (1...3).contains(head.count) && head.first != "0" && exponent.isEmpty
            if canGroup { return nil }
            return digits[mark] == "." ? .point : .comma
        }

        /// The number with `mark` before its fraction; nil when the other mark does not part groups of three.
        func number(_ mark: VendorDecimal) -> ExactDecimal? {
            let (decimal, group): (Character, Character) = mark == .point ? (".", ",") : (",", ".")
            let pieces = digits.split(separator: decimal, omittingEmptySubsequences: false)
            guard pieces.count <= 2, !(pieces.count == 2 && pieces[1].contains(group)) else { return nil }
            let groups = pieces[0].split(separator: group, omittingEmptySubsequences: false)
            guard
                groups.count == 1
                    || ((1...3).contains(groups[0].count) && groups.dropFirst().allSatisfy { $0.count == 3 })
            else { return nil }
            let fraction = pieces.count == 2 ? "." + pieces[1] : ""
            return ExactDecimal((isNegative ? "-" : "") + groups.joined() + fraction + exponent)
        }

        /// The number without any mark: of whole things.
        var grouped: ExactDecimal? {
            ExactDecimal((isNegative ? "-" : "") + digits.filter { $0 != "." && $0 != "," } + exponent)
        }
    }
}

/// What stands before the fraction of an amount.
package enum VendorDecimal: String, Sendable, CaseIterable {
    case point, comma
}
