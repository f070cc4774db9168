import JSON

/// How much longer a JSON text becomes when a chat template reads it and prints it anew.
///
/// Llama 3's prints tools indented by four; others put a space behind each comma, or escape for HTML or for ASCII. What a
/// token covers is then not a byte of the request.
enum ReprintedJSON {
    /// Returns a bound of the bytes that come in addition.
    ///
    /// - Parameters:
    ///   - range: a value's place in `bytes`, which are valid JSON.
    ///   - readsStrings: whether strings are JSON texts themselves, as the arguments of calls are.
    static func growth(of bytes: [UInt8], in range: Range<Int>, readsStrings: Bool = false) -> Int64 {
        bytes.withUnsafeBufferPointer { all in
            var walk = ReprintingWalk(readsStrings: readsStrings)
            for byte in UnsafeBufferPointer(rebasing: all[range]) { walk.step(byte) }
            return walk.growth
        }
    }
}

/// A walk over a JSON text that adds up what is printed beside its bytes.
private struct ReprintingWalk {
    private(set) var growth: Int64 = 0

    private let readsStrings: Bool
    /// Of what stands around: a tool is printed within a list.
    private var depth: Int64 = 1
    private var isInString = false
    private var isEscaped = false

    init(readsStrings: Bool) {
        self.readsStrings = readsStrings
    }

    mutating func step(_ byte: UInt8) {
        if isInString { stepInString(byte) } else { stepBetween(byte) }
    }

    private mutating func stepBetween(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""):
            isInString = true
            growth += 1
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth += 1
            growth += line
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            growth += line
        case UInt8(ascii: ","): growth += line
        case UInt8(ascii: ":"): growth += 1
        default: break
        }
    }

    /// A line's end, and the indentation of the next.
    private var line: Int64 { 1 + 4 * depth }

    private mutating func stepInString(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
            growth += 1
            return
        }
        switch byte {
        case UInt8(ascii: "\""):
            isInString = false
            growth += 1
        case UInt8(ascii: "\\"):
            isEscaped = true
            growth += 1
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "'"): growth += 5
        case UInt8(ascii: ","), UInt8(ascii: ":"): growth += readsStrings ? 1 : 0
        case 0xC2...0xDF: growth += 4  // six bytes as an escape
        case 0xE0...0xEF: growth += 3
        case 0xF0...: growth += 8  // two escapes
        default: break
        }
    }
}
