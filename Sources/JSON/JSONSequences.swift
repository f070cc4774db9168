extension JSONDocument {
    /// The members in the order of the text; none when `object` is not an object.
    package func members(of object: JSONNode) -> JSONMembers {
        JSONMembers(tape: tape, position: object.index + 1, left: kind(object) == .object ? count(of: object) : 0)
    }

    /// The elements in order; none when `array` is not an array.
    package func elements(of array: JSONNode) -> JSONElements {
        JSONElements(tape: tape, position: array.index + 1, left: kind(array) == .array ? count(of: array) : 0)
    }
}

/// The members of an object, in the order of the text.
package struct JSONMembers: Sequence, IteratorProtocol, Sendable {
    let tape: [TapeEntry]
    var position: Int
    var left: Int

    package var underestimatedCount: Int { left }

    package mutating func next() -> (name: JSONNode, value: JSONNode)? {
        guard left > 0 else { return nil }
        left -= 1
        let name = position
        position = Int(tape[name + 1].next)
        return (JSONNode(index: name), JSONNode(index: name + 1))
    }
}

/// The elements of an array, in order.
package struct JSONElements: Sequence, IteratorProtocol, Sendable {
    let tape: [TapeEntry]
    var position: Int
    var left: Int

    package var underestimatedCount: Int { left }

    package mutating func next() -> JSONNode? {
        guard left > 0 else { return nil }
        left -= 1
        let element = position
        position = Int(tape[element].next)
        return JSONNode(index: element)
    }
}
