import HTTPTypes

/// Gives a body without its content coding, whatever the head says of it: identity was asked for, and the bytes decide.
///
///     undecided ──first bytes──▶ plain, or inflating ──fault──▶ broken: what comes is passed over
struct ContentDecoder {
    struct Malformed: Error {}

    private enum State {
        case undecided
        case plain
        case inflating(Inflater)
        case broken
    }

    private var state = State.undecided
    /// The first byte, as long as it alone does not tell.
    private var first: UInt8?
    private let isDeflate: Bool

    /// - Parameter fields: of the answer. Of codings only deflate must be said: its bytes could be any.
    init(_ fields: HTTPFields) {
        isDeflate =
            fields.range(of: "content-encoding") != nil
            && fields.values(of: "content-encoding").contains { $0.lowercased().contains("deflate") }
    }

    /// Whether the body may end here.
    var isWhole: Bool { if case .inflating(let inflater) = state { inflater.isWhole } else { true } }

    /// Appends what `bytes` stand for.
    ///
    /// - Parameter limit: how long `output` may become.
    /// - Returns: false when it would become longer.
    mutating func append(
        _ bytes: UnsafeRawBufferPointer, to output: inout [UInt8], limit: Int
    ) throws(Malformed) -> Bool {
        if case .undecided = state { decide(bytes, &output) }
        switch state {
        case .undecided, .broken:
            return true
        case .plain:
            guard bytes.count <= limit - output.count else { return false }
            output.append(contentsOf: bytes)
            return true
        case .inflating(let inflater):
            do {
                if let first {
                    self.first = nil
                    let isFine = try withUnsafeBytes(of: first) { start throws(Inflater.Malformed) in
                        try inflater.append(start, to: &output, limit: limit)
                    }
                    guard isFine else { return false }
                }
                return try inflater.append(bytes, to: &output, limit: limit)
            } catch {
                state = .broken
                throw Malformed()
            }
        }
    }

    /// Gives out what was kept because it did not tell what follows.
    mutating func end(into output: inout [UInt8]) {
        if let first { output.append(first) }
        first = nil
    }

    private mutating func decide(_ bytes: UnsafeRawBufferPointer, _ output: inout [UInt8]) {
        guard let one = first ?? bytes.first else { return }
        guard one == 0x1F || isDeflate else {
            state = .plain
            return
        }
        guard let two = first == nil ? bytes.dropFirst().first : bytes.first else {
            first = one
            return
        }
        guard let form = ContentDecoder.form(one, two, isDeflate), let inflater = Inflater(form) else {
            state = .plain
            end(into: &output)
            return
        }
        state = .inflating(inflater)
    }

    /// Nil for a body that begins as text does.
    private static func form(_ one: UInt8, _ two: UInt8, _ isDeflate: Bool) -> Inflater.Form? {
        if one == 0x1F, two == 0x8B { return .gzip }
        guard isDeflate else { return nil }
        if one & 0x0F == 8, (Int(one) << 8 | Int(two)) % 31 == 0 { return .zlib }
        return [UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "d"), UInt8(ascii: ":"), 0x20, 0x0A, 0x0D].contains(
            one)
            && (0x09...0x7E).contains(two) ? nil : .raw
    }
}
