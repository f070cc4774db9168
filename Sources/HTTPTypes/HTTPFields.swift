/// The fields of a head, in order, kept as the bytes `name: value\r\n…` with an index.
///
/// One piece of memory for a whole head: a parsed head is looked at without making strings of fields that nobody asks
/// for, and a head that was built is ready to be sent.
package struct HTTPFields: Sendable {
    private struct Entry {
        var name: Range<UInt32>
        var value: Range<UInt32>
    }

    /// For a head that was built with ``append(_:_:)``: its lines, each with its CRLF.
    package private(set) var bytes: [UInt8]
    private var entries: [Entry] = []

    package init() {
        bytes = []
    }

    /// Makes room for a head that is about to be built, so that it does not grow field by field.
    package init(reserving count: Int) {
        bytes = []
        bytes.reserveCapacity(count)
        entries.reserveCapacity(16)
    }

    /// Takes over bytes that a parser has found to be well formed; it adds what it finds with ``appendEntry(name:value:)``.
    package init(parsed bytes: [UInt8]) {
        self.bytes = bytes
        entries.reserveCapacity(16)
    }

    package var count: Int { entries.count }

    /// Takes over the bytes that entries were added for. Ranges that lie outside of them are an error of the caller's.
    package mutating func adopt(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Adds a field of a parsed head. The ranges count in ``bytes``.
    package mutating func appendEntry(name: Range<Int>, value: Range<Int>) {
        entries.append(
            Entry(
                name: UInt32(name.lowerBound)..<UInt32(name.upperBound),
                value: UInt32(value.lowerBound)..<UInt32(value.upperBound)))
    }

    /// Adds a field to a head that is being built.
    ///
    /// Bytes that could end the line (CR, LF, NUL) are replaced by spaces: nothing that came from outside can make a
    /// second field.
    package mutating func append(_ name: StaticString, _ value: String) {
        let start = bytes.count
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        appendValue(value, nameStart: start)
    }

    package mutating func append(named name: String, _ value: String) {
        let start = bytes.count
        appendHarmless(name)
        appendValue(value, nameStart: start)
    }

    private mutating func appendValue(_ value: String, nameStart: Int) {
        let nameEnd = bytes.count
        bytes.append(UInt8(ascii: ":"))
        bytes.append(UInt8(ascii: " "))
        let valueStart = bytes.count
        appendHarmless(value)
        appendEntry(name: nameStart..<nameEnd, value: valueStart..<bytes.count)
        bytes.append(13)
        bytes.append(10)
    }

    private mutating func appendHarmless(_ text: String) {
        var text = text
        text.withUTF8 { new in
            // A copy in one piece, and a look at each byte that hardly ever changes one.
            let start = bytes.count
            bytes.append(contentsOf: new)
            guard new.contains(where: HTTPFields.isHarmful) else { return }
            for index in start..<bytes.count where HTTPFields.isHarmful(bytes[index]) { bytes[index] = 32 }
        }
    }

    private static func isHarmful(_ byte: UInt8) -> Bool {
        byte == 13 || byte == 10 || byte == 0
    }

    // MARK: Looking up

    /// The first value of the field, or nil. `name` in lower case; fields match whatever their case.
    package subscript(_ name: StaticString) -> String? {
        firstIndex(of: name).map { string(entries[$0].value) }
    }

    /// The bytes of the first value, in ``bytes``; for what is compared and not kept.
    package func range(of name: StaticString) -> Range<Int>? {
        firstIndex(of: name).map { Int(entries[$0].value.lowerBound)..<Int(entries[$0].value.upperBound) }
    }

    /// The first value of a field whose name is known only at run time, in lower case; slow.
    package func value(named name: String) -> String? {
        all.first { $0.name.lowercased() == name }?.value
    }

    /// All values of the field, in order.
    package func values(of name: StaticString) -> [String] {
        entries.indices.filter { matches(entries[$0].name, name) }.map { string(entries[$0].value) }
    }

    /// How many fields have this name.
    package func count(of name: StaticString) -> Int {
        var count = 0
        for entry in entries where matches(entry.name, name) { count += 1 }
        return count
    }

    /// All fields as strings; slow.
    package var all: [(name: String, value: String)] {
        entries.map { (string($0.name), string($0.value)) }
    }

    private func firstIndex(of name: StaticString) -> Int? {
        for index in entries.indices where matches(entries[index].name, name) { return index }
        return nil
    }

    /// Compares without regard to ASCII case. `name` must be in lower case.
    private func matches(_ range: Range<UInt32>, _ name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { expected in
            var index = Int(range.lowerBound)
            for wanted in expected {
                let byte = bytes[index]
                guard (65...90).contains(byte) ? byte | 0x20 == wanted : byte == wanted else { return false }
                index += 1
            }
            return true
        }
    }

    private func string(_ range: Range<UInt32>) -> String {
        String(decoding: bytes[Int(range.lowerBound)..<Int(range.upperBound)], as: UTF8.self)
    }
}
