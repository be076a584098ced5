//! Everything Sluis keeps: evidence, people, policies, virtual keys, the sealed vaults of conversations, and the chats that
//! people keep, in SQLite or PostgreSQL.
//!
//! This is the only crate with SQL. One text of each query serves both databases; where they differ, both texts stand
//! side by side in the code, and the tables in `migrations/sqlite` and `migrations/postgres`.
//!
//! What a stolen database shows: identifiers, times, counts, names from the configuration. People with their roles and
//! credentials, reasons of suspensions, measures, texts of policies, questions and reports, records of tools, labels of keys,
//! data keys of conversations and the values in the vault are sealed with AES-256-GCM-SIV, bound to their row; so are chats,
//! under a data key of the person they belong to.
//! Dropping the data key of a conversation or a person is the erasure of what it seals.

mod backup;
mod chats;
mod db;
mod directory;
mod error;
mod evidence;
mod identities;
mod keys;
mod measures;
mod passkeys;
mod pen;
mod people;
mod policies;
mod questions;
mod reports;
mod schema;
mod seal;
mod sessions;
mod tools;
mod vault;
mod writer;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_lc_rs::hmac;
use sluis_ledger::{Signer, hex};
use tokio::sync::{mpsc, oneshot};

pub use backup::restore;
pub use chats::{Chat, MAX_CHATS, MAX_TURNS, Turn};
pub use directory::{DirectoryGroup, DirectoryPerson};
pub use error::{Result, StoreError};
pub use passkeys::Passkey;
pub use people::Credentials;
pub use policies::Draft;
pub use reports::MAX_MESSAGES;
pub use seal::MasterKey;
pub use sessions::{Purpose, Session, Ticket};
pub use vault::{Conflict, Conversation, Pseudonym, Purged};

use db::{Db, reading, writing};
use seal::SealKey;
use writer::Job;

/// Bytes written to see whether there is room: more than the largest entry.
const PROBE: usize = 128 * 1024;

/// Where time and randomness come from.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// Unix microseconds.
    pub now: fn() -> i64,
    /// Fills the bytes with randomness fit for keys.
    pub random: fn(&mut [u8]),
}

/// A handle on an open store; clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    master: MasterKey,
    source: Source,
    signer: Signer,
    labels: SealKey,
    conversations: SealKey,
    people: SealKey,
    credentials: SealKey,
    policies: SealKey,
    questions: SealKey,
    reports: SealKey,
    /// Seals the data keys of people.
    person_keys: SealKey,
    /// For the digests by which people are found.
    emails: hmac::Key,
    /// For the digests by which reporters find their reports.
    reporters: hmac::Key,
    tools: SealKey,
    /// For the digests that keep the names of tools apart.
    tool_names: hmac::Key,
    /// For the digests by which accounts and groups elsewhere are found.
    names: hmac::Key,
    jobs: mpsc::Sender<Job>,
    /// Whether the last append failed.
    failing: Arc<AtomicBool>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("ledger", self.inner.signer.verifier_key()).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database at `sqlite:path` (made with mode 0600 if it is not there) or `postgres://…`, brings its tables
    /// up to date, and starts the writer of the ledger. Needs a tokio runtime.
    ///
    /// # Errors
    /// `Url`, `WrongMasterKey`, `NewerSchema`, `Migration` (nothing is changed then), `Unavailable`, `File`.
    pub async fn open(url: &str, master: MasterKey, source: Source) -> Result<Self> {
        let db = Db::connect(url).await?;
        schema::migrate(&db, schema::NEWEST).await?;
        evidence::prepare(&db).await?;
        if fixed(&db, "key_check", &master.fingerprint()).await? != master.fingerprint() {
            return Err(StoreError::WrongMasterKey);
        }
        let mut name = [0; 8];
        (source.random)(&mut name);
        let origin = fixed(&db, "origin", &format!("sluis/{}", hex(&name))).await?;
        let signer = Signer::new(&origin, &master.derive("ledger-signing"))
            .map_err(|_| StoreError::Corrupt("the name of the ledger"))?;
        let failing = Arc::new(AtomicBool::new(false));
        let inner = Inner {
            labels: SealKey::new(master.derive("virtual-key-labels"))?,
            conversations: SealKey::new(master.derive("conversation-keys"))?,
            people: SealKey::new(master.derive("people"))?,
            credentials: SealKey::new(master.derive("credentials"))?,
            policies: SealKey::new(master.derive("policies"))?,
            questions: SealKey::new(master.derive("questions"))?,
            reports: SealKey::new(master.derive("reports"))?,
            person_keys: SealKey::new(master.derive("person-keys"))?,
            emails: hmac::Key::new(hmac::HMAC_SHA256, &master.derive("people-emails")),
            reporters: hmac::Key::new(hmac::HMAC_SHA256, &master.derive("reporters")),
            tools: SealKey::new(master.derive("tools"))?,
            tool_names: hmac::Key::new(hmac::HMAC_SHA256, &master.derive("tool-names")),
            names: hmac::Key::new(hmac::HMAC_SHA256, &master.derive("directory-names")),
            jobs: writer::start_writer(db.clone(), Arc::clone(&failing))?,
            failing,
            db,
            master,
            source,
            signer,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether evidence can be written. A database that only answers is not enough: after an append has failed, something
    /// larger than an entry is written and taken away again, so that a full disk is seen, and also that it no longer is.
    ///
    /// # Errors
    /// `Unavailable`, mostly.
    pub async fn ready(&self) -> Result<()> {
        if !self.inner.failing.load(Ordering::Relaxed) {
            reading!(&self.inner.db, |conn| {
                sqlx::query("SELECT 1").execute(&mut *conn).await?;
            });
            return Ok(());
        }
        for (sql, value) in [
            (
                "INSERT INTO meta (name, value) VALUES ('probe', $1) ON CONFLICT (name) DO UPDATE SET value = $1",
                PROBE,
            ),
            ("DELETE FROM meta WHERE name = 'probe' AND $1 <> ''", PROBE),
        ] {
            writing!(&self.inner.db, |conn| {
                sqlx::query(sql).bind("x".repeat(value)).execute(&mut *conn).await?.rows_affected()
            });
        }
        self.inner.failing.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Records what waits, then closes the connections. Every later call is answered with `Closed`.
    pub async fn close(&self) {
        let (done, answer) = oneshot::channel();
        if self.inner.jobs.send(Job::Close(done)).await.is_ok() {
            // An error means the writer has stopped already.
            let _ = answer.await;
        }
        self.inner.db.close().await;
    }
}

/// A value that the first node to come fixes for good.
async fn fixed(db: &Db, name: &str, value: &str) -> Result<String> {
    let (value,): (String,) = writing!(db, |conn| {
        sqlx::query("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(value)
            .execute(&mut *conn)
            .await?;
        sqlx::query_as("SELECT value FROM meta WHERE name = $1").bind(name).fetch_one(&mut *conn).await?
    });
    Ok(value)
}
