/// What shall happen to the members of one object: at most one edit of each name.
struct ObjectEdits {
    private let edits: [JSONEdits.MemberEdit]
    private let object: JSONNode
    private let document: JSONDocument

    init(_ edits: [JSONEdits.MemberEdit], _ object: JSONNode, _ document: JSONDocument) {
        self.edits = edits
        self.object = object
        self.document = document
    }

    /// Appends the replacements of bytes that do it.
    func append(to replacements: inout [JSONEdits.Replacement]) {
        var removed = 0
        var added = JSONWriter(capacity: 0)
        for edit in edits {
            switch (edit.value, edit.json) {
            case (let value?, let json?):
                replacements.append(JSONEdits.Replacement(range: document.range(value), bytes: json))
            case (nil, let json?):
                added.name(edit.name)
                added.raw(json)
            case (.some, nil): removed += 1
            case (nil, nil): break
            }
        }
        if removed > 0 { appendRemovals(to: &replacements) }
        guard !added.bytes.isEmpty else { return }
        let end = lastValue.map { document.range($0).upperBound } ?? document.range(object).lowerBound + 1
        let comma = document.count(of: object) > removed ? [Byte.comma] : []
        replacements.append(JSONEdits.Replacement(range: end..<end, bytes: comma + added.bytes))
    }

    private var lastValue: JSONNode? { document.members(of: object).reduce(nil) { $1.value } }

    private func isRemoved(_ value: JSONNode) -> Bool { edits.contains { $0.value == value && $0.json == nil } }

    /// A run of removed members takes the comma before it along, or the one after it when no member is left before it.
    private func appendRemovals(to replacements: inout [JSONEdits.Replacement]) {
        let members = document.members(of: object).map { (name: $0.name, value: $0.value, gone: isRemoved($0.value)) }
        var first = 0
        while first < members.count {
            guard members[first].gone else {
                first += 1
                continue
            }
            let end = members[first...].firstIndex { !$0.gone } ?? members.count
            let until =
                first == 0 && end < members.count
                ? document.range(members[end].name).lowerBound : document.range(members[end - 1].value).upperBound
            let from =
                first > 0
                ? document.range(members[first - 1].value).upperBound : document.range(members[0].name).lowerBound
            replacements.append(JSONEdits.Replacement(range: from..<until, bytes: []))
            first = end
        }
    }
}
