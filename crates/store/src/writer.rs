//! The one writer of the ledger: it takes all waiting entries into one transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgPool;
use tokio::sync::{mpsc, oneshot};

use crate::db::{Db, chunk, insert_rows};
use crate::error::Result;
use crate::evidence::{HeadRow, read_head, signed};
use crate::pen::Pen;

/// Entries that may wait for the writer; whoever comes then waits for room.
const QUEUE: usize = 1024;

/// Most entries in one transaction.
const BATCH: usize = 64;

const COLUMNS: [&str; 5] = ["seq", "prev", "digest", "at", "entry"];

const HEAD_LOCKED: &str = "SELECT size, last, frontier FROM ledger_head WHERE id = 1 FOR UPDATE";

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
    pub(crate) until: Until,
    pub(crate) reply: oneshot::Sender<Result<u64>>,
}

/// How far an entry has come when its writer is told so.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
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
        // Whoever is told of a failure finds the store not ready: so this comes first.
        if first.is_err() {
            failing.store(true, Ordering::Relaxed);
        }
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
