import Inference
import Testing

@Suite struct RequestIDTests {
    @Test func itsTextComesBackAsItself() {
        for _ in 0..<500 {
            let id = RequestID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
            #expect(RequestID(id.description) == id)
        }
    }

    @Test func sortsByTimeAsTextToo() {
        let ids = [0, 1, 1_763_700_000_000, 1_763_700_000_001].map {
            RequestID(milliseconds: $0, random: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
        }
        #expect(ids == ids.sorted())
        #expect(ids.map(\.description) == ids.map(\.description).sorted())
        #expect(ids.last?.milliseconds == 1_763_700_000_001)
    }

    @Test(arguments: [
        "", "req_", "req_0123456789ABCDEFGHJKMNPQR", "req_0123456789ABCDEFGHJKMNPQRST",
        "REQ_0123456789ABCDEFGHJKMNPQRS",
        "req_0123456789abcdefghjkmnpqrs", "req_ILOU456789ABCDEFGHJKMNPQRS", "req_80000000000000000000000000",
        "req_0123456789ABCDEFGHJKMNPQR ",
    ])
    func refusesWhatItDidNotWrite(text: String) {
        #expect(RequestID(text) == nil)
    }
}
