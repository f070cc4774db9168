/// Takes the bytes of a zone file apart, from the front to the end.
struct ZoneFileReader {
    struct Damage: Error {
        var reason: String
    }

    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func rules(named name: String) throws(Damage) -> TimeZoneRules {
        let old = try header()
        guard old.version >= UInt8(ascii: "2") else { throw Damage(reason: "a time zone file of version 1") }
        try skip(old.length(timeSize: 4))
        let header = try header()
        guard header.leaps == 0 else { throw Damage(reason: "a time zone that counts leap seconds") }
        return try body(header, name: name)
    }

    private struct Header {
        var version: UInt8
        var utcFlags, standardFlags, leaps, times, types, letters: Int

        func length(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + letters + leaps * (timeSize + 4) + standardFlags + utcFlags
        }
    }

    private mutating func header() throws(Damage) -> Header {
        guard try take(4) == Array("TZif".utf8)[...] else { throw Damage(reason: "not a time zone file") }
        let version = try take(16).first ?? 0
        return Header(
            version: version, utcFlags: try count(), standardFlags: try count(), leaps: try count(), times: try count(),
            types: try count(), letters: try count())
    }

    private mutating func body(_ header: Header, name: String) throws(Damage) -> TimeZoneRules {
        var moments: [Int64] = []
        for _ in 0..<header.times { moments.append(try number(8)) }
        let indices = try take(header.times)
        var offsets: [Int] = []
        for _ in 0..<header.types {
            let offset = Int(Int32(truncatingIfNeeded: try number(4)))
            guard abs(offset) < 26 * 3_600 else { throw Damage(reason: "an offset of more than 26 hours") }
            offsets.append(offset)
            try skip(2)
        }
        try skip(header.letters + header.standardFlags + header.utcFlags)

        guard let initial = offsets.first, indices.allSatisfy({ Int($0) < offsets.count }),
            zip(moments, moments.dropFirst()).allSatisfy({ $0 < $1 })
        else { throw Damage(reason: "transitions that make no sense") }
        let transitions = zip(moments, indices).map { TimeZoneRules.Transition(at: $0, offset: offsets[Int($1)]) }
        return TimeZoneRules(name: name, initialOffset: initial, transitions: transitions, footer: try footer())
    }

    /// The last line; empty when nothing is known about the future.
    private mutating func footer() throws(Damage) -> RecurringRule? {
        guard try take(1).first == UInt8(ascii: "\n"), let end = bytes[offset...].firstIndex(of: UInt8(ascii: "\n"))
        else { throw Damage(reason: "the last line is missing") }
        if end == offset { return nil }
        guard let rule = RecurringRule(Array(bytes[offset..<end])) else { throw Damage(reason: "unreadable last line") }
        return rule
    }

    private mutating func take(_ count: Int) throws(Damage) -> ArraySlice<UInt8> {
        guard count <= bytes.count - offset else { throw Damage(reason: "the file ends too early") }
        offset += count
        return bytes[offset - count..<offset]
    }

    private mutating func skip(_ count: Int) throws(Damage) { _ = try take(count) }

    /// A big-endian number.
    private mutating func number(_ size: Int) throws(Damage) -> Int64 {
        try take(size).reduce(0) { $0 << 8 | Int64($1) }
    }

    /// At most 32 bits, so that sums of a few of them do not overflow.
    private mutating func count() throws(Damage) -> Int { Int(try number(4)) }
}
