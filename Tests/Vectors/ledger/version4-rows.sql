-- What a ledger of version 4 had beside the rows of version 3.

UPDATE identity SET prompt_override='alice: complaints';
UPDATE attempt SET request_sha256=zeroblob(32) WHERE state='posted';
