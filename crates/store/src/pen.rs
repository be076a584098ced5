//! What writes the ledger into SQLite.
//!
//! It speaks to SQLite directly, from a thread of its own: the queue and the two changes of thread that a general client
//! puts around each statement cost more than the statement, and every request waits for two of these.

use std::fs::File;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension as _, TransactionBehavior, params};
use sluis_ledger::Head;

use crate::db::Sqlite;
use crate::error::{Result, StoreError};
use crate::evidence::{HEAD, read_head, signed};
use crate::writer::Waiting;

/// How often an append starts anew because another process appended to the same file.
const ATTEMPTS: usize = 100;

/// How long it waits while another process writes.
const PATIENCE: Duration = Duration::from_secs(5);

const INSERT: &str = "INSERT INTO ledger (seq, prev, digest, at, entry) VALUES (?1, ?2, ?3, ?4, ?5)";
const MOVE_END: &str =
    "UPDATE ledger_head SET size = ?1, last = ?2, frontier = ?3 WHERE id = 1 AND size = ?4";

/// A connection and the end of the chain as it left it; both can be had anew at any time.
pub(crate) struct Pen {
    lite: Sqlite,
    conn: Option<Connection>,
    end: Option<Head>,
    /// SQLite's log beside the database, as long as the connection that wrote into it lives.
    log: Option<File>,
}

impl Pen {
    pub(crate) fn new(lite: Sqlite) -> Self {
        Self { lite, conn: None, end: None, log: None }
    }

    /// Appends the batch in one transaction and gives the number of its first entry. What was written outlives this
    /// process; [`Pen::settle`] brings it to the disk. The end of the chain is remembered
    /// from the last time; when another process has appended since, nothing is written and it starts anew from what
    /// stands in the database. After any error the connection is not used again.
    pub(crate) fn append(&mut self, batch: &[Waiting]) -> Result<u64> {
        for _ in 0..ATTEMPTS {
            self.lite.check()?;
            let mut conn = if let Some(conn) = self.conn.take() {
                conn
            } else {
                self.log = None;
                connect(&self.lite)?
            };
            let head = match self.end.take() {
                Some(head) => head,
                None => stands_in(&conn)?,
            };
            let first = head.size();
            if let Some(head) = write(&mut conn, head, batch)? {
                (self.conn, self.end) = (Some(conn), Some(head));
                return Ok(first);
            }
            self.conn = Some(conn);
        }
        Err(StoreError::Unavailable("other processes keep appending"))
    }

    /// Returns when all that was written is on the disk: what SQLite itself does after each transaction with `synchronous`
    /// on `FULL`. Here it is apart, so that who does not wait for the disk need not.
    pub(crate) fn settle(&mut self) -> Result<()> {
        let log = match self.log.take().map_or_else(|| File::open(log_of(&self.lite)), Ok) {
            Ok(log) => log,
            // SQLite takes its log away when all of it is in the database, and flushed.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let settled = log.sync_data();
        if settled.is_ok() {
            self.log = Some(log);
        } else {
            // What the system could not write it may forget: nothing of this connection is relied on any more.
            (self.conn, self.end) = (None, None);
        }
        Ok(settled?)
    }

    #[cfg(test)]
    pub(crate) fn limit_pages(&mut self, most: u32) {
        let conn = connect(&self.lite).unwrap();
        conn.pragma_update(None, "max_page_count", most).unwrap();
        self.conn = Some(conn);
    }
}

/// SQLite's name for its log.
fn log_of(lite: &Sqlite) -> PathBuf {
    let mut path = lite.path().as_os_str().to_owned();
    path.push("-wal");
    path.into()
}

fn connect(lite: &Sqlite) -> Result<Connection> {
    let conn = Connection::open_with_flags(
        lite.path(),
        rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    conn.busy_timeout(PATIENCE)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    // The log is flushed by `settle`, and by SQLite before it goes into the database.
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    conn.pragma_update(None, "secure_delete", "ON")?;
    conn.pragma_update(None, "trusted_schema", "OFF")?;
    Ok(conn)
}

fn stands_in(conn: &Connection) -> Result<Head> {
    let row = conn
        .prepare_cached(HEAD)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    read_head(row.ok_or(StoreError::Corrupt("the head of the ledger"))?)
}

/// The new end of the chain, or `None` when `head` is no longer where the chain ends.
fn write(conn: &mut Connection, mut head: Head, batch: &[Waiting]) -> Result<Option<Head>> {
    let first = signed(head.size())?;
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut records = Vec::with_capacity(batch.len());
    for waiting in batch {
        records.push(head.append(&waiting.entry));
    }
    let moved = transaction.prepare_cached(MOVE_END)?.execute(params![
        signed(head.size())?,
        &head.last()[..],
        head.frontier().to_bytes(),
        first
    ])?;
    if moved == 0 {
        return Ok(None);
    }
    {
        let mut insert = transaction.prepare_cached(INSERT)?;
        for (record, waiting) in records.iter().zip(batch) {
            insert.execute(params![
                signed(record.seq)?,
                &record.prev[..],
                &record.digest[..],
                waiting.at,
                waiting.entry
            ])?;
        }
    }
    transaction.commit()?;
    Ok(Some(head))
}

impl From<rusqlite::Error> for StoreError {
    // Messages of a database can quote values, so only codes pass.
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::SqliteFailure(failure, _) if failure.code == ErrorCode::Unknown => {
                Self::Database { code: failure.extended_code.to_string() }
            }
            rusqlite::Error::SqliteFailure(failure, _) => Self::from_code(&failure.extended_code.to_string()),
            _ => Self::Database { code: "client".into() },
        }
    }
}
