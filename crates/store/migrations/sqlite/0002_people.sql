-- Whose key it is; none is a program's. People come after keys in a backup, so nothing refers here.
ALTER TABLE virtual_keys ADD COLUMN person TEXT;

-- A number that moves with every write that other nodes have to hear of. No row is the number zero.
CREATE TABLE generation (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;

-- `email` is a keyed digest; all else that is known of a person, roles too, is in `sealed`.
CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,
    email BLOB NOT NULL UNIQUE,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Hash of the password and secret of the second step are in `sealed`; `used_step` is the last step whose code was used.
CREATE TABLE credentials (
    person TEXT NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    sealed BLOB NOT NULL,
    used_step INTEGER
) STRICT;

CREATE TABLE sessions (
    hash BLOB NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE tickets (
    hash BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    person TEXT REFERENCES people (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX tickets_expiry ON tickets (expires_at);

-- `reason` is sealed; no `tool` is all of them.
CREATE TABLE suspensions (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    tool TEXT,
    reason BLOB NOT NULL,
    decided_by TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    lifted_at INTEGER
) STRICT;

CREATE INDEX suspensions_person ON suspensions (person);

-- At most one row. When the draft goes, its revision stays, so that no revision ever stands for two drafts.
CREATE TABLE policy_draft (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL,
    sealed BLOB,
    author TEXT,
    at INTEGER,
    CHECK ((sealed IS NULL) = (author IS NULL) AND (sealed IS NULL) = (at IS NULL))
) STRICT;

-- Published versions, which never change. The policy is in `sealed`; `hash` is the SHA-256 of its text.
CREATE TABLE policies (
    number INTEGER NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL,
    hash BLOB NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE acknowledgements (
    person TEXT NOT NULL REFERENCES people (id),
    policy INTEGER NOT NULL REFERENCES policies (number),
    hash BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (person, policy)
) STRICT;

CREATE INDEX acknowledgements_policy ON acknowledgements (policy);
