import CivilTime

extension ReadingContext {
    /// A day that exists, written `"YYYY-MM-DD"`.
    func day(_ value: ConfigurationValue) -> String? {
        guard let text = string(value) else { return nil }
        guard CivilDate(text) != nil else {
            error(value, "\(value.quoted) is no day; write it as \"2026-11-01\", in quotes")
            return nil
        }
        return text
    }

    /// A moment, written as RFC 3339 has it, as milliseconds since 1970, UTC.
    func timestamp(_ value: ConfigurationValue) -> Int64? {
        guard let text = string(value) else { return nil }
        guard let moment = Timestamp.parse(text) else {
            error(value, "\(value.quoted) is no moment; write it as \"2026-12-01T08:00:00Z\", in quotes")
            return nil
        }
        return moment
    }

    /// The name of a time zone that this machine knows.
    func zone(_ value: ConfigurationValue) -> String? {
        guard let name = string(value) else { return nil }
        do throws(TimeZoneError) {
            return try TimeZoneRules(named: name).name
        } catch {
            self.error(value, "\(value.quoted) is no time zone: \(error)")
            return nil
        }
    }
}
