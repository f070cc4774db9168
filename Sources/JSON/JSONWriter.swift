/// Appends JSON text without white space; commas and escapes are its business.
///
/// What the caller must see to: a name before each member's value, and as many ends as begins. Values written one after
/// another outside any container are separated by commas, which makes the inside of an array.
package struct JSONWriter {
    /// The text so far.
    package private(set) var bytes: [UInt8] = []
    /// Whether a value or name that comes now follows another.
    private var needsComma = false

    package init(capacity: Int = 256) {
        bytes.reserveCapacity(max(0, capacity))
    }

    package mutating func beginObject() { begin(Byte.openBrace) }
    package mutating func endObject() { end(Byte.closeBrace) }
    package mutating func beginArray() { begin(Byte.openBracket) }
    package mutating func endArray() { end(Byte.closeBracket) }

    package mutating func name(_ text: StaticString) {
        text.withUTF8Buffer { quoted($0) }
        endName()
    }

    package mutating func name(_ text: String) {
        var text = text
        text.withUTF8 { quoted($0) }
        endName()
    }

    package mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { quoted($0) }
    }

    package mutating func string(_ text: StaticString) {
        text.withUTF8Buffer { quoted($0) }
    }

    package mutating func integer(_ value: some BinaryInteger) {
        if let small = Int64(exactly: value) { integer(small) } else { string(raw: String(value)) }
    }

    package mutating func integer(_ value: Int64) {
        separate()
        if value < 0 { bytes.append(Byte.minus) }
        appendDigits(value.magnitude)
        needsComma = true
    }

    package mutating func bool(_ value: Bool) { string(raw: value ? "true" : "false") }

    package mutating func null() { string(raw: "null") }

    /// Appends one value that is JSON already. Not checked.
    package mutating func raw(_ value: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
        needsComma = true
    }

    /// Appends one value that is JSON already. Not checked.
    package mutating func raw(_ value: [UInt8]) {
        separate()
        bytes.append(contentsOf: value)
        needsComma = true
    }

    /// Appends one value that is JSON already. Not checked.
    package mutating func raw(_ value: ArraySlice<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
        needsComma = true
    }

    private mutating func string(raw text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func quoted(_ text: UnsafeBufferPointer<UInt8>) {
        separate()
        bytes.append(Byte.quote)
        bytes.appendEscaped(text.span)
        bytes.append(Byte.quote)
        needsComma = true
    }

    private mutating func endName() {
        bytes.append(Byte.colon)
        needsComma = false
    }

    private mutating func begin(_ byte: UInt8) {
        separate()
        bytes.append(byte)
        needsComma = false
    }

    private mutating func end(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(Byte.comma) }
    }

    private mutating func appendDigits(_ value: UInt64) {
        let first = bytes.count
        var rest = value
        repeat {
            bytes.append(Byte.zero + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[first...].reverse()
    }
}
