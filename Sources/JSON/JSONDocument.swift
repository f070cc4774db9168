/// A validated JSON text and the index of its values.
///
/// Reading is one pass and refuses whatever two readers could understand differently: syntax outside RFC 8259, bytes
/// outside UTF-8, lone surrogates, member names that repeat at any level (compared after unescaping), numbers that no
/// `Double` can hold, and what exceeds the ``JSONLimits``. Every accessor is safe for any node of the same document.
package struct JSONDocument: Sendable {
    /// The text as it came.
    package let bytes: [UInt8]
    let tape: [TapeEntry]

    package init(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        tape = try TapeBuilder(bytes.span, limits: limits).tape
        self.bytes = bytes
    }

    package var root: JSONNode { JSONNode(index: 0) }

    package func kind(_ node: JSONNode) -> JSONKind { tape[node.index].kind }

    /// The bytes of the value, a string's quotes included.
    package func range(_ node: JSONNode) -> Range<Int> { tape[node.index].range }

    /// Elements of an array or members of an object; 0 of anything else.
    package func count(of node: JSONNode) -> Int { tape[node.index].count }

    /// The value of the member called `name`; nil when there is none or `object` is not an object.
    package func member(_ name: StaticString, of object: JSONNode) -> JSONNode? {
        name.withUTF8Buffer { member($0, of: object) }
    }

    /// The value of the member called `name`; nil when there is none or `object` is not an object.
    package func member(named name: String, of object: JSONNode) -> JSONNode? {
        var name = name
        return name.withUTF8 { member($0, of: object) }
    }

    private func member(_ name: UnsafeBufferPointer<UInt8>, of object: JSONNode) -> JSONNode? {
        guard kind(object) == .object else { return nil }
        var index = object.index + 1
        for _ in 0..<count(of: object) {
            let entry = tape[index]
            // Most names differ in their length already.
            if entry.flag || entry.content.count == name.count, isString(JSONNode(index: index), name) {
                return JSONNode(index: index + 1)
            }
            index = Int(tape[index + 1].next)
        }
        return nil
    }

    func isString(_ node: JSONNode, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let entry = tape[node.index]
        return entry.kind == .string && bytes.span.matches(entry.content, escaped: entry.flag, text)
    }
}
