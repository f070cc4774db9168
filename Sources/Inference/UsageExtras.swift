/// How what is billed by the piece is written in one column: `images=3,web_search=2`, in the order of the names.
package enum UsageExtras {
    /// Returns nil for none. A name that could not be read back is left out.
    package static func text(_ extras: [String: Int64]?) -> String? {
        guard let extras, !extras.isEmpty else { return nil }
        let parts = extras.filter { isName($0.key) }.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return parts.isEmpty ? nil : parts.joined(separator: ",")
    }

    /// Reads ``text(_:)`` back; parts of another form are passed over.
    package static func read(_ text: String) -> [String: Int64]? {
        var extras: [String: Int64] = [:]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, let count = Int64(pair[1]), isName(pair[0]) else { continue }
            extras[String(pair[0])] = count
        }
        return extras.isEmpty ? nil : extras
    }

    /// One to 64 of `a`…`z`, digits and `_`.
    package static func isName(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
    }
}
