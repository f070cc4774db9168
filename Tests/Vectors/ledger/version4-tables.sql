-- What version 4 added to those of version 3, word for word.

ALTER TABLE identity ADD COLUMN prompt_override TEXT;  -- who turned the label at run time, and why

ALTER TABLE attempt ADD COLUMN request_sha256 BLOB;    -- of the body as it was sent; null: unknown, or nothing was
