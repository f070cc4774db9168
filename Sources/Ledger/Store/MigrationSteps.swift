/// The steps since version 4, in the order in which they are done.
extension MigrationStep {
    static let all: [MigrationStep] = version5 + columnsOfClasses

    private static let version5: [MigrationStep] = [
        alertsOfEachLimit, alertsOfRefusals, keyPrefixesAndUsers, ratesWithConditions, placeOfAttempts,
        derivablePeriods, recomputedCosts, countedAudit, imposedLimits, booleanFeedback,
    ]

    /// Lists of keys show how a key begins, and reports can group by user.
    private static let keyPrefixesAndUsers = MigrationStep(
        "key_prefixes_and_users",
        sql: """
            ALTER TABLE key ADD COLUMN prefix TEXT;
            ALTER TABLE attempt ADD COLUMN user TEXT;
            ALTER TABLE request ADD COLUMN user TEXT;
            """)

    /// A raised limit is told anew, and a refusal for lack of room is an alert of its own kind.
    private static let alertsOfEachLimit = MigrationStep("alerts_of_each_limit") { connection in
        try TableRebuild.run(
            .alert, in: connection,
            as: """
                (id INTEGER PRIMARY KEY, period INTEGER NOT NULL REFERENCES period(id),
                ppm INTEGER NOT NULL CHECK(ppm>0), kind TEXT NOT NULL CHECK(kind IN('held','posted','exhausted')),
                at INTEGER NOT NULL, limit_nano INTEGER NOT NULL CHECK(limit_nano>=0),
                posted_nano INTEGER NOT NULL CHECK(posted_nano>=0), held_nano INTEGER NOT NULL CHECK(held_nano>=0),
                delivered_at INTEGER, tries INTEGER NOT NULL DEFAULT 0 CHECK(tries>=0), last_error TEXT,
                UNIQUE(period, ppm, kind, limit_nano)) STRICT
                """)
    }

    /// What limit, overrun and allowance of a period follow from.
    private static let derivablePeriods = MigrationStep("derivable_periods") { connection in
        try connection.execute(
            """
            ALTER TABLE period ADD COLUMN first_limit_nano INTEGER NOT NULL DEFAULT 0;   -- before all its changes
            ALTER TABLE period ADD COLUMN archived_overrun_units INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE period ADD COLUMN archived_overrun_nanos INTEGER NOT NULL DEFAULT 0;
            UPDATE period SET first_limit_nano=limit_nano,
              allowance_nano=max(0, posted_nano-overrun_nano+held_nano-limit_nano);
            UPDATE period SET first_limit_nano=limit_nano-changes.nano
            FROM (SELECT period AS id, sum(nano) AS nano FROM adjustment WHERE kind='limit_change' GROUP BY period) AS changes
            WHERE changes.id=period.id
            """)
        let removed = "overrun_nano>0 AND (archived_units<>0 OR archived_nanos<>0)"
        guard try connection.integer("SELECT count(*) FROM period WHERE \(removed)") ?? 0 > 0 else { return }
        // What rows that are gone were billed above their bounds is what those that are there do not explain.
        try connection.execute(
            """
            UPDATE period SET archived_overrun_units=overrun_nano/1000000000, archived_overrun_nanos=overrun_nano%1000000000
              WHERE \(removed);
            UPDATE period SET archived_overrun_units=archived_overrun_units-kept.nano/1000000000,
              archived_overrun_nanos=archived_overrun_nanos-kept.nano%1000000000
            FROM (SELECT id, sum(nano) AS nano FROM
                (SELECT period AS id, posted_nano-held_nano AS nano FROM attempt WHERE violation<>0 AND state='posted'
                 UNION ALL SELECT line.period, line.posted_nano-line.held_nano
                   FROM attempt JOIN line USING(request, attempt) WHERE violation<>0 AND state='posted')
              WHERE nano>0 GROUP BY id) AS kept
            WHERE kept.id=period.id AND \(removed)
            """)
    }

    /// Costs of attempts that were admitted from here on are recomputed by the rules of this program.
    private static let recomputedCosts = MigrationStep(
        "recomputed_costs",
        sql: "INSERT INTO meta(name, value) SELECT 'costs_from', ifnull(max(admitted_at), -1)+1 FROM attempt")

    /// How many rows of the audit trail were written, whatever is left of them.
    private static let countedAudit = MigrationStep(
        "counted_audit", sql: "INSERT INTO meta(name, value) SELECT 'audit_rows', ifnull(max(n), 0) FROM audit")

    /// Whether the limit of the answer was the gateway's or the client's own; null: unknown.
    private static let imposedLimits = MigrationStep(
        "imposed_limits",
        sql: """
            ALTER TABLE attempt ADD COLUMN limit_imposed INTEGER;
            ALTER TABLE request ADD COLUMN limit_imposed INTEGER;
            """)

    /// Whether `number` is a boolean's 0 or 1.
    private static let booleanFeedback = MigrationStep(
        "boolean_feedback", sql: "ALTER TABLE feedback ADD COLUMN is_boolean INTEGER NOT NULL DEFAULT 0")

    private static let alertsOfRefusals = MigrationStep(
        "alerts_of_refusals",
        sql: """
            ALTER TABLE alert ADD COLUMN needed_nano INTEGER;  -- what the call that was refused may have cost
            ALTER TABLE alert ADD COLUMN resent_at INTEGER;    -- when somebody asked to have it delivered again, UTC ms
            """)
}
