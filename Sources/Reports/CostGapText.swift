import CivilTime
import JSON
import Ledger

/// What a report says of quarters of an hour that it has in part, and whose rows were removed.
enum CostGapText {
    /// A sentence each.
    static func notes(_ gaps: [Range<Int64>], of window: String? = nil) -> [String] {
        gaps.map { gap in
            let owner = window.map { " of \($0)" } ?? ""
            return
                "Rows of \(Timestamp.format(gap.lowerBound)) to \(Timestamp.format(gap.upperBound))\(owner) were removed: "
                + "the part of it that this window has is in no figure; a window that begins and ends on a quarter of an "
                + "hour has all of it."
        }
    }

    /// Writes the member `missing` if there is anything to tell.
    static func write(_ gaps: [Range<Int64>], to body: inout JSONWriter) {
        guard !gaps.isEmpty else { return }
        body.name("missing")
        body.beginArray()
        for gap in gaps {
            body.beginObject()
            body.member("from", Timestamp.format(gap.lowerBound))
            body.member("to", Timestamp.format(gap.upperBound))
            body.endObject()
        }
        body.endArray()
    }
}

extension CostDocument {
    var gapNotes: [String] {
        CostGapText.notes(report.gaps)
            + CostGapText.notes(previous?.gaps ?? [], of: request.previous?.label ?? "the window before")
    }
}
