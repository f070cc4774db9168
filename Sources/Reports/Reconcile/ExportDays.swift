import CivilTime

/// The days that buckets of an export are, in the zone where the vendor's days begin.
struct ExportDays {
    let zone: TimeZoneRules

    /// The day of a bucket; refuses one that is longer than a day or crosses midnight.
    ///
    /// - Parameter start: seconds since 1970, like `end`.
    func day(_ start: Int64, _ end: Int64?) throws(ReportError) -> String {
        let date = zone.date(atUTC: start * 1_000)
        guard let end, end > start else { return date.description }
        let next = zone.start(of: date.adding(days: 1)) / 1_000
        if end <= next { return date.description }
        if end - start > 90_000 {
            throw ReportError(
                "FILE",
                "has a bucket from \(ExportDays.text(start)) to \(ExportDays.text(end)); ask for days: bucket_width=1d")
        }
        throw ReportError(
            "zone",
            "the day that begins at \(ExportDays.text(start)) is no day of \(zone.name); --zone says where the vendor's "
                + "days begin")
    }

    static func text(_ seconds: Int64) -> String { Timestamp.format(seconds * 1_000) }
}
