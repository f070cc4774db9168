/// What differs between two texts, line by line: the shortest way from one to the other (Myers 1986).
package struct TextDiff: Sendable {
    package enum Kind: Sendable, Equatable {
        /// `---` and `+++`
        case head
        /// `@@ -1,7 +1,8 @@`
        case place
        case same, removed, added
        /// `\ No newline at end of file`
        case note
    }

    /// A line as `git diff` prints it, without its end.
    package struct Line: Sendable, Equatable {
        package var kind: Kind
        package var text: String
    }

    /// One step from the old text to the new one.
    enum Edit: Equatable {
        case same(Int, Int)
        case removed(Int)
        case added(Int)
    }

    /// Past so many differences the rest is shown as replaced: the shortest way would take too long.
    private static let maxDifferences = 2_000

    private let old: [ArraySlice<UInt8>]
    private let new: [ArraySlice<UInt8>]
    let edits: [Edit]

    package init(_ old: [UInt8], _ new: [UInt8]) {
        self.old = TextDiff.lines(old)
        self.new = TextDiff.lines(new)
        edits = TextDiff.edits(self.old, self.new)
    }

    package init(_ old: String, _ new: String) {
        self.init(Array(old.utf8), Array(new.utf8))
    }

    package var isEmpty: Bool {
        edits.allSatisfy { if case .same = $0 { true } else { false } }
    }

    /// Each with its end; the last may have none.
    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: Ascii.newline).map { $0 + 1 } ?? bytes.count
            lines.append(bytes[start..<end])
            start = end
        }
        return lines
    }

    // MARK: The shortest way

    private static func edits(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> [Edit] {
        let shorter = min(old.count, new.count)
        var front = 0
        while front < shorter, old[front] == new[front] { front += 1 }
        var back = 0
        while back < shorter - front, old[old.count - 1 - back] == new[new.count - 1 - back] { back += 1 }
        let middle = middle(Array(old[front..<old.count - back]), Array(new[front..<new.count - back]))
        let before = (0..<front).map { Edit.same($0, $0) }
        let after = (0..<back).map { Edit.same(old.count - back + $0, new.count - back + $0) }
        return before + middle.map { $0.shifted(by: front) } + after
    }

    private static func middle(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> [Edit] {
        guard let trace = trace(old, new) else {
            return old.indices.map { .removed($0) } + new.indices.map { .added($0) }
        }
        var (x, y) = (old.count, new.count)
        var edits: [Edit] = []
        for d in trace.indices.reversed() {
            let diagonal = x - y
            let row = trace[d]
            // Row `d` holds how far each diagonal -d…d reached before step `d`.
            func reach(_ k: Int) -> Int { row.indices.contains(k + d) ? row[k + d] : -1 }
            let isDown = diagonal == -d || (diagonal != d && reach(diagonal - 1) < reach(diagonal + 1))
            let before = isDown ? diagonal + 1 : diagonal - 1
            let startX = d == 0 ? 0 : reach(before)
            let startY = d == 0 ? 0 : startX - before
            let afterX = d == 0 ? 0 : isDown ? startX : startX + 1
            while x > afterX, y > afterX - diagonal {
                (x, y) = (x - 1, y - 1)
                edits.append(.same(x, y))
            }
            if d > 0 { edits.append(isDown ? .added(startY) : .removed(startX)) }
            (x, y) = (startX, startY)
        }
        return edits.reversed()
    }

    /// How far each diagonal reached before each step; nil when the texts differ too much.
    private static func trace(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> [[Int]]? {
        var reached = [0]  // of diagonals -d…d
        var trace: [[Int]] = []
        for d in 0...min(old.count + new.count, maxDifferences) {
            trace.append(reached)
            func reach(_ k: Int) -> Int { reached.indices.contains(k + d) ? reached[k + d] : -1 }
            var next = [Int](repeating: -1, count: 2 * d + 3)
            for diagonal in stride(from: -d, through: d, by: 2) {
                var x: Int
                if d == 0 {
                    x = 0
                } else if diagonal == -d || (diagonal != d && reach(diagonal - 1) < reach(diagonal + 1)) {
                    x = reach(diagonal + 1)
                } else {
                    x = reach(diagonal - 1) + 1
                }
                while x < old.count, x - diagonal < new.count, old[x] == new[x - diagonal] { x += 1 }
                next[diagonal + d + 1] = x
                if x >= old.count, x - diagonal >= new.count { return trace }
            }
            reached = next
        }
        return nil
    }

    // MARK: Unified form

    /// Returns the lines of a unified diff with three lines around each change; nothing when the texts are the same.
    package func unified(old oldName: String, new newName: String) -> [Line] {
        let hunks = hunks(context: 3)
        guard !hunks.isEmpty else { return [] }
        return [Line(kind: .head, text: "--- \(oldName)"), Line(kind: .head, text: "+++ \(newName)")]
            + hunks.flatMap(lines)
    }

    private func hunks(context: Int) -> [Range<Int>] {
        var hunks: [Range<Int>] = []
        for (index, edit) in edits.enumerated() {
            if case .same = edit { continue }
            let range = max(0, index - context)..<min(edits.count, index + context + 1)
            if let last = hunks.last, last.upperBound >= range.lowerBound {
                hunks[hunks.count - 1] = last.lowerBound..<range.upperBound
            } else {
                hunks.append(range)
            }
        }
        return hunks
    }

    private func lines(of hunk: Range<Int>) -> [Line] {
        var (oldCount, newCount) = (0, 0)
        var lines: [Line] = []
        for edit in edits[hunk] {
            switch edit {
            case .same(let index, _):
                (oldCount, newCount) = (oldCount + 1, newCount + 1)
                lines += shown(" ", .same, old[index])
            case .removed(let index):
                oldCount += 1
                lines += shown("-", .removed, old[index])
            case .added(let index):
                newCount += 1
                lines += shown("+", .added, new[index])
            }
        }
        let before = edits[..<hunk.lowerBound]
        let oldStart = before.count { if case .added = $0 { false } else { true } }
        let newStart = before.count { if case .removed = $0 { false } else { true } }
        let place = "@@ -\(TextDiff.range(oldStart, oldCount)) +\(TextDiff.range(newStart, newCount)) @@"
        return [Line(kind: .place, text: place)] + lines
    }

    private func shown(_ sign: String, _ kind: Kind, _ line: ArraySlice<UInt8>) -> [Line] {
        guard line.last == Ascii.newline else {
            return [
                Line(kind: kind, text: sign + String(decoding: line, as: UTF8.self)),
                Line(kind: .note, text: "\\ No newline at end of file"),
            ]
        }
        return [Line(kind: kind, text: sign + String(decoding: line.dropLast(), as: UTF8.self))]
    }

    /// An empty range names the line before it.
    private static func range(_ start: Int, _ count: Int) -> String {
        let first = count == 0 ? start : start + 1
        return count == 1 ? "\(first)" : "\(first),\(count)"
    }
}

extension TextDiff.Edit {
    fileprivate func shifted(by count: Int) -> TextDiff.Edit {
        switch self {
        case .same(let old, let new): .same(old + count, new + count)
        case .removed(let old): .removed(old + count)
        case .added(let new): .added(new + count)
        }
    }
}
