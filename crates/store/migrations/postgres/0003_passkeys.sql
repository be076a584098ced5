-- With what people sign in instead of a password. The credential's own name is kept as its SHA-256 here, and sealed with
-- the public key and the label.
CREATE TABLE passkeys (
    hash BYTEA NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    sealed BYTEA NOT NULL,
    counter BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX passkeys_person ON passkeys (person);
