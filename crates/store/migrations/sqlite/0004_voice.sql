-- The text is in `sealed`, that of the answer in `answer`. Settled without an answer is withdrawn.
CREATE TABLE questions (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    route TEXT NOT NULL,
    sealed BLOB NOT NULL,
    at INTEGER NOT NULL,
    answer BLOB,
    answered_by TEXT,
    settled_at INTEGER,
    CHECK ((answer IS NULL) = (answered_by IS NULL) AND (answer IS NULL OR settled_at IS NOT NULL))
) STRICT;

CREATE INDEX questions_person ON questions (person);
CREATE INDEX questions_settled ON questions (settled_at);

-- Question and answer are in `sealed`. Nothing says whose question it was.
CREATE TABLE faq (
    id TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Either `person` is a keyed digest of who reports in confidence, or `code` is the SHA-256 of what an anonymous reporter was
-- given; `at` is then the start of a day. Who reports and what is told is in `sealed`.
CREATE TABLE reports (
    id TEXT NOT NULL PRIMARY KEY,
    code BLOB UNIQUE,
    person BLOB,
    state TEXT NOT NULL,
    sealed BLOB NOT NULL,
    at INTEGER NOT NULL,
    closed_at INTEGER,
    CHECK ((code IS NULL) <> (person IS NULL))
) STRICT;

CREATE INDEX reports_person ON reports (person);
CREATE INDEX reports_closed ON reports (closed_at);

-- No `author` is the reporter.
CREATE TABLE report_messages (
    report TEXT NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    author TEXT,
    sealed BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (report, number)
) STRICT;

-- Day and reference are in `sealed`.
CREATE TABLE measures (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    decided_by TEXT NOT NULL,
    noted_by TEXT NOT NULL,
    suspension TEXT REFERENCES suspensions (id),
    sealed BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX measures_person ON measures (person);
