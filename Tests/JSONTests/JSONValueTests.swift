import JSON
import Testing

@Suite struct JSONValueTests {
    @Test func numbersAndOrderComeOutAsTheyCameIn() throws {
        let text = #"{"z":0.10,"a":1e2,"m":[-0,12345678901234567890]}"#
        #expect(try String(decoding: JSONValue(parsing: Array(text.utf8)).serialized(), as: UTF8.self) == text)
    }

    @Test func namesAreToldApartByTheirBytes() throws {
        let value = try JSONValue(parsing: Array(#"{"\u212aey":1,"Key":2,"\u00e9":3,"e\u0301":4}"#.utf8))
        #expect(value["Key"]?.integerValue == 2)
        #expect(value["e\u{301}"]?.integerValue == 4)
        #expect(JSONValue.string("\u{212A}") != .string("K"))
    }

    @Test func accessorsAnswerForTheirKindOnly() {
        let value = JSONValue.object([
            JSONMember("s", .string("x")), JSONMember("n", .integer(7)), JSONMember("b", .bool(true)),
        ])
        #expect(value["s"]?.stringValue == "x" && value["n"]?.integerValue == 7 && value["b"]?.boolValue == true)
        #expect(value["n"]?.doubleValue == 7 && value["s"]?.integerValue == nil && value["x"] == nil)
        #expect(value.objectValue?.count == 3 && value.arrayValue == nil && JSONValue.array([])["s"] == nil)
    }
}
