/// The steps since version 4, in the order in which they are done.
extension MigrationStep {
    static let all: [MigrationStep] = version5 + columnsOfClasses

    private static let version5: [MigrationStep] = [
        alertsOfEachLimit, alertsOfRefusals, keyPrefixesAndUsers, ratesWithConditions, placeOfAttempts,
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

    private static let alertsOfRefusals = MigrationStep(
        "alerts_of_refusals",
        sql: """
            ALTER TABLE alert ADD COLUMN needed_nano INTEGER;  -- what the call that was refused may have cost
            ALTER TABLE alert ADD COLUMN resent_at INTEGER;    -- when somebody asked to have it delivered again, UTC ms
            """)
}
