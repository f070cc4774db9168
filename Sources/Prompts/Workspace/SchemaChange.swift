import JSON

/// What a new version asks of its callers, or may give them, that the old one did not.
enum SchemaChange {
    /// Returns why calls that fit `old` may not fit `new`, in a phrase; nil when they all do.
    static func breaksInput(_ old: ValueSchema, _ new: ValueSchema) -> String? {
        narrowing(from: old, to: new, "variable")
    }

    /// Returns why answers of `new` may surprise who relies on `old`, in a phrase; nil when they cannot.
    static func breaksOutput(_ old: FrontMatter, _ new: FrontMatter) -> String? {
        guard old.outputSchema != nil || new.outputSchema != nil else {
            return old.wantsJSON == new.wantsJSON ? nil : "output.format changes"
        }
        guard let before = old.outputSchema else { return "output.schema is new" }
        guard let after = new.outputSchema else { return "output.schema is gone" }
        guard before != after else { return nil }
        var ineffective: [String] = []
        guard let before = try? ValueSchema(before, ineffective: &ineffective),
            let after = try? ValueSchema(after, ineffective: &ineffective)
        else {
            return "output.schema changes, and has words whose meaning cannot be compared"
        }
        return missing(from: after, in: before, "output") ?? narrowing(from: after, to: before.opened, "output")
    }

    /// What `new` no longer has for sure.
    private static func missing(from new: ValueSchema, in old: ValueSchema, _ path: String) -> String? {
        for property in old.properties {
            let place = "\(path).\(property.name)"
            guard let other = new.property(property.name) else { return "'\(place)' is gone" }
            if property.isRequired, !other.isRequired { return "'\(place)' may be missing" }
            if let found = missing(from: other.schema, in: property.schema, place) { return found }
        }
        if let before = old.items.first, let after = new.items.first {
            return missing(from: after, in: before, path + "[]")
        }
        return nil
    }

    /// Why a value that fits `wide` need not fit `narrow`.
    private static func narrowing(from wide: ValueSchema, to narrow: ValueSchema, _ path: String) -> String? {
        let lost = wide.kinds.expanded.subtracting(narrow.kinds.expanded)
        guard lost.isEmpty else { return "'\(path)' may be \(lost.description), which does not fit" }
        if let choices = narrow.choices {
            guard let given = wide.choices else { return "'\(path)' may be other than the listed values" }
            if let value = given.first(where: { !choices.contains($0) }) {
                return "'\(path)' may be \(String(decoding: value.serialized(), as: UTF8.self)), which is not listed"
            }
        }
        if let bound = boundLost(wide, narrow) { return "'\(path)' \(bound)" }
        return propertyLost(wide, narrow, path) ?? itemLost(wide, narrow, path)
    }

    private static func boundLost(_ wide: ValueSchema, _ narrow: ValueSchema) -> String? {
        if let least = narrow.minimum, (wide.minimum ?? -.infinity) < least { return "has a higher minimum" }
        if let most = narrow.maximum, (wide.maximum ?? .infinity) > most { return "has a lower maximum" }
        guard let lengths = narrow.lengths else { return nil }
        let given = wide.lengths ?? 0...Int.max
        return given.lowerBound < lengths.lowerBound || given.upperBound > lengths.upperBound
            ? "has a narrower range of lengths" : nil
    }

    private static func propertyLost(_ wide: ValueSchema, _ narrow: ValueSchema, _ path: String) -> String? {
        guard narrow.kinds.contains(.object) else { return nil }
        for property in narrow.properties where property.isRequired {
            let given = wide.property(property.name)
            if given?.isRequired != true { return "\(name(path, property.name)) must be given" }
        }
        for property in wide.properties {
            if let other = narrow.property(property.name) {
                let place = path == "variable" ? property.name : "\(path).\(property.name)"
                if let found = narrowing(from: property.schema, to: other.schema, place) { return found }
            } else if narrow.others.isEmpty, !narrow.isOpen {
                return "\(name(path, property.name)) is not declared any more"
            }
        }
        return wide.others.isEmpty || narrow.isOpen ? nil : "'\(path)' takes no other names any more"
    }

    private static func itemLost(_ wide: ValueSchema, _ narrow: ValueSchema, _ path: String) -> String? {
        guard let item = narrow.items.first else { return nil }
        return narrowing(from: wide.items.first ?? .anything, to: item, path + "[]")
    }

    private static func name(_ path: String, _ property: String) -> String {
        path == "variable" ? "variable '\(property)'" : "'\(path).\(property)'"
    }
}

extension ValueSchema.Kinds {
    /// Every integer is a number.
    fileprivate var expanded: ValueSchema.Kinds {
        contains(.number) ? union(.integer) : self
    }
}

extension ValueSchema {
    /// The same with more properties let through: a reader of answers passes over what it does not know.
    fileprivate var opened: ValueSchema {
        var schema = self
        if kinds.contains(.object) { schema.others = [.anything] }
        schema.properties = properties.map { property in
            Property(name: property.name, schema: property.schema.opened, isRequired: property.isRequired)
        }
        schema.items = items.map(\.opened)
        return schema
    }
}
