-- What belongs to the database as a whole: its name in the evidence, and the check of the master key.
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- The evidence. An entry whose time is over loses `at` and `entry` and gets the rule in `erased`; the rest stays.
CREATE TABLE ledger (
    seq BIGINT NOT NULL PRIMARY KEY,
    prev BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    at BIGINT,
    entry BYTEA,
    erased TEXT,
    CHECK ((entry IS NULL) <> (erased IS NULL))
);

-- One row: the end of the chain. Whoever appends holds this row.
CREATE TABLE ledger_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    size BIGINT NOT NULL,
    last BYTEA NOT NULL,
    frontier BYTEA NOT NULL
);

CREATE TABLE checkpoints (
    size BIGINT NOT NULL PRIMARY KEY,
    note TEXT NOT NULL
);

-- `label` is sealed; `tools` is a JSON array of names from the configuration.
CREATE TABLE virtual_keys (
    id TEXT NOT NULL PRIMARY KEY,
    label BYTEA NOT NULL,
    secret_hash BYTEA NOT NULL UNIQUE,
    tools TEXT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    requests_per_minute BIGINT,
    tokens_per_month BIGINT,
    created_at BIGINT NOT NULL
);

CREATE TABLE token_usage (
    key_id TEXT NOT NULL,
    month TEXT NOT NULL,
    tokens BIGINT NOT NULL,
    PRIMARY KEY (key_id, month)
);

-- `name` is a keyed digest, `secret` the sealed data key; without it the rows of the vault mean nothing.
CREATE TABLE conversations (
    id BIGINT NOT NULL PRIMARY KEY,
    name BYTEA NOT NULL UNIQUE,
    secret BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX conversations_expiry ON conversations (expires_at);

-- `fingerprint` is a keyed digest of the value; kind, value and entity are in `sealed`.
CREATE TABLE vault (
    conversation BIGINT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    token TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (conversation, token),
    UNIQUE (conversation, fingerprint)
);
