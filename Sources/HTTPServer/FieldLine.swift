/// One line of a head: `name: value` (RFC 9112 §5), without its CRLF.
struct FieldLine {
    var name: Range<Int>
    /// Without the blanks around it.
    var value: Range<Int>

    init(_ line: Bytes) throws(HTTPFailure) {
        guard let first = line.first, !ByteClass.isBlank(first) else {
            throw HTTPFailure(.malformed, "a field's line must not begin with a blank: folded lines are not taken")
        }
        var colon = 0
        while colon < line.count, ByteClass.isToken(line[colon]) { colon += 1 }
        guard colon > 0, colon < line.count, line[colon] == UInt8(ascii: ":") else {
            throw HTTPFailure(.malformed, "a field must be 'name: value', its name a token without blanks")
        }
        for byte in line[(colon + 1)...] where !ByteClass.isFieldValue(byte) {
            throw HTTPFailure(.malformed, "a field's value must not hold control characters, nor a bare CR")
        }
        name = 0..<colon
        value = line.trimmed(colon + 1..<line.count)
    }
}
