/// Reads a member into a place that already holds its default: an absent or wrong one leaves it alone.
extension MappingReader {
    func duration(_ key: Key, _ range: ClosedRange<Duration>, into target: inout Duration) {
        if let value = scalar(key), let found = context.duration(value, in: range) { target = found }
    }

    func size(_ key: Key, _ range: ClosedRange<Int>, into target: inout Int) {
        if let value = scalar(key), let found = context.size(value, in: range) { target = found }
    }

    func integer(_ key: Key, _ range: ClosedRange<Int64>, into target: inout Int) {
        if let value = scalar(key), let found = context.integer(value, in: range) { target = Int(found) }
    }

    func integer(_ key: Key, _ range: ClosedRange<Int64>, into target: inout Int64?) {
        if let value = scalar(key), let found = context.integer(value, in: range) { target = found }
    }

    func bool(_ key: Key, into target: inout Bool) {
        if let value = scalar(key), let found = context.bool(value) { target = found }
    }

    func string(_ key: Key, into target: inout String?) {
        if let value = scalar(key), let found = context.string(value) { target = found }
    }

    /// The members of a mapping whose names the user chooses.
    func named(_ key: Key, what: String) -> [(name: String, value: ConfigurationValue)] {
        optional(key).map { context.named($0, what: what) } ?? []
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: Key, into target: inout Choice, aliases: [String: String] = [:]
    ) {
        guard let value = scalar(key) else { return }
        if let found = context.choice(value, of: Choice.self, aliases: aliases) { target = found }
    }
}
