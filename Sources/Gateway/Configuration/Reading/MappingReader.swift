import YAML

/// The members of one mapping, by key. Unknown and unbuilt keys are reported when it is made.
struct MappingReader<Key: ConfigurationKey> {
    let context: ReadingContext
    let value: ConfigurationValue
    private let members: [Key: YAMLMember]

    /// Reports and returns nil when the value is no mapping.
    init?(_ value: ConfigurationValue, in context: ReadingContext) {
        guard case .mapping(let all) = value.node.value else {
            context.error(value, "is \(value.node.value.kind); it must be a mapping of \(Self.keyList)")
            return nil
        }
        self.context = context
        self.value = value
        var known: [Key: YAMLMember] = [:]
        for member in all {
            guard let key = Key(rawValue: member.name) else {
                let hint = Suggestion.text(for: member.name, among: Key.allCases.map(\.rawValue))
                let remedy = hint.isEmpty ? "; known are \(Self.keyList)" : hint
                Self.report(member, in: value, "unknown key '\(member.name)'\(remedy)", context)
                continue
            }
            let path = value.path.isEmpty ? member.name : "\(value.path).\(member.name)"
            context.findings.note(path, at: context.place(member.node.position))
            if Key.unbuilt.contains(key) {
                Self.report(member, in: value, "'\(member.name)' is not in this version; leave it out", context)
            } else {
                known[key] = member
            }
        }
        members = known
    }

    private static var keyList: String { Key.allCases.map(\.rawValue).joined(separator: ", ") }

    private static func report(
        _ member: YAMLMember, in value: ConfigurationValue, _ message: String, _ context: ReadingContext
    ) {
        let prefix = value.path.isEmpty ? "" : "\(value.path): "
        context.findings.add(.error, context.place(member.position), prefix + message)
    }

    /// The name of a member, such as `limits.max_head`.
    func path(_ key: Key) -> String { value.path.isEmpty ? key.rawValue : "\(value.path).\(key.rawValue)" }

    /// The member's value, or nil when it is absent. One without a value counts as absent.
    func optional(_ key: Key) -> ConfigurationValue? {
        guard let member = members[key], member.node.value != .null else { return nil }
        return ConfigurationValue(node: member.node, path: path(key))
    }

    /// The member's value, for one that says something by itself: an empty one is reported.
    func scalar(_ key: Key) -> ConfigurationValue? {
        guard let member = members[key] else { return nil }
        let found = ConfigurationValue(node: member.node, path: path(key))
        guard member.node.value != .null else {
            context.findings.add(
                .error, context.place(member.position), "\(found.path): has no value; give one or leave the key out")
            return nil
        }
        return found
    }

    /// The member's value; reported when absent, with `example` as what would be right.
    func required(_ key: Key, example: String) -> ConfigurationValue? {
        if members[key] != nil { return scalar(key) }
        let prefix = value.path.isEmpty ? "" : "\(value.path): "
        context.findings.add(
            .error, context.place(value.node.position), "\(prefix)'\(key.rawValue)' is missing, such as \(example)")
        return nil
    }

    /// Where a member's value stands; the mapping's own place when it is absent.
    func place(_ key: Key) -> SourcePlace { context.place(members[key]?.node.position ?? value.node.position) }

    func has(_ key: Key) -> Bool { members[key] != nil }

    /// A mapping inside this one.
    func mapping<Inner: ConfigurationKey>(_ key: Key, _: Inner.Type) -> MappingReader<Inner>? {
        optional(key).flatMap { MappingReader<Inner>($0, in: context) }
    }
}
