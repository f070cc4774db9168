import Inference

/// A period's counters beside what its lines, its archive and its corrections add up to, in nano-units.
struct PeriodSums {
    var id: Int64
    /// Such as `period 3 (application support-bot, day 2026-11-21)`.
    var place: String
    var window: String
    var label: String
    var zone: String
    /// UTC milliseconds.
    var startsAt: Int64
    var endsAt: Int64
    var limit: Int64
    /// The first limit with all its changes.
    var derivedLimit: Int64
    var overrun: Int64
    var allowance: Int64
    var posted: Int64
    var held: Int64
    var presumed: Int64
    var linesPosted: Int64
    var linesHeld: Int64
    var linesPresumed: Int64
    var linesOverrun: Int64
    /// The sum would exceed 64 bits: the counter has stopped at their end.
    var isSaturated: Bool

    var differs: Bool {
        posted != linesPosted || held != linesHeld || presumed != linesPresumed || overrun != linesOverrun
            || limit != derivedLimit || allowance != derivedAllowance
    }

    /// What stands above the limit without having been billed above a bound.
    var derivedAllowance: Int64 {
        PeriodCounters.allowance(limit: limit, posted: posted, held: held, overrun: overrun)
    }

    /// A row for each period.
    static let query = """
        WITH lines AS (
            SELECT period, held_nano AS held, NULL AS posted, 'held' AS state FROM hold WHERE period NOT NULL
            UNION ALL SELECT period, held_nano, posted_nano, state FROM attempt WHERE period NOT NULL
            UNION ALL SELECT line.period, line.held_nano, line.posted_nano, ifnull(state, 'held')
              FROM line LEFT JOIN attempt USING(request, attempt)),
        sums AS (SELECT period, total(ifnull(posted, 0)) AS total,
            sum(ifnull(posted, 0)/1000000000) AS posted_units, sum(ifnull(posted, 0)%1000000000) AS posted_nanos,
            sum(iif(posted IS NULL, held, 0)) AS held,
            sum(iif(state='presumed', posted, 0)/1000000000) AS presumed_units,
            sum(iif(state='presumed', posted, 0)%1000000000) AS presumed_nanos,
            sum(iif(state='posted', max(0, posted-held), 0)/1000000000) AS overrun_units,
            sum(iif(state='posted', max(0, posted-held), 0)%1000000000) AS overrun_nanos
          FROM lines GROUP BY period),
        corrections AS (SELECT period, sum(nano) AS nano, sum(iif(kind='presumed_release', nano, 0)) AS released
          FROM adjustment WHERE period NOT NULL AND kind<>'limit_change' GROUP BY period),
        changes AS (SELECT period, sum(nano/1000000000) AS units, sum(nano%1000000000) AS nanos
          FROM adjustment WHERE period NOT NULL AND kind='limit_change' GROUP BY period)
        SELECT id, scope, name, window, label, posted_nano, held_nano, presumed_nano,
          ifnull(posted_units, 0)+archived_units, ifnull(posted_nanos, 0)+archived_nanos, sums.held,
          ifnull(presumed_units, 0)+archived_presumed_units, ifnull(presumed_nanos, 0)+archived_presumed_nanos,
          corrections.nano, released, ifnull(total, 0)+archived_units*1e9 > 9e18, limit_nano, overrun_nano, allowance_nano,
          ifnull(overrun_units, 0)+archived_overrun_units, ifnull(overrun_nanos, 0)+archived_overrun_nanos,
          first_limit_nano, changes.units, changes.nanos, zone, starts_at, ends_at
        FROM period LEFT JOIN sums ON sums.period=id LEFT JOIN corrections ON corrections.period=id
          LEFT JOIN changes ON changes.period=id
        """

    init(_ row: Statement) {
        func sum(_ column: Int32, _ correction: Int32) -> Int64 {
            let nano = Int128(row.integer(column)) * 1_000_000_000 + Int128(row.integer(column + 1))
            return Int64(clamping: nano + Int128(row.integer(correction)))
        }
        id = row.integer(0)
        place = "period \(id) (\(row.text(1)) \(row.text(2)), \(row.text(3)) \(row.text(4)))"
        (posted, held, presumed) = (row.integer(5), row.integer(6), row.integer(7))
        (linesPosted, linesHeld, linesPresumed) = (sum(8, 13), row.integer(10), sum(11, 14))
        isSaturated = row.integer(15) != 0
        (limit, overrun, allowance) = (row.integer(16), row.integer(17), row.integer(18))
        func whole(_ column: Int32, plus more: Int64 = 0) -> Int64 {
            let nano = Int128(row.integer(column)) * 1_000_000_000 + Int128(row.integer(column + 1))
            return Int64(clamping: nano + Int128(more))
        }
        linesOverrun = whole(19)
        derivedLimit = whole(22, plus: row.integer(21))
        (window, label, zone) = (row.text(3), row.text(4), row.text(24))
        (startsAt, endsAt) = (row.integer(25), row.integer(26))
    }
}
