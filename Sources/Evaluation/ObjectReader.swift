import Analysis
import JSON

/// The members of one object. Unknown ones are refused when it is made.
struct ObjectReader {
    /// How messages call the object, such as `assert[2]`; empty for the row itself.
    let path: String
    private let members: [JSONMember]

    init(_ value: JSONValue, path: String, known: [String]) throws(Complaint) {
        guard let members = value.objectValue else {
            throw Complaint("\(path.isEmpty ? "a row" : path) must be an object of \(known.joined(separator: ", "))")
        }
        self.path = path
        self.members = members
        for member in members where !known.contains(member.name) {
            let guess = ObjectReader.guess(member.name, among: known)
            let remedy = guess.isEmpty ? "; known are \(known.joined(separator: ", "))" : guess
            throw Complaint("\(prefix)unknown key '\(member.name)'\(remedy)")
        }
    }

    /// `; did you mean 'threshold'?`, or nothing when no candidate is near.
    static func guess(_ word: String, among candidates: [String]) -> String {
        let letters = Array(word.lowercased().utf8.prefix(64))
        let near = candidates.map { ($0, TextSimilarity.levenshtein(letters, Array($0.utf8))) }.min { $0.1 < $1.1 }
        // Two swapped letters count as two edits.
        guard let near, near.1 <= max(letters.count < 4 ? 1 : 2, letters.count / 3) else { return "" }
        return "; did you mean '\(near.0)'?"
    }

    private var prefix: String { path.isEmpty ? "" : "\(path): " }

    /// The value; nil when it is absent or null.
    subscript(_ name: String) -> JSONValue? {
        members.first { $0.name == name }.flatMap { $0.value == .null ? nil : $0.value }
    }

    func complaint(_ name: String, _ message: String) -> Complaint { Complaint("\(prefix)\(name) \(message)") }

    func text(_ name: String) throws(Complaint) -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.stringValue else { throw complaint(name, "must be a text") }
        return text
    }

    func requiredText(_ name: String) throws(Complaint) -> String {
        guard let text = try text(name) else { throw complaint(name, "is missing: a text") }
        guard !text.isEmpty else { throw complaint(name, "is empty") }
        return text
    }

    /// A list of texts; one text counts as a list of one.
    func requiredTexts(_ name: String) throws(Complaint) -> [String] {
        if let text = self[name]?.stringValue { return [text] }
        let list = self[name]?.arrayValue ?? []
        let texts = list.compactMap(\.stringValue)
        guard !texts.isEmpty, texts.count == list.count else { throw complaint(name, "must be a list of texts") }
        return texts
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws(Complaint) -> Double? {
        guard let value = self[name] else { return nil }
        guard let number = value.doubleValue, range.contains(number) else {
            throw complaint(
                name, "must be a number from \(Shown.number(range.lowerBound)) to \(Shown.number(range.upperBound))")
        }
        return number
    }

    func count(_ name: String, in range: ClosedRange<Int>) throws(Complaint) -> Int? {
        guard let value = self[name] else { return nil }
        guard let number = value.integerValue.flatMap({ Int(exactly: $0) }), range.contains(number) else {
            throw complaint(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
