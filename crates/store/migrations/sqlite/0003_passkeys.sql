-- With what people sign in instead of a password. The credential's own name is kept as its SHA-256 here, and sealed with
-- the public key and the label.
CREATE TABLE passkeys (
    hash BLOB NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    sealed BLOB NOT NULL,
    counter INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER
);
CREATE INDEX passkeys_person ON passkeys (person);
