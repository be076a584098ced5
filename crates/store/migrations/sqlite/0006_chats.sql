-- The data key of a person, sealed under the master key. Without it the rows of their chats mean nothing.
CREATE TABLE person_keys (
    person TEXT NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    sealed BLOB NOT NULL
) STRICT;

-- Title, tool and what was masked by hand are in `sealed`.
CREATE TABLE chats (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX chats_person ON chats (person, changed_at);
CREATE INDEX chats_expiry ON chats (expires_at);

-- A question and its answer are in `sealed`.
CREATE TABLE chat_turns (
    chat TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (chat, number)
) STRICT;
