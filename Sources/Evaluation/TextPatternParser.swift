/// Makes the program of a pattern.
struct TextPatternParser {
    private let all: [Unicode.Scalar]
    private var place = 0
    private var depth = 0
    private(set) var flags = TextPattern.Flags()

    init(_ text: String) {
        all = Array(text.unicodeScalars)
    }

    mutating func program() throws(TextPatternError) -> [TextPattern.Step] {
        try takeFlags()
        let steps = try alternatives()
        guard place == all.count else { throw fault("has a ')' that closes nothing") }
        return steps + [.found]
    }

    /// `(?i)`, `(?m)`, `(?s)` at the very beginning.
    private mutating func takeFlags() throws(TextPatternError) {
        guard all.starts(with: ["(", "?"]), let end = all.firstIndex(of: ")"), end > 2 else { return }
        let letters = all[2..<end]
        guard letters.allSatisfy({ $0 == "i" || $0 == "m" || $0 == "s" }) else { return }
        flags.ignoresCase = letters.contains("i")
        flags.isMultiline = letters.contains("m")
        flags.dotTakesAll = letters.contains("s")
        place = end + 1
    }

    // MARK: Structure; jumps are absolute within what a function returns

    private mutating func alternatives() throws(TextPatternError) -> [TextPattern.Step] {
        var steps = try sequence()
        while take("|") {
            let other = try sequence()
            steps =
                [.split(1, steps.count + 2)] + moved(steps, 1) + [.jump(steps.count + 2 + other.count)]
                + moved(other, steps.count + 2)
            try check(steps)
        }
        return steps
    }

    private mutating func sequence() throws(TextPatternError) -> [TextPattern.Step] {
        var steps: [TextPattern.Step] = []
        while let next = peek, next != "|", next != ")" {
            let piece = try repeated(try atom())
            steps += moved(piece, steps.count)
            try check(steps)
        }
        return steps
    }

    private mutating func repeated(_ atom: [TextPattern.Step]) throws(TextPatternError) -> [TextPattern.Step] {
        var least = 1
        var most: Int? = 1
        switch peek {
        case "*": (least, most) = (0, nil)
        case "+": (least, most) = (1, nil)
        case "?": (least, most) = (0, 1)
        case "{":
            guard let counts = try counts() else { return atom }
            (least, most) = counts
        default: return atom
        }
        place += 1
        // Whether a repetition is greedy or lazy changes what it matches, not whether it does.
        _ = take("?")
        if take("+") { throw fault("has a possessive repetition, which is not supported") }
        return try TextPatternParser.expand(atom, least, most)
    }

    /// `{2}`, `{2,}`, `{2,5}`; leaves the place at the closing brace.
    private mutating func counts() throws(TextPatternError) -> (Int, Int?)? {
        guard let end = all[place...].firstIndex(of: "}") else {
            throw fault("has a '{' without '}'; write \\{ for the sign")
        }
        let parts = String(String.UnicodeScalarView(all[(place + 1)..<end])).split(
            separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        guard let least = Int(parts[0]), (0...1_000).contains(least) else {
            throw fault("has a '{' that is no count from 0 to 1000; write \\{ for the sign")
        }
        var most: Int? = least
        if parts.count == 2 {
            most = parts[1].isEmpty ? nil : Int(parts[1])
            guard parts[1].isEmpty || most.map({ (least...1_000).contains($0) }) == true else {
                throw fault("has a count whose end is not from \(least) to 1000")
            }
        }
        place = end
        return (least, most)
    }

    private static func expand(
        _ atom: [TextPattern.Step], _ least: Int, _ most: Int?
    ) throws(TextPatternError) -> [TextPattern.Step] {
        var steps: [TextPattern.Step] = []
        let copies = max(least, most ?? least + 1)
        guard copies * (atom.count + 2) <= TextPattern.maxSteps else { throw tooLarge }
        for _ in 0..<least { steps += shifted(atom, steps.count) }
        if let most {
            let end = steps.count + (most - least) * (atom.count + 1)
            for _ in least..<max(least, most) {
                steps.append(.split(steps.count + 1, end))
                steps += shifted(atom, steps.count)
            }
        } else {
            let start = steps.count
            steps.append(.split(start + 1, start + atom.count + 2))
            steps += shifted(atom, steps.count)
            steps.append(.jump(start))
        }
        return steps
    }

    // MARK: Atoms

    private mutating func atom() throws(TextPatternError) -> [TextPattern.Step] {
        let next = all[place]
        place += 1
        switch next {
        case "(": return try group()
        case "[": return [.take(try characterClass())]
        case ".": return [.take(.any)]
        case "^": return [.require(.start)]
        case "$": return [.require(.end)]
        case "*", "+", "?": throw fault("repeats nothing at '\(next)'; write \\\(next) for the sign")
        case "\\": return [try escape()]
        default: return [.take(.one(folded(next)))]
        }
    }

    private mutating func group() throws(TextPatternError) -> [TextPattern.Step] {
        if take("?") {
            if take("<") || (take("P") && take("<")) {
                if peek == "=" || peek == "!" { throw fault("looks behind, which is not supported") }
                guard let end = all[place...].firstIndex(of: ">") else { throw fault("has a group's name without '>'") }
                place = end + 1
            } else if !take(":") {
                throw fault(
                    "has a group '(?\(peek.map(String.init) ?? "")…', which is not supported; flags stand at the beginning"
                )
            }
        }
        depth += 1
        guard depth <= 50 else { throw fault("nests groups deeper than 50") }
        let steps = try alternatives()
        depth -= 1
        guard take(")") else { throw fault("has a '(' without ')'") }
        return steps
    }

    private mutating func escape() throws(TextPatternError) -> TextPattern.Step {
        switch peek {
        case "b":
            place += 1
            return .require(.wordBoundary)
        case "B":
            place += 1
            return .require(.noWordBoundary)
        default: return .take(try escaped())
        }
    }

    /// What stands behind a backslash, inside a class or outside.
    private mutating func escaped() throws(TextPatternError) -> CharacterTest {
        guard let next = peek else { throw fault("ends in a backslash") }
        place += 1
        switch next {
        case "d": return .digit
        case "D": return .not(.digit)
        case "w": return .word
        case "W": return .not(.word)
        case "s": return .space
        case "S": return .not(.space)
        case "n": return .one("\n")
        case "r": return .one("\r")
        case "t": return .one("\t")
        case _ where ("1"..."9").contains(next): throw fault("refers back with \\\(next), which is not supported")
        case _ where CharacterTest.isWord(next): throw fault("has an unknown escape \\\(next)")
        default: return .one(next)
        }
    }

    private mutating func characterClass() throws(TextPatternError) -> CharacterTest {
        let isNegated = take("^")
        var tests: [CharacterTest] = []
        while let next = peek, next != "]" || tests.isEmpty {
            place += 1
            let first = next == "\\" ? try escaped() : .one(next)
            guard peek == "-", place + 1 < all.count, all[place + 1] != "]" else {
                tests.append(folded(first))
                continue
            }
            place += 1
            guard let end = peek else { break }
            place += 1
            let last = end == "\\" ? try escaped() : .one(end)
            guard case .one(let low) = first, case .one(let high) = last, low <= high else {
                throw fault("has a range in [] that is the wrong way round")
            }
            tests.append(.range(low, high))
        }
        guard take("]") else { throw fault("has a '[' without ']'") }
        return isNegated ? .not(.either(tests)) : .either(tests)
    }

    // MARK: Characters

    private var peek: Unicode.Scalar? { place < all.count ? all[place] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        place += 1
        return true
    }

    /// Text is compared in lower case when case does not matter.
    private func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard flags.ignoresCase else { return scalar }
        let lower = scalar.properties.lowercaseMapping.unicodeScalars
        return lower.count == 1 ? lower.first ?? scalar : scalar
    }

    private func folded(_ test: CharacterTest) -> CharacterTest {
        guard case .one(let scalar) = test else { return test }
        return .one(folded(scalar))
    }

    private func check(_ steps: [TextPattern.Step]) throws(TextPatternError) {
        guard steps.count < TextPattern.maxSteps else { throw TextPatternParser.tooLarge }
    }

    private static let tooLarge = TextPatternError("is too large: repetitions of repetitions multiply")

    private func fault(_ message: String) -> TextPatternError { TextPatternError(message) }
    private func moved(_ steps: [TextPattern.Step], _ by: Int) -> [TextPattern.Step] {
        TextPatternParser.shifted(steps, by)
    }

    private static func shifted(_ steps: [TextPattern.Step], _ by: Int) -> [TextPattern.Step] {
        steps.map { step in
            switch step {
            case .split(let one, let other): .split(one + by, other + by)
            case .jump(let next): .jump(next + by)
            default: step
            }
        }
    }
}
