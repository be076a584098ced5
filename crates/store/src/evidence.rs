//! The ledger in the database: appending, checkpoints, export, erasure.

use std::io::{BufWriter, Write};

use futures::TryStreamExt as _;
use sluis_ledger::{
    Checkpoint, Entry, Event, Frontier, Hash, Head, Header, Record, ZERO, hex, is_rule_name,
    write_checkpoint, write_entry, write_erased, write_header,
};
use tokio::sync::oneshot;

use crate::Store;
use crate::db::{Db, reading, snapshot, writing};
use crate::error::{Result, StoreError};
use crate::writer::{Job, Until, Waiting};

/// How much of an export is written at a time, in bytes.
const BUFFER: usize = 64 * 1024;

pub(crate) const HEAD: &str = "SELECT size, last, frontier FROM ledger_head WHERE id = 1";

pub(crate) type HeadRow = (i64, Vec<u8>, Vec<u8>);
type ExportRow = (i64, Vec<u8>, Vec<u8>, Option<Vec<u8>>, Option<String>, Option<String>);

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

    use std::sync::atomic::Ordering;

    use super::*;
    use crate::pen::Pen;
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
