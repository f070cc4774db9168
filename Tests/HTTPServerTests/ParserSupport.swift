import HTTPServer
import HTTPTypes

/// What a parser makes of some bytes, in a form that can be compared.
struct Reading: Equatable, CustomStringConvertible {
    var events: [String] = []
    var status: Int?

    var description: String { events.joined(separator: " | ") + (status.map { " → \($0)" } ?? "") }
}

/// Feeds `wire` in pieces of the sizes that `sizes` gives, and reads to the end.
func parse(_ wire: [UInt8], limits: HTTPServerLimits = HTTPServerLimits(), sizes: () -> Int) -> Reading {
    var parser = HTTPRequestParser(limits)
    var reading = Reading()
    var rest = wire[...]
    while !rest.isEmpty {
        let piece = Array(rest.prefix(max(1, sizes())))
        rest = rest.dropFirst(piece.count)
        piece.withUnsafeBytes { parser.feed($0) }
        do {
            while let event = try describe(parser.next(), &parser) { reading.events.append(event) }
        } catch {
            reading.status = error.status
            return reading
        }
    }
    return reading
}

func parse(_ wire: String, limits: HTTPServerLimits = HTTPServerLimits()) -> Reading {
    parse(Array(wire.utf8), limits: limits) { wire.utf8.count }
}

private func describe(
    _ step: HTTPRequestParser.Step, _ parser: inout HTTPRequestParser
) -> String? {
    switch step {
    case .needsMore: return nil
    case .head(let parsed):
        let head = parsed.head
        let fields = head.fields.all.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
        let query = head.query.map { "?\($0)" } ?? ""
        return "\(head.method.name) \(head.path)\(query) 1.\(head.minorVersion) [\(fields)]"
            + (parsed.keepsAlive ? "" : " close") + (parsed.expectsContinue ? " continue" : "")
    case .body(let body): return "(" + String(decoding: body, as: UTF8.self) + ")"
    }
}

/// A small generator whose run can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
