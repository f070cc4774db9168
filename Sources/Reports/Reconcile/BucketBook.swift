import CivilTime
import JSON

/// The buckets of an export that were read: finds what is there twice, what contradicts itself, and what is missing.
struct BucketBook {
    private struct Span: Hashable {
        let start: Int64
        let end: Int64?
    }

    private var buckets: [Span: [[JSONValue]]] = [:]
    /// What results say beside who they are for, by bucket and by that.
    private var results: [Int64: [String: JSONValue]] = [:]

    /// Whether a bucket with results was there already, as it is.
    mutating func isKnown(
        _ start: Int64, _ end: Int64?, _ results: [JSONValue], on day: String
    ) throws(ReportError) -> Bool {
        let span = Span(start: start, end: end)
        if !results.isEmpty, buckets[span]?.contains(results) == true { return true }
        buckets[span, default: []].append(results)
        return false
    }

    /// Whether a result of the bucket that begins at `start` was there already.
    ///
    /// Throws when one for the same line item, model, project and so on says something else.
    mutating func isKnown(_ result: JSONValue, _ start: Int64, on day: String) throws(ReportError) -> Bool {
        let name = BucketBook.name(of: result)
        guard let other = results[start]?[name] else {
            results[start, default: [:]][name] = result
            return false
        }
        guard other == result else {
            let item = (result["line_item"] ?? result["description"] ?? result["model"])?.stringValue ?? "a result"
            throw ReportError(
                "FILE", "says two things of '\(item.prefix(80))' on \(day); leave out the page that is not right")
        }
        return true
    }

    /// What a result is for: its names and switches, without its figures.
    private static func name(of result: JSONValue) -> String {
        var parts: [String] = []
        for member in result.objectValue ?? [] where member.name != "amount" {
            switch member.value {
            case .string(let text): parts.append("\(member.name)=\(text)")
            case .bool(let value): parts.append("\(member.name)=\(value)")
            default: break
            }
        }
        // Costs and usage of one model are two things.
        parts.append(result["amount"] == nil ? "usage" : "cost")
        return parts.sorted().joined(separator: "\n")
    }

    /// The days (first and last) of which nothing is there between buckets: vendors list days without a charge, too.
    ///
    /// Throws when buckets of different lengths have the same time: then it would count twice.
    func gaps(_ days: ExportDays) throws(ReportError) -> [ClosedRange<CivilDate>] {
        var gaps: [ClosedRange<CivilDate>] = []
        var reached: [Bool: (end: Int64, span: Span)] = [:]
        var end: Int64?
        for span in buckets.keys.sorted(by: { ($0.start, $0.end ?? 0) < ($1.start, $1.end ?? 0) }) {
            guard let last = span.end, last > span.start else { continue }
            for isCost in kinds(of: span) {
                if let before = reached[isCost], span.start < before.end {
                    throw ReportError(
                        "FILE",
                        "has the time from \(ExportDays.text(span.start)) in buckets of different lengths; leave one kind out"
                    )
                }
                reached[isCost] = (last, span)
            }
            if let end, span.start > end {
                let (first, next) = (days.zone.date(atUTC: end * 1_000), days.zone.date(atUTC: span.start * 1_000))
                if first < next { gaps.append(first...next.adding(days: -1)) }
            }
            end = max(end ?? last, last)
        }
        return gaps
    }

    /// Whether a bucket has costs (true), usage (false), or both.
    private func kinds(of span: Span) -> Set<Bool> {
        Set((buckets[span] ?? []).joined().map { $0["amount"] != nil })
    }
}
