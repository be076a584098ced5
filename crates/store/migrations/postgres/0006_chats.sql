-- The data key of a person, sealed under the master key. Without it the rows of their chats mean nothing.
CREATE TABLE person_keys (
    person TEXT NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    sealed BYTEA NOT NULL
);

-- Title, tool and what was masked by hand are in `sealed`.
CREATE TABLE chats (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX chats_person ON chats (person, changed_at);
CREATE INDEX chats_expiry ON chats (expires_at);

-- A question and its answer are in `sealed`.
CREATE TABLE chat_turns (
    chat TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (chat, number)
);
