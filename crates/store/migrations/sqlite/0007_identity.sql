-- Who somebody is elsewhere, fixed at their first sign-in. `subject` is a keyed digest of what the issuer calls them.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject BLOB NOT NULL,
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (issuer, person)
) STRICT;

-- What the organisation's directory said of somebody, sealed. With `deleted_at` it does not know them any more.
CREATE TABLE directory_people (
    person TEXT NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    sealed BLOB NOT NULL,
    revision INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;

-- `name` is a keyed digest; the name itself and the members are in `sealed`.
CREATE TABLE directory_groups (
    id TEXT NOT NULL PRIMARY KEY,
    name BLOB NOT NULL UNIQUE,
    sealed BLOB NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
