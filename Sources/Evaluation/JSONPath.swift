package import JSON

/// A place in a JSON value: a pointer such as `/orders/0/id` (RFC 6901), or `$.orders[0].id`.
package struct JSONPath: Sendable, Equatable {
    package let text: String
    private let steps: [String]

    /// Returns nil for a text that is neither.
    package init?(_ text: String) {
        self.text = text
        if text.hasPrefix("$") {
            guard let steps = JSONPath.dotted(text.dropFirst()) else { return nil }
            self.steps = steps
        } else {
            guard text.isEmpty || text.hasPrefix("/") else { return nil }
            steps = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
                String($0).replacing("~1", with: "/").replacing("~0", with: "~")
            }
        }
    }

    /// The value at this place; nil when there is none.
    package func value(in root: JSONValue) -> JSONValue? {
        var value = root
        for step in steps {
            if let elements = value.arrayValue {
                guard step.utf8.allSatisfy({ (48...57).contains($0) }), let index = Int(step),
                    elements.indices.contains(index)
                else { return nil }
                value = elements[index]
            } else {
                guard let next = value[step] else { return nil }
                value = next
            }
        }
        return value
    }

    private static func dotted(_ text: Substring) -> [String]? {
        var rest = text
        var steps: [String] = []
        while let first = rest.popFirst() {
            if first == "." {
                let name = rest.prefix { $0 != "." && $0 != "[" }
                guard !name.isEmpty else { return nil }
                steps.append(String(name))
                rest = rest.dropFirst(name.count)
            } else {
                guard first == "[", let end = rest.firstIndex(of: "]") else { return nil }
                let inner = rest[..<end]
                let isQuoted =
                    inner.count >= 2 && inner.first == inner.last && (inner.first == "'" || inner.first == "\"")
                let step = isQuoted ? inner.dropFirst().dropLast() : inner
                guard isQuoted || (!step.isEmpty && step.utf8.allSatisfy { (48...57).contains($0) }) else { return nil }
                steps.append(String(step))
                rest = rest[rest.index(after: end)...]
            }
        }
        return steps
    }
}
