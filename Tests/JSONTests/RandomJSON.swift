import JSON

/// A generator that gives the same numbers on every run (SplitMix64).
struct FixedRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Random trees, and random ways to write and to break them.
enum RandomJSON {
    static func value(depth: Int, _ random: inout FixedRandom) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2, 3: return .number(number(&random))
        case 4, 5: return .string(string(&random))
        case 6: return .array((0..<Int.random(in: 0...5, using: &random)).map { _ in value(depth: depth - 1, &random) })
        default:
            var names: Set<[UInt8]> = []
            let count = Int.random(in: 0...(Int.random(in: 0..<8, using: &random) == 0 ? 30 : 5), using: &random)
            let members = (0..<count).map { _ in JSONMember(string(&random), value(depth: depth - 1, &random)) }
            return .object(members.filter { names.insert(Array($0.name.utf8)).inserted })
        }
    }

    static func number(_ random: inout FixedRandom) -> String {
        let integer = String(Int64.random(in: -2000...2_000_000_000_000, using: &random))
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return integer + ".\(UInt16.random(in: 0...UInt16.max, using: &random))"
        case 1:
            return integer + ["e", "E+", "e-"][Int.random(in: 0..<3, using: &random)]
                + "\(UInt8.random(in: 0...250, using: &random))"
        default: return integer
        }
    }

    static func string(_ random: inout FixedRandom) -> String {
        let pool: [Unicode.Scalar] = [
            "a", "b", "z", " ", "\"", "\\", "/", "\n", "\u{0}", "\u{7F}", "é", "中", "😀", "\u{FFFF}",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...(Bool.random(using: &random) ? 3 : 40), using: &random) {
            text.append(pool[Int.random(in: 0..<pool.count, using: &random)])
        }
        return String(text)
    }

    /// `value` as text with white space and needless escapes here and there.
    static func written(_ value: JSONValue, _ random: inout FixedRandom) -> String {
        let space = ["", "", "", " ", "\n", "\t\r  "][Int.random(in: 0..<6, using: &random)]
        switch value {
        case .null: return space + "null" + space
        case .bool(let flag): return space + "\(flag)" + space
        case .number(let text): return space + text + space
        case .string(let text): return space + quoted(text, &random) + space
        case .array(let elements):
            return space + "[" + elements.map { written($0, &random) }.joined(separator: ",") + space + "]"
        case .object(let members):
            let parts = members.map { written(.string($0.name), &random) + ":" + written($0.value, &random) }
            return "{" + space + parts.joined(separator: ",") + "}" + space
        }
    }

    private static func quoted(_ text: String, _ random: inout FixedRandom) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || scalar == "\"" || scalar == "\\" || Int.random(in: 0..<8, using: &random) == 0 {
                for unit in String(Character(scalar)).utf16 {
                    let digits = String(unit, radix: 16, uppercase: Bool.random(using: &random))
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// `bytes` with one to three small changes, which leave it valid or not.
    static func mutated(_ bytes: [UInt8], _ random: inout FixedRandom) -> [UInt8] {
        let interesting =
            Array("{}[]:,\"\\/u0019-+.eEtfna \n".utf8) + [0x00, 0x1F, 0x7F, 0x80, 0xBF, 0xC3, 0xE2, 0xED, 0xF0, 0xFF]
        var result = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: 0...result.count, using: &random)
            let byte = interesting[Int.random(in: 0..<interesting.count, using: &random)]
            switch Int.random(in: 0..<5, using: &random) {
            case 0: result.insert(byte, at: place)
            case 1 where place < result.count: result.remove(at: place)
            case 2 where place < result.count: result[place] = byte
            case 3:
                let from = Int.random(in: 0...result.count, using: &random)
                result.insert(contentsOf: Array(result[min(from, place)..<max(from, place)].prefix(20)), at: place)
            default: if Int.random(in: 0..<4, using: &random) == 0 { result.removeSubrange(place...) }
            }
        }
        return result
    }
}
