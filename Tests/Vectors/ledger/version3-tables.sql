-- What version 3 added to those of version 2, word for word.

-- Sums of what was admitted in a quarter of an hour (slot: of those since 1970) and is settled, refused or
-- corrected; written in the transaction of its rows, and kept when they are removed. Money is in two halves.
CREATE TABLE rollup(slot INTEGER NOT NULL, identity INTEGER NOT NULL, requests INTEGER NOT NULL,
  attempts INTEGER NOT NULL, refused INTEGER NOT NULL, unpriced INTEGER NOT NULL, priced INTEGER NOT NULL,
  cost_units INTEGER NOT NULL, cost_nanos INTEGER NOT NULL, presumed_units INTEGER NOT NULL,
  presumed_nanos INTEGER NOT NULL, input INTEGER NOT NULL, cached_input INTEGER NOT NULL,
  cache_write INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL, cache_write_12h INTEGER NOT NULL,
  audio_input INTEGER NOT NULL, image_input INTEGER NOT NULL, output INTEGER NOT NULL,
  audio_output INTEGER NOT NULL, reasoning INTEGER NOT NULL, PRIMARY KEY(slot, identity)) STRICT, WITHOUT ROWID;

-- What removed lines had posted, in two halves, so that a period still is the sum of its parts.
ALTER TABLE period ADD COLUMN archived_units INTEGER NOT NULL DEFAULT 0;
ALTER TABLE period ADD COLUMN archived_nanos INTEGER NOT NULL DEFAULT 0;
ALTER TABLE period ADD COLUMN archived_presumed_units INTEGER NOT NULL DEFAULT 0;
ALTER TABLE period ADD COLUMN archived_presumed_nanos INTEGER NOT NULL DEFAULT 0;
-- The moment before which rows of attempts, or of refused requests, may be missing: a slot's first, UTC ms.
INSERT INTO meta VALUES('attempts_kept_from', 0), ('refused_kept_from', 0);
