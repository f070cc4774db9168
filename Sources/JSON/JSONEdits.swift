/// Edits to a document's bytes, applied in one copy; bytes that no edit names stay as they are.
///
/// Members are set and removed by name, in any order: the last word on a name stands, and commas come out right. An edit
/// inside a member that is removed, or inside bytes that are replaced, vanishes with them; of two replacements of the
/// same bytes the later stands.
package struct JSONEdits {
    struct Replacement {
        let range: Range<Int>
        let bytes: [UInt8]
    }

    struct MemberEdit {
        let object: JSONNode
        let name: StaticString
        /// The member's present value, if there is one.
        let value: JSONNode?
        /// The new value, or nil to remove the member.
        let json: [UInt8]?

        func hasSameName(as other: MemberEdit) -> Bool {
            value == other.value && (value != nil || name.hasSameBytes(as: other.name))
        }
    }

    private var replacements: [Replacement] = []
    private var memberEdits: [MemberEdit] = []

    package init() {}

    /// Whether no edit was made that could change a byte.
    package var isEmpty: Bool { replacements.isEmpty && memberEdits.isEmpty }

    /// Puts `bytes` in place of `range`, which must lie in the document; an empty range inserts.
    package mutating func replace(_ range: Range<Int>, with bytes: [UInt8]) {
        replacements.append(Replacement(range: range, bytes: bytes))
    }

    /// Replaces the value of the member called `name`, or adds the member at the object's end.
    ///
    /// Does nothing when `object` is not an object. `json` must be one JSON value; it is not checked.
    package mutating func set(
        _ name: StaticString, to json: [UInt8], in object: JSONNode, of document: JSONDocument
    ) {
        record(name, json, object, document)
    }

    /// Removes the member called `name`, with its comma; does nothing when there is none.
    package mutating func remove(_ name: StaticString, from object: JSONNode, of document: JSONDocument) {
        record(name, nil, object, document)
    }

    private mutating func record(
        _ name: StaticString, _ json: [UInt8]?, _ object: JSONNode, _ document: JSONDocument
    ) {
        guard document.kind(object) == .object else { return }
        let value = document.member(name, of: object)
        // Removing what is not there matters only after a set of the same name.
        guard value != nil || json != nil || !memberEdits.isEmpty else { return }
        let edit = MemberEdit(object: object, name: name, value: value, json: json)
        // The last word on a name stands, in the place of the last word.
        memberEdits.removeAll { $0.object == object && $0.hasSameName(as: edit) }
        memberEdits.append(edit)
    }

    /// The document's bytes with all edits.
    package func applied(to document: JSONDocument) -> [UInt8] {
        var all: [Replacement] = []
        all.reserveCapacity(memberEdits.count + replacements.count + 1)
        appendMemberReplacements(in: document, to: &all)
        all.append(contentsOf: replacements)
        let order = Self.order(of: all)
        var output: [UInt8] = []
        output.reserveCapacity(all.reduce(document.bytes.count) { $0 + $1.bytes.count })
        var copied = 0
        for index in order where all[index].range.lowerBound >= copied {
            let edit = all[index]
            output.append(contentsOf: document.bytes[copied..<edit.range.lowerBound])
            output.append(contentsOf: edit.bytes)
            copied = edit.range.upperBound
        }
        output.append(contentsOf: document.bytes[copied...])
        return output
    }

    /// By place; at the same place insertions first, in their order, then the longest range, the latest first.
    private static func order(of edits: [Replacement]) -> [Int] {
        edits.indices.sorted { first, second in
            let (a, b) = (edits[first].range, edits[second].range)
            if a.lowerBound != b.lowerBound { return a.lowerBound < b.lowerBound }
            if a.isEmpty || b.isEmpty { return a.isEmpty && (!b.isEmpty || first < second) }
            return a.count != b.count ? a.count > b.count : first > second
        }
    }

    /// Object by object; within an object in the order of the calls.
    private func appendMemberReplacements(in document: JSONDocument, to result: inout [Replacement]) {
        guard let first = memberEdits.first?.object else { return }
        if memberEdits.allSatisfy({ $0.object == first }) {
            return ObjectEdits(memberEdits, first, document).append(to: &result)
        }
        let order = memberEdits.indices.sorted {
            (memberEdits[$0].object.index, $0) < (memberEdits[$1].object.index, $1)
        }
        var rest = order[...]
        while let object = rest.first.map({ memberEdits[$0].object }) {
            let edits = rest.prefix { memberEdits[$0].object == object }
            rest = rest.dropFirst(edits.count)
            ObjectEdits(edits.map { memberEdits[$0] }, object, document).append(to: &result)
        }
    }
}

extension StaticString {
    func hasSameBytes(as other: StaticString) -> Bool {
        withUTF8Buffer { left in other.withUTF8Buffer { left.elementsEqual($0) } }
    }
}
