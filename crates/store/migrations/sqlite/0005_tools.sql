-- Tools that somebody asked for. `name` is a keyed digest, so that no two have the same; the record itself is in `sealed`.
CREATE TABLE tool_records (
    id TEXT NOT NULL PRIMARY KEY,
    name BLOB NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
