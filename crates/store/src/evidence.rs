//! The ledger in the database: appending, checkpoints, export, erasure.

use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use futures::TryStreamExt as _;
use sluis_ledger::{
    Checkpoint, Entry, Event, Frontier, Hash, Head, Header, Record, ZERO, hex, is_rule_name,
    write_checkpoint, write_entry, write_erased, write_header,
};
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgPool;
use tokio::sync::{mpsc, oneshot};

use crate::Store;
use crate::db::{Db, chunk, insert_rows, reading, snapshot, writing};
use crate::error::{Result, StoreError};
use crate::pen::Pen;

/// Entries that may wait for the writer; whoever comes then waits for room.
const QUEUE: usize = 1024;

/// Most entries in one transaction.
const BATCH: usize = 64;

/// How much of an export is written at a time, in bytes.
const BUFFER: usize = 64 * 1024;

const COLUMNS: [&str; 5] = ["seq", "prev", "digest", "at", "entry"];

pub(crate) const HEAD: &str = "SELECT size, last, frontier FROM ledger_head WHERE id = 1";
const HEAD_LOCKED: &str = "SELECT size, last, frontier FROM ledger_head WHERE id = 1 FOR UPDATE";

pub(crate) type HeadRow = (i64, Vec<u8>, Vec<u8>);
type ExportRow = (i64, Vec<u8>, Vec<u8>, Option<Vec<u8>>, Option<String>, Option<String>);

/// What the writer is asked to do.
pub(crate) enum Job {
    Append(Waiting),
    /// Say when all that was written before is on the disk.
    Settle(oneshot::Sender<Result<u64>>),
    /// Do what was asked before, then stop.
    Close(oneshot::Sender<()>),
}

/// An entry on its way into the database.
pub(crate) struct Waiting {
    pub(crate) entry: Vec<u8>,
    /// Unix microseconds.
    pub(crate) at: i64,
    until: Until,
    reply: oneshot::Sender<Result<u64>>,
}

/// How far an entry has come when its writer is told so.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// With the operating system or the server: it outlives this process, not a power cut.
    Written,
    /// On the disk.
    Durable,
}

/// What is done in one go: entries for one transaction, and who waits for the disk.
#[derive(Default)]
struct Batch {
    entries: Vec<Waiting>,
    settling: Vec<oneshot::Sender<Result<u64>>>,
    closing: Option<oneshot::Sender<()>>,
}

/// Starts the writer: a thread of its own for SQLite, a task for PostgreSQL. It takes all waiting entries into one
/// transaction, so that many share the cost of one flush to disk. It lives until the last handle is gone, and through
/// every error: whoever waits is told, and the next transaction starts from what stands in the database.
pub(crate) fn start_writer(db: Db, failing: Arc<AtomicBool>) -> Result<mpsc::Sender<Job>> {
    let (jobs, mut queue) = mpsc::channel(QUEUE);
    match db {
        Db::Sqlite(lite) => {
            let mut pen = Pen::new(lite);
            thread::Builder::new().name("ledger".into()).spawn(move || {
                let mut jobs = Vec::with_capacity(BATCH);
                let mut closing = None;
                while closing.is_none() && queue.blocking_recv_many(&mut jobs, BATCH) > 0 {
                    let batch = Batch::of(&mut jobs);
                    let first = if batch.entries.is_empty() { Ok(0) } else { pen.append(&batch.entries) };
                    closing = batch.answer(first, || pen.settle(), &failing);
                }
                drop(pen);
                closing.map(|done| done.send(()))
            })?;
        }
        Db::Postgres(pool) => {
            tokio::spawn(async move {
                let mut jobs = Vec::with_capacity(BATCH);
                let mut closing = None;
                while closing.is_none() && queue.recv_many(&mut jobs, BATCH).await > 0 {
                    let batch = Batch::of(&mut jobs);
                    let first = append_postgres(&pool, &batch).await;
                    closing = batch.answer(first, || Ok(()), &failing);
                }
                closing.map(|done| done.send(()))
            });
        }
    }
    Ok(jobs)
}

impl Batch {
    fn of(jobs: &mut Vec<Job>) -> Self {
        let mut batch = Self::default();
        for job in jobs.drain(..) {
            match job {
                Job::Append(waiting) => batch.entries.push(waiting),
                Job::Settle(reply) => batch.settling.push(reply),
                Job::Close(done) => batch.closing = Some(done),
            }
        }
        batch
    }

    /// Whether someone waits for the disk.
    fn is_awaited(&self) -> bool {
        !self.settling.is_empty() || self.entries.iter().any(|waiting| waiting.until == Until::Durable)
    }

    /// Tells everybody how it went: who only waits for the writing at once, the others when `settle` is done. `first` is
    /// the number of the first entry. Gives back whom to tell that the writer has stopped.
    fn answer(
        self,
        first: Result<u64>,
        settle: impl FnOnce() -> Result<()>,
        failing: &AtomicBool,
    ) -> Option<oneshot::Sender<()>> {
        let awaited = self.is_awaited();
        let mut later = Vec::new();
        for (waiting, offset) in self.entries.into_iter().zip(0..) {
            // A caller that left does not make its entry undone.
            let number = first.clone().map(|first| first + offset);
            match waiting.until {
                Until::Written => drop(waiting.reply.send(number)),
                Until::Durable => later.push((waiting.reply, number)),
            }
        }
        let settled = first.and_then(|_| if awaited { settle() } else { Ok(()) });
        failing.store(settled.is_err(), Ordering::Relaxed);
        let others = self.settling.into_iter().map(|reply| (reply, Ok(0)));
        for (reply, number) in later.into_iter().chain(others) {
            let _ = reply.send(settled.clone().and(number));
        }
        self.closing
    }
}

/// Appends the batch in one transaction that holds the end of the chain: several nodes append to one. A commit
/// that waits for the disk takes all earlier ones there with it, so one is made even of a batch without entries when someone
/// waits for that.
async fn append_postgres(pool: &PgPool, batch: &Batch) -> Result<u64> {
    let mut conn = pool.begin().await?;
    if !batch.is_awaited() {
        sqlx::query("SET LOCAL synchronous_commit = off").execute(&mut *conn).await?;
    } else if batch.entries.is_empty() {
        // Only a transaction with a number is written to the log.
        sqlx::query("SELECT pg_current_xact_id()").execute(&mut *conn).await?;
    }
    if batch.entries.is_empty() {
        conn.commit().await?;
        return Ok(0);
    }
    let row: HeadRow = sqlx::query_as(HEAD_LOCKED).fetch_one(&mut *conn).await?;
    let mut head = read_head(row)?;
    let first = head.size();
    let mut rest = &batch.entries[..];
    while !rest.is_empty() {
        let (part, later) = rest.split_at(chunk(rest.len()));
        rest = later;
        let mut query = sqlx::query(AssertSqlSafe(insert_rows("ledger", &COLUMNS, part.len())));
        for waiting in part {
            let record = head.append(&waiting.entry);
            query = query
                .bind(signed(record.seq)?)
                .bind(record.prev.to_vec())
                .bind(record.digest.to_vec())
                .bind(waiting.at)
                .bind(&waiting.entry);
        }
        query.execute(&mut *conn).await?;
    }
    sqlx::query("UPDATE ledger_head SET size = $1, last = $2, frontier = $3 WHERE id = 1")
        .bind(signed(head.size())?)
        .bind(&head.last()[..])
        .bind(head.frontier().to_bytes())
        .execute(&mut *conn)
        .await?;
    conn.commit().await?;
    Ok(first)
}

/// Makes the row of an empty chain if there is none.
pub(crate) async fn prepare(db: &Db) -> Result<()> {
    writing!(db, |conn| {
        sqlx::query(
            "INSERT INTO ledger_head (id, size, last, frontier) VALUES (1, 0, $1, $2) ON CONFLICT (id) DO NOTHING",
        )
        .bind(&ZERO[..])
        .bind(&[][..] as &[u8])
        .execute(&mut *conn)
        .await?;
    });
    Ok(())
}

impl Store {
    /// A new entry with a random identifier, the time and a salt, all from the [`crate::Source`].
    #[must_use]
    pub fn entry(&self, event: Event) -> Entry {
        let (mut id, mut salt) = ([0; 16], [0; 16]);
        (self.inner.source.random)(&mut id);
        (self.inner.source.random)(&mut salt);
        Entry::new(hex(&id), (self.inner.source.now)(), &salt, event)
    }

    /// Records an entry and gives its sequence number. It returns only when the entry, and all before it, is on the disk.
    ///
    /// # Errors
    /// `Entry`, `Unavailable`, `Closed`, or the database's. An error means "not known to be recorded": when the connection
    /// to PostgreSQL breaks during the commit, the entry may stand there; the chain is sound either way.
    pub async fn append(&self, entry: Entry) -> Result<u64> {
        self.write_until(entry, Until::Durable).await
    }

    /// Records an entry and gives its sequence number, sooner than [`Store::append`]: the entry outlives this process, but
    /// only a later `append` or [`Store::settle`] says that it outlives a power cut.
    ///
    /// # Errors
    /// As [`Store::append`].
    pub async fn write(&self, entry: Entry) -> Result<u64> {
        self.write_until(entry, Until::Written).await
    }

    /// Returns when all entries written before are on the disk.
    ///
    /// # Errors
    /// As [`Store::append`].
    pub async fn settle(&self) -> Result<()> {
        let (reply, answer) = oneshot::channel();
        self.inner.jobs.send(Job::Settle(reply)).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?.map(|_| ())
    }

    async fn write_until(&self, entry: Entry, until: Until) -> Result<u64> {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { entry: entry.to_bytes()?, at: entry.at, until, reply };
        self.inner.jobs.send(Job::Append(waiting)).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Number of entries in the ledger, erased ones included.
    ///
    /// # Errors
    /// The database's.
    pub async fn size(&self) -> Result<u64> {
        Ok(self.head().await?.size())
    }

    /// Signs the ledger as it stands, keeps the checkpoint and gives it as a signed note. Handing this note to someone
    /// else is what makes it impossible to rewrite the past unseen.
    ///
    /// # Errors
    /// `Corrupt`, or the database's.
    pub async fn checkpoint(&self) -> Result<String> {
        let head = self.head().await?;
        let note = Checkpoint::sign(&self.inner.signer, head.size(), &head.root())
            .map_err(|_| StoreError::Corrupt("the name of the ledger"))?;
        let size = signed(head.size())?;
        writing!(&self.inner.db, |conn| {
            // The same head gives the same note, so it does not matter who was first.
            sqlx::query("INSERT INTO checkpoints (size, note) VALUES ($1, $2) ON CONFLICT (size) DO NOTHING")
                .bind(size)
                .bind(&note)
                .execute(&mut *conn)
                .await?;
        });
        Ok(note)
    }

    /// The newest checkpoint, as a signed note.
    ///
    /// # Errors
    /// The database's.
    pub async fn latest_checkpoint(&self) -> Result<Option<String>> {
        let row: Option<(String,)> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1")
                .fetch_optional(&mut *conn)
                .await?
        });
        Ok(row.map(|(note,)| note))
    }

    /// The key that verifies the checkpoints, in the form of C2SP `signed-note`. Auditors want it from elsewhere than from
    /// an export.
    #[must_use]
    pub fn verifier_key(&self) -> String {
        self.inner.signer.verifier_key().to_string()
    }

    /// Writes the whole ledger as a file that [`sluis_ledger::verify`] checks, with a fresh checkpoint at its end, and
    /// gives the number of entries. Rows are streamed; what is appended meanwhile is not in it. The writer is used from
    /// the async task, so let it be a file and no slow connection.
    ///
    /// # Errors
    /// `File`, `Corrupt`, or the database's.
    pub async fn export(&self, writer: impl Write + Send) -> Result<u64> {
        let note = self.checkpoint().await?;
        let checkpoint = Checkpoint::open(&note, self.inner.signer.verifier_key())
            .map_err(|_| StoreError::Corrupt("the name of the ledger"))?;
        let mut out = BufWriter::with_capacity(BUFFER, writer);
        snapshot!(&self.inner.db, |conn| {
            let (checkpoints,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM checkpoints WHERE size <= $1")
                .bind(signed(checkpoint.size)?)
                .fetch_one(&mut *conn)
                .await?;
            let header = Header {
                version: 1,
                origin: checkpoint.origin,
                key: self.verifier_key(),
                size: Some(checkpoint.size),
                checkpoints: Some(unsigned(checkpoints)?),
            };
            write_header(&mut out, &header)?;
            let start: Option<(String,)> = sqlx::query_as("SELECT note FROM checkpoints WHERE size = 0")
                .fetch_optional(&mut *conn)
                .await?;
            if let Some((note,)) = start {
                write_checkpoint(&mut out, &note)?;
            }
            let mut rows = sqlx::query_as(
                "SELECT l.seq, l.prev, l.digest, l.entry, l.erased, c.note
                 FROM ledger l LEFT JOIN checkpoints c ON c.size = l.seq + 1
                 WHERE l.seq < $1 ORDER BY l.seq",
            )
            .bind(signed(checkpoint.size)?)
            .fetch(&mut *conn);
            while let Some(row) = rows.try_next().await? {
                write_row(&mut out, row)?;
            }
        });
        out.flush()?;
        Ok(checkpoint.size)
    }

    /// Erases what entries from before `before` (Unix microseconds) say; their records stay, marked with the rule, so the
    /// chain still verifies. Gives how many were erased.
    ///
    /// # Errors
    /// `Rule`, or the database's.
    pub async fn erase_entries(&self, before: i64, rule: &str) -> Result<u64> {
        if !is_rule_name(rule) {
            return Err(StoreError::Rule);
        }
        let erased = writing!(&self.inner.db, |conn| {
            sqlx::query("UPDATE ledger SET entry = NULL, at = NULL, erased = $2 WHERE at < $1")
                .bind(before)
                .bind(rule)
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        if erased > 0 {
            self.inner.db.settle().await;
        }
        Ok(erased)
    }

    async fn head(&self) -> Result<Head> {
        let row: HeadRow =
            reading!(&self.inner.db, |conn| sqlx::query_as(HEAD).fetch_one(&mut *conn).await?);
        read_head(row)
    }
}

fn write_row(out: &mut impl Write, row: ExportRow) -> Result<()> {
    let (seq, prev, digest, entry, erased, note) = row;
    let record = Record { seq: unsigned(seq)?, prev: hash(prev)?, digest: hash(digest)? };
    match (entry, erased) {
        (Some(entry), None) => write_entry(out, &record, &entry)?,
        (None, Some(rule)) if is_rule_name(&rule) => write_erased(out, &record, &rule)?,
        _ => return Err(StoreError::Corrupt("a record with neither entry nor rule")),
    }
    if let Some(note) = note {
        write_checkpoint(out, &note)?;
    }
    Ok(())
}

pub(crate) fn read_head((size, last, frontier): HeadRow) -> Result<Head> {
    let frontier = Frontier::from_bytes(unsigned(size)?, &frontier);
    Ok(Head::new(hash(last)?, frontier.ok_or(StoreError::Corrupt("the head of the ledger"))?))
}

fn hash(bytes: Vec<u8>) -> Result<Hash> {
    bytes.try_into().map_err(|_| StoreError::Corrupt("a hash in the ledger"))
}

pub(crate) fn signed(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| StoreError::Range)
}

fn unsigned(number: i64) -> Result<u64> {
    u64::try_from(number).map_err(|_| StoreError::Corrupt("a negative number"))
}

#[cfg(test)]
mod tests {
    use sluis_ledger::{Expect, verify};

    use super::*;
    use crate::{MasterKey, Source};

    #[tokio::test]
    async fn a_store_that_failed_is_ready_when_it_can_write_again() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", dir.path().join("x.db").display());
        let source = Source { now: || 0, random: |bytes| bytes.fill(5) };
        let store = Store::open(&url, MasterKey::from_bytes([1; 32]), source).await.unwrap();
        store.inner.failing.store(true, Ordering::Relaxed);
        let Db::Sqlite(lite) = &store.inner.db else { panic!("a database in a file") };
        sqlx::raw_sql("PRAGMA max_page_count = 10").execute(&lite.write).await.unwrap();
        assert_eq!(store.ready().await, Err(StoreError::Unavailable("the disk is full")));
        // The limit was one of the connection, and the error has ended that one.
        assert_eq!(store.ready().await, Ok(()));
        assert!(!store.inner.failing.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn a_full_disk_is_told_and_the_chain_goes_on_when_there_is_room() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", dir.path().join("x.db").display());
        let source = Source { now: || 0, random: |bytes| bytes.fill(5) };
        let store = Store::open(&url, MasterKey::from_bytes([1; 32]), source).await.unwrap();
        let Db::Sqlite(lite) = &store.inner.db else { panic!("a database in a file") };
        let mut pen = Pen::new(lite.clone());
        pen.limit_pages(40);
        let batch = || {
            let entry = store.entry(Event::Sent);
            let (reply, _) = oneshot::channel();
            [Waiting { entry: entry.to_bytes().unwrap(), at: entry.at, until: Until::Durable, reply }]
        };
        let mut answered = 0;
        let error = loop {
            match pen.append(&batch()) {
                Ok(number) => answered = number + 1,
                Err(error) => break error,
            }
        };
        assert_eq!(error, StoreError::Unavailable("the disk is full"));
        // The limit was one of the connection, and the error has ended that one.
        assert_eq!(pen.append(&batch()).unwrap(), answered);
        let mut file = Vec::new();
        store.export(&mut file).await.unwrap();
        assert_eq!(verify(&file[..], &Expect::default(), |_| ()).unwrap().entries, answered + 1);
    }
}
