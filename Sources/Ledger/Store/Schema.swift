/// The tables, and the version that a file carries in `user_version`.
enum Schema {
    /// A program refuses a file with a greater one.
    static let version: Int64 = 5
    /// `llmg` in ASCII, in the file's header: says whose database it is.
    static let applicationID: Int64 = 0x6C6C_6D67

    /// What makes an empty ledger of version 4, in order. The steps of ``MigrationStep/all`` make it a current one, so
    /// that a new file and an old one that was brought up to date cannot differ.
    static let version4 = [first] + sinceVersion2 + sinceVersion3 + sinceVersion4

    /// The tables that version 2 has and version 1 has not, in order.
    static let sinceVersion2 = [idempotency, alert, prompts]

    /// The tables and columns that version 3 has and version 2 has not, in order.
    static let sinceVersion3 = [rollup, archived]

    /// The columns that version 4 has and version 3 has not, in order.
    static let sinceVersion4 = [override, sent]

    private static let first = """
        CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO meta VALUES('skew_ms', 0), ('probe', 0);

        CREATE TABLE epoch(n INTEGER PRIMARY KEY, started_at INTEGER NOT NULL, stopped_at INTEGER) STRICT;

        CREATE TABLE price(id INTEGER PRIMARY KEY, provider TEXT NOT NULL, model TEXT NOT NULL,
          valid_from TEXT NOT NULL, currency TEXT NOT NULL CHECK(length(currency)=3), source TEXT NOT NULL,
          context_window INTEGER, max_output_tokens INTEGER, per_call TEXT) STRICT;
        CREATE INDEX price_model ON price(provider, model, valid_from);
        CREATE TABLE price_rates(price INTEGER NOT NULL REFERENCES price(id),
          tier TEXT NOT NULL, above_input INTEGER NOT NULL,          -- '' and -1: the standard rates
          input INTEGER NOT NULL, cached_input INTEGER, cache_write INTEGER, cache_write_1h INTEGER,
          cache_write_12h INTEGER, audio_input INTEGER, image_input INTEGER, output INTEGER NOT NULL,
          audio_output INTEGER, image_output INTEGER, PRIMARY KEY(price, tier, above_input)) STRICT, WITHOUT ROWID;

        CREATE TABLE identity(id INTEGER PRIMARY KEY, application TEXT NOT NULL, team TEXT, key TEXT NOT NULL,
          model TEXT NOT NULL, prompt TEXT, prompt_version TEXT, prompt_digest TEXT, prompt_label TEXT,
          prompt_commit TEXT, experiment TEXT, phase INTEGER, variant TEXT, generation TEXT NOT NULL,
          git_commit TEXT, provider TEXT, upstream_model TEXT, price INTEGER REFERENCES price(id),
          free INTEGER NOT NULL, currency TEXT) STRICT;
        CREATE INDEX identity_lookup ON identity(application, key, model, upstream_model);

        CREATE TABLE fx_rate(id INTEGER PRIMARY KEY, base TEXT NOT NULL, quote TEXT NOT NULL, day TEXT NOT NULL,
          nano INTEGER NOT NULL CHECK(nano>0), source TEXT NOT NULL, UNIQUE(base,quote,day,source,nano)) STRICT;

        CREATE TABLE period(id INTEGER PRIMARY KEY,
          scope TEXT NOT NULL
            CHECK(scope IN('organisation','team','application','key','user','model','prompt','variant')),
          name TEXT NOT NULL,
          window TEXT NOT NULL CHECK(window IN('day','week','month','quarter','year','total')),
          zone TEXT NOT NULL, currency TEXT NOT NULL CHECK(length(currency)=3), label TEXT NOT NULL,
          starts_at INTEGER NOT NULL, ends_at INTEGER NOT NULL CHECK(ends_at>starts_at),  -- UTC ms, never recomputed
          limit_nano INTEGER NOT NULL CHECK(limit_nano>=0),
          posted_nano INTEGER NOT NULL DEFAULT 0 CHECK(posted_nano>=0),
          held_nano INTEGER NOT NULL DEFAULT 0 CHECK(held_nano>=0),
          presumed_nano INTEGER NOT NULL DEFAULT 0 CHECK(presumed_nano>=0),   -- part of posted_nano
          overrun_nano INTEGER NOT NULL DEFAULT 0 CHECK(overrun_nano>=0),     -- billed above the bound
          allowance_nano INTEGER NOT NULL DEFAULT 0 CHECK(allowance_nano>=0), -- above the limit by a lowering of it,
                                                                              --   a correction, or an alert-only budget
          UNIQUE(scope, name, window, zone, currency, starts_at),
          -- posted + held <= limit + overrun + allowance, written so that no sum overflows
          CHECK(posted_nano-overrun_nano-allowance_nano<=limit_nano-held_nano)) STRICT;

        -- An open hold is a row of hold; its settlement moves it to attempt. So few rows are ever changed, and what a
        -- crash left open is what stands in hold. The first budget line is part of the row, further ones are in line.
        -- identity and period name rows without REFERENCES, which would cost a search each; verify looks for strays.
        -- The checks of attempt say OR and not IN: for a list of three or more SQLite builds a table, for each row anew.
        CREATE TABLE hold(request BLOB NOT NULL CHECK(length(request)=16), attempt INTEGER NOT NULL,
          identity INTEGER NOT NULL, superseded INTEGER NOT NULL DEFAULT 0, admitted_at INTEGER NOT NULL,
          input_max INTEGER NOT NULL, output_max INTEGER NOT NULL, bound_nano INTEGER CHECK(bound_nano>=0),
          period INTEGER, fx INTEGER, held_nano INTEGER CHECK(held_nano>=0),
          state TEXT NOT NULL DEFAULT 'held' CHECK(state='held' OR state='final'),
          seq INTEGER NOT NULL DEFAULT 0 CHECK(seq>=0),                       -- the last extension
          PRIMARY KEY(request, attempt)) STRICT, WITHOUT ROWID;
        CREATE TABLE attempt(request BLOB NOT NULL, attempt INTEGER NOT NULL, identity INTEGER NOT NULL,
          superseded INTEGER NOT NULL,                                        -- a later attempt followed
          admitted_at INTEGER NOT NULL, input_max INTEGER NOT NULL, output_max INTEGER NOT NULL, bound_nano INTEGER,
          period INTEGER, fx INTEGER, held_nano INTEGER, posted_nano INTEGER CHECK(posted_nano>=0),
          state TEXT NOT NULL CHECK(state='posted' OR state='voided' OR state='presumed'),
          basis TEXT NOT NULL CHECK(basis='reported' OR basis='counted' OR basis='presumed' OR basis='not_billed'),
          cost_nano INTEGER CHECK(cost_nano>=0), violation INTEGER NOT NULL DEFAULT 0,
          input INTEGER, cached_input INTEGER, cache_write INTEGER, cache_write_1h INTEGER, cache_write_12h INTEGER,
          audio_input INTEGER, image_input INTEGER, output INTEGER, audio_output INTEGER, reasoning INTEGER,
          unpriced TEXT, upstream_status INTEGER, upstream_request TEXT, error_code TEXT, first_byte_ms INTEGER,
          duration_ms INTEGER, served_model TEXT,
          -- How the request ended, on its last attempt.
          endpoint TEXT, outcome TEXT CHECK(outcome='completed' OR outcome='truncated' OR outcome='cancelled'
            OR outcome='failed' OR outcome='refused'),
          status INTEGER, stream INTEGER, started_at INTEGER, total_ms INTEGER, total_first_byte_ms INTEGER,
          session TEXT, unit BLOB, tags TEXT, request_error TEXT, fallback INTEGER, max_tokens INTEGER,
          clipped_to INTEGER, degraded_from TEXT, cut_by TEXT, idempotency_key TEXT,
          seq INTEGER NOT NULL DEFAULT 0 CHECK(seq>=0), cut INTEGER NOT NULL DEFAULT 0 CHECK(cut=0 OR state<>'voided'),
          extras TEXT,                                                        -- images=3,web_search=2
          tier TEXT,                                                          -- as the vendor names it
          PRIMARY KEY(request, attempt)) STRICT, WITHOUT ROWID;
        CREATE INDEX attempt_session ON attempt(session) WHERE session IS NOT NULL;

        CREATE TABLE line(request BLOB NOT NULL, attempt INTEGER NOT NULL, period INTEGER NOT NULL, fx INTEGER,
          held_nano INTEGER NOT NULL CHECK(held_nano>=0), posted_nano INTEGER CHECK(posted_nano>=0),
          PRIMARY KEY(request, attempt, period)) STRICT, WITHOUT ROWID;

        -- Requests that ended without an attempt.
        CREATE TABLE request(request BLOB PRIMARY KEY CHECK(length(request)=16), attempt INTEGER NOT NULL DEFAULT 0,
          identity INTEGER NOT NULL, endpoint TEXT NOT NULL,
          outcome TEXT NOT NULL CHECK(outcome IN('completed','truncated','cancelled','failed','refused')),
          status INTEGER NOT NULL, stream INTEGER NOT NULL, started_at INTEGER NOT NULL, total_ms INTEGER NOT NULL,
          total_first_byte_ms INTEGER, session TEXT, unit BLOB, tags TEXT, request_error TEXT,
          fallback INTEGER NOT NULL, max_tokens INTEGER, clipped_to INTEGER, degraded_from TEXT, cut_by TEXT,
          idempotency_key TEXT) STRICT, WITHOUT ROWID;

        CREATE TABLE adjustment(id INTEGER PRIMARY KEY, period INTEGER REFERENCES period(id),
          request BLOB, attempt INTEGER,
          kind TEXT NOT NULL CHECK(kind IN('late_usage','presumed_release','fx_revaluation','provider_invoice',
            'reprice','manual','limit_change')),
          nano INTEGER NOT NULL, by_whom TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL,
          name TEXT,                                                          -- its caller's; booked once
          currency TEXT) STRICT;                                              -- of an attempt that has none
        CREATE INDEX adjustment_attempt ON adjustment(request, attempt);
        CREATE UNIQUE INDEX adjustment_name ON adjustment(name) WHERE name NOT NULL;

        CREATE TABLE key(id TEXT PRIMARY KEY, application TEXT NOT NULL, name TEXT NOT NULL,
          hash BLOB NOT NULL UNIQUE CHECK(length(hash)=32), created_at INTEGER NOT NULL, expires_at INTEGER,
          revoked_at INTEGER, replaces TEXT) STRICT, WITHOUT ROWID;

        CREATE TABLE feedback(id TEXT PRIMARY KEY, application TEXT NOT NULL, key TEXT NOT NULL, request BLOB,
          session TEXT, metric TEXT NOT NULL, number REAL, text TEXT, comment TEXT, source TEXT, author TEXT,
          at INTEGER NOT NULL, received_at INTEGER NOT NULL, idempotency TEXT, body_hash BLOB NOT NULL,
          late INTEGER NOT NULL, superseded_by TEXT, CHECK((request IS NULL) <> (session IS NULL)))
          STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX feedback_idempotency ON feedback(application, idempotency) WHERE idempotency IS NOT NULL;
        CREATE INDEX feedback_request ON feedback(request, metric) WHERE request IS NOT NULL;
        CREATE INDEX feedback_session ON feedback(session, metric) WHERE session IS NOT NULL;
        CREATE TABLE attribution(feedback TEXT NOT NULL REFERENCES feedback(id), request BLOB NOT NULL,
          identity INTEGER NOT NULL REFERENCES identity(id), unit BLOB, PRIMARY KEY(feedback, request))
          STRICT, WITHOUT ROWID;

        CREATE TABLE assignment(experiment TEXT NOT NULL, phase INTEGER NOT NULL, unit BLOB NOT NULL,
          variant TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(experiment, phase, unit)) STRICT, WITHOUT ROWID;

        CREATE TABLE audit(n INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
          subject TEXT NOT NULL, detail TEXT NOT NULL, chain BLOB NOT NULL CHECK(length(chain)=32)) STRICT;
        """

    private static let idempotency = """
        -- Whether the request runs, has ended, or cost nothing, is in its own rows. epoch: the process that admitted it.
        CREATE TABLE idempotency(application TEXT NOT NULL, key TEXT NOT NULL CHECK(length(CAST(key AS BLOB))<=255),
          request BLOB NOT NULL CHECK(length(request)=16), body_hash BLOB NOT NULL CHECK(length(body_hash)=32),
          at INTEGER NOT NULL, epoch INTEGER NOT NULL, PRIMARY KEY(application, key)) STRICT, WITHOUT ROWID;
        CREATE INDEX idempotency_at ON idempotency(at);
        """

    private static let alert = """
        CREATE TABLE alert(id INTEGER PRIMARY KEY, period INTEGER NOT NULL REFERENCES period(id),
          ppm INTEGER NOT NULL CHECK(ppm>0), kind TEXT NOT NULL CHECK(kind IN('held','posted')), at INTEGER NOT NULL,
          limit_nano INTEGER NOT NULL CHECK(limit_nano>=0), posted_nano INTEGER NOT NULL CHECK(posted_nano>=0),
          held_nano INTEGER NOT NULL CHECK(held_nano>=0), delivered_at INTEGER,
          tries INTEGER NOT NULL DEFAULT 0 CHECK(tries>=0), last_error TEXT, UNIQUE(period, ppm, kind)) STRICT;
        CREATE INDEX alert_pending ON alert(id) WHERE delivered_at IS NULL;
        """

    private static let prompts = """
        -- What a version meant when it was first served. A row is never changed: a version never changes its text.
        CREATE TABLE prompt_versions(digest TEXT PRIMARY KEY CHECK(length(digest)=64), name TEXT NOT NULL,
          variant TEXT NOT NULL,                                              -- '' for the prompt itself
          version TEXT NOT NULL, git_commit TEXT, blob TEXT, author TEXT, created INTEGER, imported_at INTEGER NOT NULL,
          UNIQUE(name, variant, version)) STRICT, WITHOUT ROWID;
        CREATE TABLE prompt_override(id INTEGER PRIMARY KEY, name TEXT NOT NULL, label TEXT NOT NULL,
          version TEXT NOT NULL, digest TEXT NOT NULL CHECK(length(digest)=64), by_whom TEXT NOT NULL,
          reason TEXT NOT NULL, at INTEGER NOT NULL, cleared_at INTEGER, cleared_by TEXT) STRICT;
        CREATE UNIQUE INDEX prompt_override_open ON prompt_override(name, label) WHERE cleared_at IS NULL;
        """

    private static let rollup = """
        -- Sums of what was admitted in a quarter of an hour (slot: of those since 1970) and is settled, refused or
        -- corrected; written in the transaction of its rows, and kept when they are removed. Money is in two halves.
        CREATE TABLE rollup(slot INTEGER NOT NULL, identity INTEGER NOT NULL, requests INTEGER NOT NULL,
          attempts INTEGER NOT NULL, refused INTEGER NOT NULL, unpriced INTEGER NOT NULL, priced INTEGER NOT NULL,
          cost_units INTEGER NOT NULL, cost_nanos INTEGER NOT NULL, presumed_units INTEGER NOT NULL,
          presumed_nanos INTEGER NOT NULL, input INTEGER NOT NULL, cached_input INTEGER NOT NULL,
          cache_write INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL, cache_write_12h INTEGER NOT NULL,
          audio_input INTEGER NOT NULL, image_input INTEGER NOT NULL, output INTEGER NOT NULL,
          audio_output INTEGER NOT NULL, reasoning INTEGER NOT NULL, PRIMARY KEY(slot, identity)) STRICT, WITHOUT ROWID;
        """

    private static let override = """
        ALTER TABLE identity ADD COLUMN prompt_override TEXT;  -- who turned the label at run time, and why
        """

    private static let sent = """
        ALTER TABLE attempt ADD COLUMN request_sha256 BLOB;    -- of the body as it was sent; null: unknown, or nothing was
        """

    private static let archived = """
        -- What removed lines had posted, in two halves, so that a period still is the sum of its parts.
        ALTER TABLE period ADD COLUMN archived_units INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE period ADD COLUMN archived_nanos INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE period ADD COLUMN archived_presumed_units INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE period ADD COLUMN archived_presumed_nanos INTEGER NOT NULL DEFAULT 0;
        -- The moment before which rows of attempts, or of refused requests, may be missing: a slot's first, UTC ms.
        INSERT INTO meta VALUES('attempts_kept_from', 0), ('refused_kept_from', 0);
        """
}
