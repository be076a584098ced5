-- Who somebody is elsewhere, fixed at their first sign-in. `subject` is a keyed digest of what the issuer calls them.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject BYTEA NOT NULL,
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (issuer, person)
);

-- What the organisation's directory said of somebody, sealed. With `deleted_at` it does not know them any more.
CREATE TABLE directory_people (
    person TEXT NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    sealed BYTEA NOT NULL,
    revision BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    deleted_at BIGINT
);

-- `name` is a keyed digest; the name itself and the members are in `sealed`.
CREATE TABLE directory_groups (
    id TEXT NOT NULL PRIMARY KEY,
    name BYTEA NOT NULL UNIQUE,
    sealed BYTEA NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
