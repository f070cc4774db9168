import YAML

/// Each function reads one kind of value; what does not fit is reported, and nil comes back.
extension ReadingContext {
    /// A text with its variables put in. Missing variables are errors here.
    func text(_ value: ConfigurationValue) -> VariableExpander.Expanded? {
        switch expanded(value) {
        case .success(let text): return text
        case .failure(.missing(let reason)):
            error(value, "\(reason); set it, or give a default: ${NAME:-default}")
        case .failure(.malformed(let reason)): error(value, reason)
        case nil: break
        }
        return nil
    }

    /// A text that is not empty.
    func string(_ value: ConfigurationValue) -> String? {
        guard let text = text(value) else { return nil }
        guard !text.value.isEmpty else {
            error(value, "is empty")
            return nil
        }
        return text.value
    }

    /// Returns nil after reporting a value that is no text.
    func expanded(_ value: ConfigurationValue) -> Result<VariableExpander.Expanded, VariableExpander.Failure>? {
        guard case .string(let raw) = value.node.value else {
            error(
                value,
                "is \(value.node.value.kind); it must be a text\(ReadingContext.isNumber(value) ? ", in quotes" : "")")
            return nil
        }
        do {
            return .success(try expander.expand(raw))
        } catch {
            return .failure(error)
        }
    }

    private static func isNumber(_ value: ConfigurationValue) -> Bool {
        switch value.node.value {
        case .integer, .decimal, .bool: true
        case .null, .string, .sequence, .mapping: false
        }
    }

    /// `true` or `false`, also from a variable.
    func bool(_ value: ConfigurationValue) -> Bool? {
        if case .bool(let flag) = value.node.value { return flag }
        if isVariable(value) {
            guard let text = text(value) else { return nil }
            if let flag = Bool(text.value) { return flag }
        }
        error(value, "must be true or false")
        return nil
    }

    /// A whole number of `range`, also from a variable.
    func integer(_ value: ConfigurationValue, in range: ClosedRange<Int64>) -> Int64? {
        var number: Int64?
        if case .integer(let written) = value.node.value { number = written }
        if isVariable(value) {
            guard let text = text(value) else { return nil }
            number = Int64(text.value)
        }
        guard let number, range.contains(number) else {
            error(value, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// One word of a fixed set; `aliases` are words of other systems, with what is meant here.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ value: ConfigurationValue, of _: Choice.Type, aliases: [String: String] = [:]
    ) -> Choice? {
        guard let text = text(value) else { return nil }
        if let choice = Choice(rawValue: text.value) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        let hint = aliases[text.value] ?? Suggestion.nearest(to: text.value, among: words)
        let remedy = hint.map { "did you mean '\($0)'?" } ?? "it must be one of \(words.joined(separator: ", "))"
        error(value, "'\(text.raw)' is unknown; \(remedy)")
        return nil
    }

    /// A path, relative to the folder of the file that names it.
    func path(_ value: ConfigurationValue) -> String? {
        guard let text = string(value) else { return nil }
        guard !text.utf8.contains(0) else {
            error(value, "holds a NUL byte; it must be a path")
            return nil
        }
        return Paths.resolve(text, in: folder)
    }

    /// Whether a variable stands in place of a number or a boolean.
    private func isVariable(_ value: ConfigurationValue) -> Bool {
        guard case .string(let raw) = value.node.value else { return false }
        return raw.contains("${")
    }
}
