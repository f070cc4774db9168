import JSON

/// Why a value does not fit, and where: `path` is a JSON pointer below the value. Names places, never values.
struct Mismatch: Error, Equatable {
    enum Kind { case missing, unknown, invalid }

    var kind: Kind
    var path: [String]
    var message: String

    /// `a/0/b`, with JSON pointer's escapes (RFC 6901 §3).
    var pointer: String {
        path.map { segment in
            segment.reduce(into: "") { $0 += $1 == "~" ? "~0" : $1 == "/" ? "~1" : String($1) }
        }.joined(separator: "/")
    }
}

extension ValueSchema {
    /// Returns the first place where `value` does not fit. The depth is bounded by the schema's.
    func mismatch(_ value: JSONValue, at path: [String] = []) -> Mismatch? {
        guard fits(value) else {
            return Mismatch(kind: .invalid, path: path, message: "must be \(kinds.description)")
        }
        if let choices, !choices.contains(where: { Optional($0).isSame(as: value) }) {
            let names = choices.map { $0.text(indent: 0) }.joined(separator: ", ")
            return Mismatch(kind: .invalid, path: path, message: "must be one of \(names)")
        }
        switch value {
        case .object(let members): return mismatch(members, at: path)
        case .array(let elements): return mismatch(elements, at: path)
        case .string(let text): return lengthMismatch(text.unicodeScalars.count, "characters", path)
        case .number: return boundsMismatch(value.doubleValue ?? 0, path)
        case .null, .bool: return nil
        }
    }

    private func fits(_ value: JSONValue) -> Bool {
        switch value {
        case .null: kinds.contains(.null)
        case .bool: kinds.contains(.boolean)
        case .number(let text):
            kinds.contains(.number) || (kinds.contains(.integer) && Double(text).map { $0 == $0.rounded() } ?? false)
        case .string: kinds.contains(.string)
        case .array: kinds.contains(.array)
        case .object: kinds.contains(.object)
        }
    }

    private func mismatch(_ members: [JSONMember], at path: [String]) -> Mismatch? {
        // A misspelt name is the better news than that the right one is missing.
        if others.isEmpty, kinds != .any || !properties.isEmpty {
            for member in members where property(member.name) == nil {
                let hint = Suggestion.text(for: member.name, among: properties.map(\.name))
                return Mismatch(kind: .unknown, path: path + [member.name], message: "is not declared" + hint)
            }
        }
        for property in properties where property.isRequired && !members.contains(where: { $0.name == property.name }) {
            return Mismatch(kind: .missing, path: path + [property.name], message: "is missing")
        }
        for member in members {
            guard let schema = property(member.name)?.schema ?? others.first else { continue }
            if let found = schema.mismatch(member.value, at: path + [member.name]) { return found }
        }
        return nil
    }

    private func mismatch(_ elements: [JSONValue], at path: [String]) -> Mismatch? {
        if let found = lengthMismatch(elements.count, "items", path) { return found }
        guard let item = items.first else { return nil }
        for (index, element) in elements.enumerated() {
            if let found = item.mismatch(element, at: path + [String(index)]) { return found }
        }
        return nil
    }

    private func lengthMismatch(_ count: Int, _ what: String, _ path: [String]) -> Mismatch? {
        guard let lengths, !lengths.contains(count) else { return nil }
        let range =
            lengths.upperBound == .max
            ? "at least \(lengths.lowerBound)" : "\(lengths.lowerBound) to \(lengths.upperBound)"
        return Mismatch(kind: .invalid, path: path, message: "must have \(range) \(what)")
    }

    private func boundsMismatch(_ number: Double, _ path: [String]) -> Mismatch? {
        if let minimum, number < minimum {
            return Mismatch(kind: .invalid, path: path, message: "must be at least \(Self.shown(minimum))")
        }
        if let maximum, number > maximum {
            return Mismatch(kind: .invalid, path: path, message: "must be at most \(Self.shown(maximum))")
        }
        return nil
    }

    /// `1`, and not `1.0`.
    private static func shown(_ bound: Double) -> String {
        Int64(exactly: bound).map(String.init) ?? String(bound)
    }
}
