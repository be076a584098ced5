-- What belongs to the database as a whole: its name in the evidence, and the check of the master key.
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- The evidence. An entry whose time is over loses `at` and `entry` and gets the rule in `erased`; the rest stays.
CREATE TABLE ledger (
    seq INTEGER NOT NULL PRIMARY KEY,
    prev BLOB NOT NULL,
    digest BLOB NOT NULL,
    at INTEGER,
    entry BLOB,
    erased TEXT,
    CHECK ((entry IS NULL) <> (erased IS NULL))
) STRICT;

-- One row: the end of the chain. Whoever appends holds this row.
CREATE TABLE ledger_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL,
    last BLOB NOT NULL,
    frontier BLOB NOT NULL
) STRICT;

CREATE TABLE checkpoints (
    size INTEGER NOT NULL PRIMARY KEY,
    note TEXT NOT NULL
) STRICT;

-- `label` is sealed; `tools` is a JSON array of names from the configuration.
CREATE TABLE virtual_keys (
    id TEXT NOT NULL PRIMARY KEY,
    label BLOB NOT NULL,
    secret_hash BLOB NOT NULL UNIQUE,
    tools TEXT NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    requests_per_minute INTEGER,
    tokens_per_month INTEGER,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE token_usage (
    key_id TEXT NOT NULL,
    month TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (key_id, month)
) STRICT;

-- `name` is a keyed digest, `secret` the sealed data key; without it the rows of the vault mean nothing.
CREATE TABLE conversations (
    id INTEGER NOT NULL PRIMARY KEY,
    name BLOB NOT NULL UNIQUE,
    secret BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX conversations_expiry ON conversations (expires_at);

-- `fingerprint` is a keyed digest of the value; kind, value and entity are in `sealed`.
CREATE TABLE vault (
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    token TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (conversation, token),
    UNIQUE (conversation, fingerprint)
) STRICT;
