import JSON
import Testing

@Suite struct JSONEditsTests {
    /// `text` after the edits that `body` makes to its root object.
    private func edited(_ text: String, _ body: (inout JSONEdits, JSONDocument) -> Void) throws -> String {
        let document = try JSONDocument(Array(text.utf8))
        var edits = JSONEdits()
        body(&edits, document)
        let result = edits.applied(to: document)
        _ = try JSONDocument(result)
        return String(decoding: result, as: UTF8.self)
    }

    @Test func settingAMemberLeavesEveryOtherByte() throws {
        let text = try edited(#" { "model" : "a" , "x":[ 1,2 ] } "#) {
            $0.set("model", to: Array(#""b""#.utf8), in: $1.root, of: $1)
        }
        #expect(text == #" { "model" : "b" , "x":[ 1,2 ] } "#)
    }

    @Test(arguments: [
        ("{}", #"{"n":1}"#), ("{ }", #"{"n":1 }"#), (#"{"a":2}"#, #"{"a":2,"n":1}"#),
        (#"{"a":2 }"#, #"{"a":2,"n":1 }"#),
        (#"{"\u006e":2}"#, #"{"\u006e":1}"#), ("[]", "[]"),
    ])
    func settingAnAbsentMemberAddsItAtTheEnd(before: String, after: String) throws {
        #expect(try edited(before) { $0.set("n", to: Array("1".utf8), in: $1.root, of: $1) } == after)
    }

    @Test(arguments: [
        (["a"], #"{ "b":2, "c":3 }"#), (["b"], #"{ "a":1, "c":3 }"#), (["c"], #"{ "a":1, "b":2 }"#),
        (["a", "b"], #"{ "c":3 }"#), (["c", "a"], #"{ "b":2 }"#), (["b", "c"], #"{ "a":1 }"#),
        (["a", "b", "c"], "{  }"), (["d"], #"{ "a":1, "b":2, "c":3 }"#), ([], #"{ "a":1, "b":2, "c":3 }"#),
    ])
    func removingMembersTakesTheirCommas(names: [String], after: String) throws {
        let text = try edited(#"{ "a":1, "b":2, "c":3 }"#) { edits, document in
            for name in names {
                switch name {
                case "a": edits.remove("a", from: document.root, of: document)
                case "b": edits.remove("b", from: document.root, of: document)
                case "c": edits.remove("c", from: document.root, of: document)
                default: edits.remove("d", from: document.root, of: document)
                }
            }
        }
        #expect(text == after)
    }

    @Test func theLastWordOnANameStands() throws {
        let text = try edited(#"{"a":1,"b":2}"#) { edits, document in
            edits.remove("a", from: document.root, of: document)
            edits.set("a", to: Array("5".utf8), in: document.root, of: document)
            edits.set("b", to: Array("6".utf8), in: document.root, of: document)
            edits.remove("b", from: document.root, of: document)
            edits.set("c", to: Array("7".utf8), in: document.root, of: document)
            edits.set("d", to: Array("8".utf8), in: document.root, of: document)
            edits.set("c", to: Array("9".utf8), in: document.root, of: document)
        }
        #expect(text == #"{"a":5,"d":8,"c":9}"#)
    }

    @Test func addingToAnObjectWhoseMembersAllGoNeedsNoComma() throws {
        let text = try edited(#"{"a":1,"b":2}"#) { edits, document in
            edits.remove("a", from: document.root, of: document)
            edits.remove("b", from: document.root, of: document)
            edits.set("c", to: Array("3".utf8), in: document.root, of: document)
        }
        #expect(text == #"{"c":3}"#)
    }

    @Test func anEditInsideARemovedMemberVanishesWithIt() throws {
        let text = try edited(#"{"a":{"x":1},"b":{"x":1}}"#) { edits, document in
            for (_, value) in document.members(of: document.root) {
                edits.set("x", to: Array("2".utf8), in: value, of: document)
                edits.set("y", to: Array("3".utf8), in: value, of: document)
            }
            edits.remove("a", from: document.root, of: document)
        }
        #expect(text == #"{"b":{"x":2,"y":3}}"#)
    }

    @Test func replacementsInsertAndOfTwoOverlappingTheLargerStands() throws {
        let text = try edited(#"{"a":[1,2,3]}"#) { edits, _ in
            edits.replace(6..<7, with: Array("7".utf8))
            edits.replace(6..<6, with: Array("0,".utf8))
            edits.replace(6..<7, with: Array("8".utf8))
            edits.replace(8..<9, with: Array("9".utf8))
            edits.replace(8..<11, with: Array("[]".utf8))
        }
        #expect(text == #"{"a":[0,8,[]]}"#)
    }

    @Test func everyObjectOfALongArrayCanBeEdited() throws {
        let count = 2000
        let text = try edited(#"{"m":[\#(Array(repeating: #"{"a":1}"#, count: count).joined(separator: ", "))]}"#) {
            edits, document in
            guard let array = document.member("m", of: document.root) else { return }
            for object in document.elements(of: array).reversed() {
                edits.set("b", to: Array("2".utf8), in: object, of: document)
                edits.remove("a", from: object, of: document)
            }
        }
        #expect(text == #"{"m":[\#(Array(repeating: #"{"b":2}"#, count: count).joined(separator: ", "))]}"#)
    }

    @Test func noEditsCopyTheDocument() throws {
        #expect(JSONEdits().isEmpty)
        #expect(try edited("[1]") { _, _ in } == "[1]")
    }
}
