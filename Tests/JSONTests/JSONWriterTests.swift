import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test func putsCommasWhereTheyBelong() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("a", "x")
        writer.member("b", nil as String?)
        writer.name("c")
        writer.beginArray()
        writer.integer(Int64.min)
        writer.integer(UInt64.max)
        writer.bool(false)
        writer.beginArray()
        writer.endArray()
        writer.beginObject()
        writer.endObject()
        writer.null()
        writer.endArray()
        writer.member("d", 7)
        writer.member("e", true)
        writer.name("f" as String)
        writer.raw(Array("[1, 2]".utf8))
        writer.endObject()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"a":"x","b":null,"c":[-9223372036854775808,18446744073709551615,false,[],{},null],"d":7,"e":true,"f":[1, 2]}"#
        )
    }

    @Test func escapesWhatMustBeEscapedAndNothingElse() {
        var writer = JSONWriter()
        writer.string("\"\\/\u{8}\t\n\u{C}\r\u{0}\u{1F}\u{7F}é😀\u{2028}plain text of some length")
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == "\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u001f\u{7F}é😀\u{2028}plain text of some length\"")
    }

    @Test func everyScalarComesBackAsItWent() throws {
        for start in stride(from: UInt32(0), through: 0x10FFFF, by: 0x101) {
            guard let scalar = Unicode.Scalar(start) else { continue }
            let text = "ab" + String(Character(scalar)) + "c"
            let value = try JSONValue(parsing: JSONValue.string(text).serialized())
            #expect(value == .string(text))
        }
    }
}
