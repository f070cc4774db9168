import Testing

@testable import Prompts

@Suite struct TextDiffTests {
    private func unified(_ old: String, _ new: String) -> [String] {
        TextDiff(old, new).unified(old: "a", new: "b").map(\.text)
    }

    @Test func showsThreeLinesAroundAChange() {
        let old = (1...9).map { "\($0)\n" }.joined()
        #expect(
            unified(old, old.replacing("5\n", with: "five\n")) == [
                "--- a", "+++ b", "@@ -2,7 +2,7 @@", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8",
            ])
    }

    @Test func twoChangesFarApartAreTwoHunks() {
        let old = (1...20).map { "\($0)\n" }.joined()
        let places = unified(old, old.replacing("2\n3\n", with: "2\nx\n3\n").replacing("19\n", with: "")).filter {
            $0.hasPrefix("@@")
        }
        #expect(places == ["@@ -1,5 +1,6 @@", "@@ -16,5 +17,4 @@"])
    }

    @Test func theSameTextHasNoDifference() {
        #expect(TextDiff("a\nb\n", "a\nb\n").isEmpty)
        #expect(unified("a\nb\n", "a\nb\n").isEmpty)
        #expect(unified("", "").isEmpty)
    }

    @Test func aMissingLastLineEndIsSaid() {
        #expect(
            unified("a\nb", "a\nb\n") == [
                "--- a", "+++ b", "@@ -1,2 +1,2 @@", " a", "-b", "\\ No newline at end of file", "+b",
            ])
    }

    @Test func aNewFileAndAGoneFile() {
        #expect(unified("", "a\n") == ["--- a", "+++ b", "@@ -0,0 +1 @@", "+a"])
        #expect(unified("a\n", "") == ["--- a", "+++ b", "@@ -1 +0,0 @@", "-a"])
    }

    /// Applies the edits, and knows the fewest that any way needs from the longest common subsequence.
    @Test func everyEditScriptLeadsFromOneTextToTheOtherInTheFewestSteps() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let old = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                "\(Int.random(in: 0...3, using: &random))\n"
            }
            let new = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                "\(Int.random(in: 0...3, using: &random))\n"
            }
            let edits = TextDiff(old.joined(), new.joined()).edits
            var made: [String] = []
            var kept: [String] = []
            var steps = 0
            for edit in edits {
                switch edit {
                case .same(let left, let right):
                    #expect(old[left] == new[right])
                    made.append(new[right])
                    kept.append(old[left])
                case .removed(let index):
                    kept.append(old[index])
                    steps += 1
                case .added(let index):
                    made.append(new[index])
                    steps += 1
                }
            }
            #expect(made == new && kept == old)
            #expect(steps == old.count + new.count - 2 * common(old, new))
        }
    }

    @Test func textsWithoutALineInCommonAreReplaced() {
        let old = (0..<3_000).map { "a\($0)\n" }.joined()
        let new = (0..<3_000).map { "b\($0)\n" }.joined()
        #expect(TextDiff(old, new).edits.count == 6_000)
    }

    private func common(_ left: [String], _ right: [String]) -> Int {
        var row = [Int](repeating: 0, count: right.count + 1)
        for one in left {
            var next = [0]
            for (index, other) in right.enumerated() {
                next.append(one == other ? row[index] + 1 : max(row[index + 1], next[index]))
            }
            row = next
        }
        return row[right.count]
    }
}
