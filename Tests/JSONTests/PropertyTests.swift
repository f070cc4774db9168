import JSON
import Testing

@Suite struct PropertyTests {
    @Test func whatIsWrittenComesBackEqual() throws {
        var random = FixedRandom(state: 1)
        for _ in 0..<1500 {
            let value = RandomJSON.value(depth: 4, &random)
            let text = value.serialized()
            #expect(try JSONValue(parsing: text) == value)
            #expect(ReferenceReader.read(text) == value)
            #expect(try JSONValue(parsing: Array(RandomJSON.written(value, &random).utf8)) == value)
        }
    }

    @Test func agreesWithAPlainReaderOnBrokenDocuments() {
        var random = FixedRandom(state: 2)
        var accepted = 0
        for _ in 0..<6000 {
            let value = RandomJSON.value(depth: 3, &random)
            let text = RandomJSON.mutated(Array(RandomJSON.written(value, &random).utf8), &random)
            let expected = ReferenceReader.read(text)
            let found = try? JSONValue(parsing: text)
            if found != expected { Issue.record("\(String(decoding: text, as: UTF8.self)) \(text)") }
            if found != nil { accepted += 1 }
        }
        #expect((600...5400).contains(accepted))  // both verdicts are tried
    }

    @Test func everyPrefixAndEverySingleByteChangeGetsAVerdict() {
        let text = Array(#"{"a":[1,-2.5e+3,"\u00e9\ud83d\ude00é😀"],"b":{"c":null,"d":true},"\n":false} "#.utf8)
        for length in 0..<text.count - 1 {
            #expect((try? JSONDocument(Array(text[..<length]))) == nil)
        }
        for place in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[place] = byte
                #expect((try? JSONValue(parsing: changed)) == ReferenceReader.read(changed))
            }
        }
    }

    @Test func anErrorPointsIntoTheDocument() {
        var random = FixedRandom(state: 3)
        for _ in 0..<2000 {
            let value = RandomJSON.value(depth: 3, &random)
            let text = RandomJSON.mutated(Array(RandomJSON.written(value, &random).utf8), &random)
            do throws(JSONError) { _ = try JSONDocument(text) } catch {
                #expect((0...text.count).contains(error.offset))
            }
        }
    }

    @Test func lengthsAndComparisonsAgreeWithTheStrings() throws {
        var random = FixedRandom(state: 4)
        for _ in 0..<2000 {
            let text = RandomJSON.string(&random)
            let document = try JSONDocument(
                Array(RandomJSON.written(.object([JSONMember(text, .string(text))]), &random).utf8))
            let value = try #require(document.member(named: text, of: document.root))
            #expect(document.stringByteCount(value) == text.utf8.count)
            #expect(document.member(named: text + "b", of: document.root) == nil)
            #expect(document.member(named: "b" + text, of: document.root) == nil)
        }
    }

    @Test func editsDoToBytesWhatTheyDoToTrees() throws {
        var random = FixedRandom(state: 5)
        let names: [StaticString] = ["a", "bb", "new", "other"]
        for _ in 0..<2000 {
            let members = names.prefix(Int.random(in: 0...3, using: &random)).shuffled(using: &random).map {
                JSONMember($0.description, RandomJSON.value(depth: 1, &random))
            }
            let document = try JSONDocument(Array(RandomJSON.written(.object(members), &random).utf8))
            var expected = members
            var edits = JSONEdits()
            for name in names.shuffled(using: &random) {
                let place = expected.firstIndex { $0.name == name.description }
                switch Int.random(in: 0..<3, using: &random) {
                case 0:
                    let value = RandomJSON.value(depth: 1, &random)
                    edits.set(name, to: value.serialized(), in: document.root, of: document)
                    if let place {
                        expected[place].value = value
                    } else {
                        expected.append(JSONMember(name.description, value))
                    }
                case 1:
                    edits.remove(name, from: document.root, of: document)
                    if let place { expected.remove(at: place) }
                default: break
                }
            }
            #expect(try JSONValue(parsing: edits.applied(to: document)) == .object(expected))
        }
    }
}
