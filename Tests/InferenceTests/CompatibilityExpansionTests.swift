import Foundation
import Inference
import Testing

@Suite struct CompatibilityExpansionTests {
    private func bound(_ json: String) -> Int64 {
        let bytes = Array(json.utf8)
        return CompatibilityExpansion.bound(ofJSON: bytes, in: 0..<bytes.count)
    }

    @Test(
        arguments: [
            ("", 0), ("plain ASCII of more than sixteen bytes", 38),
            ("ﷺ", 33),  // the longest of all
            ("漢字 한국어", 16),  // none is longer in the other form
            ("é", 3),  // as `e` and an accent
            (#"\n\"\\"#, 6), (#"\ufdfa"#, 33), (#"\uFDFA"#, 33), (#"\u0041"#, 6), (#"\ud83d\ude00"#, 12),
            (#"\\ufdfa"#, 7),  // an escaped backslash, and plain letters
            ("aaaaaaaaaaaaaaaﷺ", 48), ("aaaaaaaaaaaaaaaaﷺ", 49), ("aaaaaaaaaaaaaaa\\ufdfa", 48),
        ] as [(String, Int64)])
    func countsTheLongerForm(text: String, bytes: Int64) {
        #expect(bound(text) == bytes)
    }

    @Test func toleratesBytesThatEndTooEarly() {
        for bytes in [[0xEF, 0xB7], [0xF0], [0x5C], Array(#"\u00"#.utf8), [0x80, 0xFF]] as [[UInt8]] {
            #expect(CompatibilityExpansion.bound(ofJSON: bytes, in: 0..<bytes.count) == Int64(bytes.count))
        }
    }

    /// Against another implementation: Foundation's NFKC of every character, and of random strings of them.
    @Test func boundsFoundationsCompatibilityForm() {
        let scalars = (UInt32(0x20)...0x2FFFF).filter { $0 != 0x22 && $0 != 0x5C }.compactMap(Unicode.Scalar.init)
        for scalar in scalars {
            let text = String(Character(scalar))
            let form = Int64(text.precomposedStringWithCompatibilityMapping.utf8.count)
            if form > bound(text) { Issue.record("U+\(String(scalar.value, radix: 16)): \(form) > \(bound(text))") }
        }
        let dense = scalars.filter { $0.value < 0x3400 || ($0.value > 0xF900 && $0.value < 0xFFFF) }
        for _ in 0..<20_000 {
            let text = String(String.UnicodeScalarView((0..<8).compactMap { _ in dense.randomElement() }))
            let form = Int64(text.precomposedStringWithCompatibilityMapping.utf8.count)
            if form > bound(text) { Issue.record("\(Array(text.unicodeScalars)): \(form) > \(bound(text))") }
        }
    }

    @Test func theContextWindowCutsTheBound() {
        #expect(InputBound.tokens(5000).tokens(contextWindow: 4096) == 4096)
        #expect(InputBound.tokens(5000).tokens(contextWindow: nil) == 5000)
        #expect(InputBound.contextWindow.tokens(contextWindow: 4096) == 4096)
        #expect(InputBound.contextWindow.tokens(contextWindow: nil) == nil)
    }
}
