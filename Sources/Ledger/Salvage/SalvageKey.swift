import CSQLite

/// A place in a table's order: its rowid, a request's id or a name.
enum SalvageKey: Hashable {
    case integer(Int64)
    case bytes([UInt8])
    case text(String)

    /// The key's declared type, as SQLite writes it.
    enum Kind: String { case integer = "INTEGER", bytes = "BLOB", text = "TEXT" }

    /// Before all keys of a kind.
    static func first(_ kind: Kind) -> SalvageKey {
        switch kind {
        case .integer: .integer(.min)
        case .bytes: .bytes([])
        case .text: .text("")
        }
    }

    /// Behind all keys of a kind. To SQLite all bytes come behind all texts.
    static func last(_ kind: Kind) -> SalvageKey {
        switch kind {
        case .integer: .integer(.max)
        case .bytes: .bytes([UInt8](repeating: 0xFF, count: 17))
        case .text: .bytes([])
        }
    }

    init(_ row: Statement, _ column: Int32, _ kind: Kind) {
        switch kind {
        case .integer: self = .integer(row.integer(column))
        case .bytes: self = .bytes(row.bytes(column))
        case .text: self = .text(row.text(column))
        }
    }

    func bind(to statement: Statement, _ index: Int32) {
        switch self {
        case .integer(let value): statement.bind(index, value)
        case .bytes(let value): statement.bind(index, value)
        case .text(let value): statement.bind(index, value)
        }
    }

    /// Returns a key about half way to `other`; nil when there is none, and between names.
    func middle(to other: SalvageKey) -> SalvageKey? {
        switch (self, other) {
        case (.integer(let low), .integer(let high)):
            let middle = Int64((Int128(low) + Int128(high)) >> 1)
            return middle > low && middle < high ? .integer(middle) : nil
        case (.bytes(let low), .bytes(let high)):
            // The first half of a request's id is its time, and enough to part rows by.
            let (low, high) = (SalvageKey.number(low), SalvageKey.number(high))
            guard high > low, high - low > 1 else { return nil }
            let middle = low + (high - low) / 2
            return .bytes(withUnsafeBytes(of: middle.bigEndian) { Array($0) })
        default: return nil
        }
    }

    private static func number(_ bytes: [UInt8]) -> UInt64 {
        (0..<8).reduce(0) { $0 << 8 | UInt64($1 < bytes.count ? bytes[$1] : 0) }
    }
}
