import CivilTime

/// What a vendor's export says: its charges, the days that it speaks of, and what its reader should know of it.
package struct VendorStatement: Sendable {
    package private(set) var charges: [VendorCharge] = []
    /// Days (`YYYY-MM-DD`) that the file speaks of, those without a charge too.
    private(set) var days: Set<String> = []
    /// Charges of lines that are the same as an earlier one, letter for letter, where nothing says whether they are the
    /// same charge. They are in `charges`, too.
    private(set) var repeats: [VendorCharge] = []
    /// Lines of other services, which were left out.
    private var others: Int64 = 0
    /// What is missing between what is there, first and last day.
    private(set) var gaps: [ClosedRange<CivilDate>] = []
    /// Things that were there twice and were counted once, by what they are.
    private var doubles: [String: Int64] = [:]
    /// What else there is to know, in sentences without their period.
    private var remarks: [String] = []

    package init(_ charges: [VendorCharge] = []) {
        for charge in charges { add(charge) }
    }

    mutating func add(_ charge: VendorCharge, isRepeat: Bool = false) {
        charges.append(charge)
        days.insert(charge.day)
        if isRepeat { repeats.append(charge) }
    }

    /// Says that the file speaks of a day, whether it has a charge or not.
    mutating func cover(_ day: String) { days.insert(day) }

    /// Says that days which the file should speak of are not in it.
    mutating func miss(_ days: ClosedRange<CivilDate>) { gaps.append(days) }

    mutating func leaveOut() { others += 1 }

    /// Notes that a thing, such as `page`, was there twice.
    mutating func countOnce(_ thing: String) { doubles[thing, default: 0] += 1 }

    mutating func remark(_ text: String) {
        if !remarks.contains(text) { remarks.append(text) }
    }

    /// First and last day; nil for an export of no days.
    var span: (first: CivilDate, last: CivilDate)? {
        guard let first = days.min().flatMap({ CivilDate($0) }), let last = days.max().flatMap({ CivilDate($0) }) else {
            return nil
        }
        return (first, last)
    }

    /// Sentences without their period.
    var notes: [String] {
        var notes = doubles.sorted { $0.key < $1.key }.map { thing, count in
            count == 1
                ? "1 \(thing) is there twice and counts once" : "\(count) \(thing)s are there twice and count once"
        }
        if !repeats.isEmpty {
            let count = repeats.count == 1 ? "1 line is" : "\(repeats.count) lines are"
            notes.append(
                "\(count) the same as another, letter for letter; without an id nobody can tell whether that is one "
                    + "charge, so each is counted")
        }
        if others > 0 { notes.append("\(Figures.count(others)) lines of other services are left out") }
        return notes + remarks
    }
}
