/// A regular expression that is searched for in linear time.
///
/// All ways through the pattern are followed at once, a character at a time, so no pattern and no answer can make the
/// search explode, as backtracking does on `(a+)+$`. What cannot be had that way is refused by name: back references and
/// looking ahead or behind. At most 1,000 characters of pattern, 2,000 steps of program, and 256 KiB of text, of which
/// more is not looked at.
package struct TextPattern: Sendable, Equatable {
    /// What one step of the program does.
    enum Step: Sendable, Equatable {
        case take(CharacterTest)
        case split(Int, Int)
        case jump(Int)
        case require(Anchor)
        case found
    }

    enum Anchor: Sendable, Equatable { case start, end, wordBoundary, noWordBoundary }

    static let maxSteps = 2_000
    /// Characters of a text that are searched.
    static let maxText = 256 << 10

    package let text: String
    private let program: [Step]
    private let flags: Flags

    struct Flags: Sendable, Equatable {
        var ignoresCase = false
        /// `^` and `$` also stand at the ends of lines.
        var isMultiline = false
        /// `.` also stands for the end of a line.
        var dotTakesAll = false
    }

    package init(_ text: String) throws(TextPatternError) {
        guard text.unicodeScalars.count <= 1_000 else { throw TextPatternError("is longer than 1,000 characters") }
        var parser = TextPatternParser(text)
        self.text = text
        program = try parser.program()
        flags = parser.flags
    }

    /// Whether a text is longer than what is searched of it.
    func isTooLong(_ text: String) -> Bool {
        (flags.ignoresCase ? text.lowercased() : text).unicodeScalars.dropFirst(TextPattern.maxText).first != nil
    }

    /// Whether the pattern is found anywhere in the first 256 Ki characters of `text`.
    package func isFound(in text: String) -> Bool {
        let all = Array((flags.ignoresCase ? text.lowercased() : text).unicodeScalars.prefix(TextPattern.maxText))
        var current: [Int] = []
        for place in 0...all.count {
            // A match may begin anywhere.
            var seen = [Bool](repeating: false, count: program.count)
            var ready: [Int] = []
            for step in current { follow(step, all, place, &seen, &ready) }
            follow(0, all, place, &seen, &ready)
            if ready.contains(where: { program[$0] == .found }) { return true }
            guard place < all.count else { return false }
            current = ready.compactMap { step in
                guard case .take(let test) = program[step], test.accepts(all[place], flags) else { return nil }
                return step + 1
            }
        }
        return false
    }

    /// Adds the steps that wait for a character, from `first` on, without taking one.
    private func follow(_ first: Int, _ all: [Unicode.Scalar], _ place: Int, _ seen: inout [Bool], _ ready: inout [Int])
    {
        var open = [first]
        while let step = open.popLast() {
            guard !seen[step] else { continue }
            seen[step] = true
            switch program[step] {
            case .take, .found: ready.append(step)
            case .jump(let next): open.append(next)
            case .split(let one, let other): open += [one, other]
            case .require(let anchor): if holds(anchor, all, place) { open.append(step + 1) }
            }
        }
    }

    private func holds(_ anchor: Anchor, _ all: [Unicode.Scalar], _ place: Int) -> Bool {
        func isWord(_ place: Int) -> Bool { all.indices.contains(place) && CharacterTest.isWord(all[place]) }
        let changes = isWord(place - 1) != isWord(place)
        return switch anchor {
        case .start: place == 0 || (flags.isMultiline && all[place - 1] == "\n")
        case .end: place == all.count || (flags.isMultiline && all[place] == "\n")
        case .wordBoundary: changes
        case .noWordBoundary: !changes
        }
    }
}

/// Why a pattern was refused.
package struct TextPatternError: Error, Sendable, Equatable {
    package let message: String

    init(_ message: String) {
        self.message = message
    }
}

/// What one character must be.
indirect enum CharacterTest: Sendable, Equatable {
    case one(Unicode.Scalar)
    case any
    case digit, word, space
    case range(Unicode.Scalar, Unicode.Scalar)
    case either([CharacterTest])
    case not(CharacterTest)

    func accepts(_ scalar: Unicode.Scalar, _ flags: TextPattern.Flags) -> Bool {
        switch self {
        case .one(let wanted): scalar == wanted
        case .any: flags.dotTakesAll || scalar != "\n"
        case .digit: ("0"..."9").contains(scalar)
        case .word: CharacterTest.isWord(scalar)
        case .space: scalar.properties.isWhitespace
        case .range(let first, let last):
            (first...last).contains(scalar)
                || (flags.ignoresCase
                    && scalar.properties.uppercaseMapping.unicodeScalars.contains { (first...last).contains($0) })
        case .either(let tests): tests.contains { $0.accepts(scalar, flags) }
        case .not(let test): !test.accepts(scalar, flags)
        }
    }

    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
    }
}
