import JSON
import Testing

@Suite struct StrictnessTests {
    private func refusal(_ text: String, limits: JSONLimits = JSONLimits()) -> JSONError? {
        refusal(Array(text.utf8), limits: limits)
    }

    private func refusal(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) -> JSONError? {
        do throws(JSONError) {
            _ = try JSONDocument(bytes, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test func everyTwoAndThreeByteSequenceIsJudgedAsTheStandardLibraryDoes() {
        var wrong: [[UInt8]] = []
        for first in UInt8(0x80)...0xFF {
            for second in [0x20, 0x7F] + Array(UInt8(0x80)...0xC1) + [0xFF] {
                for rest in [[], [0x80], [0xBF], [0x80, 0x80], [0xBF, 0xBF], [0x80, 0xC0]] as [[UInt8]] {
                    let sequence = [first, second] + rest
                    let valid = String(validating: sequence, as: UTF8.self) != nil
                    let inMiddle = refusal([0x22] + sequence + Array(#"and more text"#.utf8) + [0x22]) == nil
                    let atEnd = refusal([0x22] + sequence + [0x22]) == nil
                    if inMiddle != valid || atEnd != valid { wrong.append(sequence) }
                }
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test func aBadByteIsFoundAtEveryPlaceOfALongString() {
        for bad: UInt8 in [0x00, 0x1F, 0x0A, 0x80, 0xC0, 0xFF] {
            for place in 1...100 {
                var bytes = [0x22] + [UInt8](repeating: 0x61, count: 100) + [0x22]
                bytes[place] = bad
                #expect(refusal(bytes)?.offset == place)
            }
        }
    }

    @Test func aStringEndsAtItsFirstQuoteWhereverThatIs() throws {
        for length in 0...100 {
            let text = String(repeating: "é", count: length % 3) + String(repeating: "a", count: length)
            let document = try JSONDocument(Array("[\"\(text)\",\"\(text)\"]".utf8))
            #expect(document.elements(of: document.root).map { document.string($0) } == [text, text])
        }
    }

    @Test func depth64IsFineAnd65IsNot() {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        }
        #expect(refusal(nested(64, "[", "]")) == nil)
        #expect(refusal(nested(64, #"{"a":"#, "}")) == nil)
        #expect(
            refusal(nested(65, "[", "]"))
                == JSONError(reason: "the document is nested deeper than 64 levels", offset: 64))
        #expect(refusal(nested(65, #"{"a":"#, "}"))?.offset == 320)
        #expect(refusal("[" + nested(64, "[", "]") + "]")?.offset == 64)
        #expect(refusal("[" + Array(repeating: "[[]]", count: 100).joined(separator: ",") + "]") == nil)
    }

    @Test func noLimitLetsATreeGetDeeperThan512() throws {
        var limits = JSONLimits()
        limits.maxDepth = .max
        let deepest = String(repeating: #"{"a":["#, count: 256) + String(repeating: "]}", count: 256)
        let tree = try JSONValue(parsing: Array(deepest.utf8), limits: limits)
        #expect(tree.serialized() == Array(deepest.utf8))
        #expect(refusal("[" + deepest + "]", limits: limits)?.reason == "the document is nested deeper than 512 levels")
    }

    @Test func limitsOnValuesAndNumbersAreExact() {
        var limits = JSONLimits()
        limits.maxValues = 4
        limits.maxNumberLength = 5
        #expect(refusal("[1,2,3]", limits: limits) == nil)
        #expect(refusal(#"{"a":1,"b":2,"c":3}"#, limits: limits) == nil)
        #expect(refusal("[1,2,3,4]", limits: limits)?.offset == 7)
        #expect(refusal("-1.25", limits: limits) == nil)
        #expect(refusal("-1.250", limits: limits) == JSONError(reason: "the number is longer than 5 bytes", offset: 0))
    }

    @Test(arguments: [
        (#"{"model":1,"model":2}"#, 11), (#"{"model":1,"mod\u0065l":2}"#, 11), (#"{"mod\u0065l":1,"model":2}"#, 16),
        (#"{"":1,"":2}"#, 6), (#"{"\/":1,"/":2}"#, 8), (#"{"😀":1,"\ud83d\ude00":2}"#, 10),
        (#"{"a":{"b":1,"c":2,"b":3}}"#, 18), (#"[{"a":1},{"a":1,"a":2}]"#, 16), (#"{"a":{"a":1},"a":2}"#, 13),
        (#"{"aaaaaaaa1":1,"aaaaaaaa2":1,"aaaaaaaa1":1}"#, 29),
    ])
    func aRepeatedNameIsRefusedAtItsSecondPlace(text: String, offset: Int) {
        #expect(refusal(text) == JSONError(reason: "the object has this member name twice", offset: offset))
    }

    @Test(arguments: [
        #"{"a":1,"A":1,"a ":1,"":1}"#, #"{"a":{"a":{"a":1}}}"#, #"[{"a":1},{"a":1}]"#, #"{"é":1,"e\u0301":2}"#,
        #"{"\u0061b":1,"a\u0062c":2}"#, #"{"12345678a":1,"12345678b":1,"a12345678":1,"b12345678":1}"#,
    ])
    func namesThatDifferAreFine(text: String) {
        #expect(refusal(text) == nil)
    }

    @Test(arguments: [2, 15, 16, 17, 18, 40, 1000])
    func aRepeatedNameIsFoundInObjectsOfAnySize(count: Int) {
        let names = (0..<count).map { "\"member\($0 * 7919 % 1009)\":\($0)" }
        #expect(refusal("{" + names.joined(separator: ",") + "}") == nil)
        for twin in Set([0, count / 2, count - 1]) {
            let repeated = names + [names[twin]]
            let offset = 1 + names.reduce(0) { $0 + $1.utf8.count + 1 }
            #expect(refusal("{" + repeated.joined(separator: ",") + "}")?.offset == offset)
        }
    }

    @Test func aRepeatedNameIsFoundWhereverTheDocumentEnds() {
        for length in 0...20 {
            let name = String(repeating: "n", count: length)
            for tail in 1...20 {
                let text = "{\"\(name)\":1,\"\(name)\":" + String(repeating: "1", count: tail) + "}"
                #expect(refusal(text)?.offset == length + 6)
            }
        }
    }

    @Test(arguments: ["x", #"\u0078"#, String(repeating: "x", count: 100)])
    func tenThousandMembersTakeNoQuadraticTime(prefix: String) throws {
        let names = (0..<10_000).map { "\"\(prefix)\($0 * 7919 % 10_007)\":0" }
        let text = Array(("{" + names.joined(separator: ",") + "}").utf8)
        let time = ContinuousClock().measure { #expect(refusal(text) == nil) }
        #expect(time < .seconds(30))  // unoptimised and on a busy machine; all pairs would take far longer
    }
}
