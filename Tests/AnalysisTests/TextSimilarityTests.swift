import Analysis
import Testing

@Suite struct TextSimilarityTests {
    @Test(arguments: [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("same", "same", 0), ("ab", "ba", 2)])
    func levenshteinsDistance(left: String, right: String, distance: Int) {
        #expect(TextSimilarity.levenshtein(Array(left), Array(right)) == distance)
    }

    @Test func rougeCountsSharedRunsOfWords() {
        // 3 of 6 words of the answer, 3 of 3 of the reference.
        #expect(TextSimilarity.rouge("The cat sat on the mat", "the cat sat", size: 1) == 2.0 * 3 / 9)
        #expect(TextSimilarity.rouge("The cat sat on the mat", "the cat sat", size: 2) == 2.0 * 2 / 7)
        #expect(TextSimilarity.rouge("", "the cat", size: 1) == 0)
        #expect(TextSimilarity.rouge("one", "one", size: 2) == 0)
    }

    @Test func cosineOfDirections() throws {
        #expect(abs(try #require(TextSimilarity.cosine([1, 2], [2, 4])) - 1) < 1e-12)
        #expect(TextSimilarity.cosine([1, 0], [0, 3]) == 0)
        #expect(TextSimilarity.cosine([1], [1, 2]) == nil)
        #expect(TextSimilarity.cosine([0, 0], [1, 2]) == nil)
    }
}
