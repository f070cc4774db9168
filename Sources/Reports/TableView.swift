/// Where a table is looked at.
package struct TableView: Sendable {
    /// Columns of the terminal; nil when there is none, and all is shown.
    package var width: Int?
    /// Whether shares and states may have colours.
    package var usesColour: Bool

    package init(width: Int? = nil, usesColour: Bool = false) {
        self.width = width
        self.usesColour = usesColour
    }

    /// A pipe or a file.
    package static let plain = TableView()
}

/// Colours of a terminal that say how something stands.
package enum TableColour: String, Sendable {
    case red = "31"
    case green = "32"
    case yellow = "33"

    func paint(_ text: String) -> String { "\u{1B}[\(rawValue)m\(text)\u{1B}[m" }

    /// Of a share such as `92.6 %` or `████ 92.6 %`: red from all on, yellow from four fifths on.
    package static func ofShare(_ cell: String) -> TableColour? {
        guard cell.hasSuffix("%") else { return nil }
        let figure = cell.dropLast().split(separator: " ").last ?? ""
        guard let percent = Int(figure.prefix { $0 != "." }.filter { $0 != "," }) else { return nil }
        return percent >= 100 ? .red : percent >= 80 ? .yellow : .green
    }

    /// Of a state: what holds is green, what has ended or was cut yellow, what went wrong red.
    package static func ofState(_ cell: String) -> TableColour? {
        switch cell {
        case "valid", "completed", "posted", "yes": .green
        case "expired", "truncated", "cancelled", "presumed", "unpriced": .yellow
        case "revoked", "failed", "refused", "differs": .red
        default: cell.hasPrefix("not yet") ? .yellow : nil
        }
    }
}
