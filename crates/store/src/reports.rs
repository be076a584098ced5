//! Reports of what went wrong, and what was said about them.

use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};
use sluis_core::report::{Account, Message, Report, State};

use crate::Store;
use crate::db::{reading, writing};
use crate::error::{Result, StoreError};

/// The most messages that a reporter can add to a report.
pub const MAX_MESSAGES: i64 = 50;

/// How long a report stays after it was closed, in microseconds: a year.
const KEPT: i64 = 366 * 86_400 * 1_000_000;

#[derive(sqlx::FromRow)]
struct ReportRow {
    id: String,
    person: Option<Vec<u8>>,
    state: String,
    sealed: Vec<u8>,
    at: i64,
    closed_at: Option<i64>,
}

/// What is sealed of a report. The reporter too: whoever can read the database learns nothing in confidence.
#[derive(Serialize, Deserialize)]
struct Inside {
    person: Option<String>,
    account: Account,
}

/// What is sealed of a message.
#[derive(Serialize, Deserialize)]
struct Said {
    text: String,
    closes: bool,
}

type MessageRow = (i64, Option<String>, Vec<u8>, i64);

impl Store {
    /// Keeps a new report: of its person, or else of whoever has the code with this SHA-256.
    ///
    /// # Errors
    /// `Duplicate` if identifier or code are known, `Corrupt` if it has both a person and a code, or neither; or the
    /// database's.
    pub async fn insert_report(&self, report: &Report, code: Option<&[u8; 32]>) -> Result<()> {
        if report.person.is_some() == code.is_some() {
            return Err(StoreError::Corrupt("a report of two or of nobody"));
        }
        let person = report.person.as_deref().map(|person| self.reporter_digest(person));
        let person = person.as_ref().map(|digest| &digest[..]);
        let inside = Inside { person: report.person.clone(), account: report.account.clone() };
        let place = inside_place(&report.id, person);
        let sealed = self.inner.reports.seal_json(self.inner.source, &place, &inside)?;
        writing!(&self.inner.db, |conn| {
            sqlx::query(
                "INSERT INTO reports (id, code, person, state, sealed, at, closed_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(&report.id)
            .bind(code.map(|code| &code[..]))
            .bind(person)
            .bind(report.state.name())
            .bind(&sealed)
            .bind(report.at)
            .bind(report.closed_at)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }

    /// The report of this identifier.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn report(&self, id: &str) -> Result<Option<Report>> {
        let row: Option<ReportRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT id, person, state, sealed, at, closed_at FROM reports WHERE id = $1")
                .bind(id)
                .fetch_optional(&mut *conn)
                .await?
        });
        row.map(|row| self.open_report(row)).transpose()
    }

    /// The anonymous report whose code has this SHA-256.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn report_by_code(&self, code: &[u8; 32]) -> Result<Option<Report>> {
        let row: Option<ReportRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT id, person, state, sealed, at, closed_at FROM reports WHERE code = $1")
                .bind(&code[..])
                .fetch_optional(&mut *conn)
                .await?
        });
        row.map(|row| self.open_report(row)).transpose()
    }

    /// What a person reported in confidence, the newest first.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn reports_of(&self, person: &str) -> Result<Vec<Report>> {
        let digest = self.reporter_digest(person);
        let rows: Vec<ReportRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT id, person, state, sealed, at, closed_at FROM reports
                 WHERE person = $1 ORDER BY at DESC, id",
            )
            .bind(&digest[..])
            .fetch_all(&mut *conn)
            .await?
        });
        rows.into_iter().map(|row| self.open_report(row)).collect()
    }

    /// Every report: those that are not closed first, the oldest of them on top; then the closed ones, the newest on top.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn reports(&self) -> Result<Vec<Report>> {
        let rows: Vec<ReportRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT id, person, state, sealed, at, closed_at FROM reports
                 ORDER BY COALESCE(closed_at, 0) DESC, at, id",
            )
            .fetch_all(&mut *conn)
            .await?
        });
        let reports: Result<Vec<Report>> = rows.into_iter().map(|row| self.open_report(row)).collect();
        let (mut open, closed): (Vec<_>, Vec<_>) =
            reports?.into_iter().partition(|report| report.closed_at.is_none());
        open.extend(closed);
        Ok(open)
    }

    /// An officer takes up a report that is new. `false` if it is not.
    ///
    /// # Errors
    /// The database's.
    pub async fn take_up_report(&self, id: &str) -> Result<bool> {
        let done = writing!(&self.inner.db, |conn| {
            sqlx::query("UPDATE reports SET state = $2 WHERE id = $1 AND state = $3")
                .bind(id)
                .bind(State::Underway.name())
                .bind(State::New.name())
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        Ok(done > 0)
    }

    /// Adds a message. An officer's takes the report up, or closes it; the reporter's opens it again if it was closed.
    /// `false`, and nothing is kept, if there is no such report, if an officer writes and it was closed meanwhile, or if the
    /// reporter has written [`MAX_MESSAGES`] already.
    ///
    /// # Errors
    /// The database's.
    pub async fn add_message(&self, report: &str, message: &Message) -> Result<bool> {
        let said = Said { text: message.text.clone(), closes: message.closes };
        let closed_at = message.closes.then_some(message.at);
        let done = writing!(&self.inner.db, |conn| {
            // The row of the report makes writers queue up, so that no two messages get the same number.
            let row: Option<(String,)> = if message.by.is_some() {
                let state = if message.closes { State::Closed } else { State::Underway };
                sqlx::query_as(
                    "UPDATE reports SET state = $2, closed_at = $3 WHERE id = $1 AND state <> $4
                     RETURNING state",
                )
                .bind(report)
                .bind(state.name())
                .bind(closed_at)
                .bind(State::Closed.name())
                .fetch_optional(&mut *conn)
                .await?
            } else {
                sqlx::query_as(
                    "UPDATE reports SET state = CASE WHEN state = $2 THEN $3 ELSE state END, closed_at = NULL
                     WHERE id = $1 RETURNING state",
                )
                .bind(report)
                .bind(State::Closed.name())
                .bind(State::Underway.name())
                .fetch_optional(&mut *conn)
                .await?
            };
            if row.is_none() {
                return Ok(false);
            }
            let (all, theirs): (i64, i64) = sqlx::query_as(
                "SELECT COUNT(*), COUNT(CASE WHEN author IS NULL THEN 1 END) FROM report_messages
                 WHERE report = $1",
            )
            .bind(report)
            .fetch_one(&mut *conn)
            .await?;
            if message.by.is_none() && theirs >= MAX_MESSAGES {
                return Ok(false);
            }
            let number = all + 1;
            let place = number.to_be_bytes();
            let place = message_place(report, &place, message.by.as_deref());
            let sealed = self.inner.reports.seal_json(self.inner.source, &place, &said)?;
            sqlx::query(
                "INSERT INTO report_messages (report, number, author, sealed, at) VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(report)
            .bind(number)
            .bind(&message.by)
            .bind(&sealed)
            .bind(message.at)
            .execute(&mut *conn)
            .await?
            .rows_affected()
        });
        Ok(done > 0)
    }

    /// What was said about a report, the oldest first.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn messages(&self, report: &str) -> Result<Vec<Message>> {
        let rows: Vec<MessageRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT number, author, sealed, at FROM report_messages WHERE report = $1 ORDER BY number",
            )
            .bind(report)
            .fetch_all(&mut *conn)
            .await?
        });
        rows.into_iter()
            .map(|(number, by, sealed, at)| {
                let place = number.to_be_bytes();
                let place = message_place(report, &place, by.as_deref());
                let said: Said = self.inner.reports.open_json(&place, &sealed)?;
                Ok(Message { by, text: said.text, closes: said.closes, at })
            })
            .collect()
    }

    /// Takes away what was closed more than a year before `now`, with all that was said about it.
    pub(crate) async fn purge_reports(&self, now: i64) -> Result<u64> {
        let gone = writing!(&self.inner.db, |conn| {
            sqlx::query("DELETE FROM reports WHERE closed_at <= $1")
                .bind(now.saturating_sub(KEPT))
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        Ok(gone)
    }

    fn open_report(&self, row: ReportRow) -> Result<Report> {
        let inside: Inside =
            self.inner.reports.open_json(&inside_place(&row.id, row.person.as_deref()), &row.sealed)?;
        Ok(Report {
            account: inside.account,
            id: row.id,
            person: inside.person,
            state: State::parse(&row.state).ok_or(StoreError::Corrupt("state of a report"))?,
            at: row.at,
            closed_at: row.closed_at,
        })
    }

    fn reporter_digest(&self, person: &str) -> [u8; 32] {
        let mut digest = [0; 32];
        digest.copy_from_slice(hmac::sign(&self.inner.reporters, person.as_bytes()).as_ref());
        digest
    }
}

/// Nobody is an empty digest, which no person has.
fn inside_place<'a>(id: &'a str, person: Option<&'a [u8]>) -> [&'a [u8]; 4] {
    [b"reports", b"sealed", id.as_bytes(), person.unwrap_or_default()]
}

fn message_place<'a>(report: &'a str, number: &'a [u8], by: Option<&'a str>) -> [&'a [u8]; 5] {
    [b"report_messages", b"sealed", report.as_bytes(), number, by.unwrap_or_default().as_bytes()]
}
