import YAML

extension ReadingContext {
    /// The elements of a list; `what` completes "it must be a list of …".
    func elements(_ value: ConfigurationValue, of what: String) -> [ConfigurationValue] {
        guard case .sequence(let nodes) = value.node.value else {
            error(value, "is \(value.node.value.kind); it must be a list of \(what), such as [a, b]")
            return []
        }
        return nodes.enumerated().map { index, node in
            let path = "\(value.path)[\(index)]"
            findings.note(path, at: place(node.position))
            return ConfigurationValue(node: node, path: path)
        }
    }

    /// The texts of a list, each once.
    func strings(_ value: ConfigurationValue, of what: String) -> [(text: String, value: ConfigurationValue)] {
        var seen: Set<String> = []
        return elements(value, of: what).compactMap { element in
            guard let text = string(element) else { return nil }
            guard seen.insert(text).inserted else {
                error(element, "is named twice; once is enough")
                return nil
            }
            return (text, element)
        }
    }

    /// The members of a mapping whose names the user chooses; `what` names one, such as "provider".
    func named(_ value: ConfigurationValue, what: String) -> [(name: String, value: ConfigurationValue)] {
        guard case .mapping(let members) = value.node.value else {
            error(value, "is \(value.node.value.kind); it must be a mapping from the name of each \(what)")
            return []
        }
        return members.compactMap { member in
            let found = ConfigurationValue(node: member.node, path: "\(value.path).\(member.name)")
            findings.note(found.path, at: place(member.position))
            guard (1...128).contains(member.name.utf8.count), ASCII.consists(member.name, of: "._-/:") else {
                findings.add(
                    .error, place(member.position),
                    "\(value.path): a name of a \(what) has 1 to 128 of the characters a-z A-Z 0-9 . _ - / :")
                return nil
            }
            return (member.name, found)
        }
    }
}
