-- The text is in `sealed`, that of the answer in `answer`. Settled without an answer is withdrawn.
CREATE TABLE questions (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    route TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    at BIGINT NOT NULL,
    answer BYTEA,
    answered_by TEXT,
    settled_at BIGINT,
    CHECK ((answer IS NULL) = (answered_by IS NULL) AND (answer IS NULL OR settled_at IS NOT NULL))
);

CREATE INDEX questions_person ON questions (person);
CREATE INDEX questions_settled ON questions (settled_at);

-- Question and answer are in `sealed`. Nothing says whose question it was.
CREATE TABLE faq (
    id TEXT NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL,
    author TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- Either `person` is a keyed digest of who reports in confidence, or `code` is the SHA-256 of what an anonymous reporter was
-- given; `at` is then the start of a day. Who reports and what is told is in `sealed`.
CREATE TABLE reports (
    id TEXT NOT NULL PRIMARY KEY,
    code BYTEA UNIQUE,
    person BYTEA,
    state TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    at BIGINT NOT NULL,
    closed_at BIGINT,
    CHECK ((code IS NULL) <> (person IS NULL))
);

CREATE INDEX reports_person ON reports (person);
CREATE INDEX reports_closed ON reports (closed_at);

-- No `author` is the reporter.
CREATE TABLE report_messages (
    report TEXT NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    author TEXT,
    sealed BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (report, number)
);

-- Day and reference are in `sealed`.
CREATE TABLE measures (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    decided_by TEXT NOT NULL,
    noted_by TEXT NOT NULL,
    suspension TEXT REFERENCES suspensions (id),
    sealed BYTEA NOT NULL,
    at BIGINT NOT NULL
);

CREATE INDEX measures_person ON measures (person);
