//! Places for a database, a clock and randomness that can be repeated.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use sluis_ledger::{Event, Expect, Report, sha256, verify};
use sluis_store::{MasterKey, Source, Store};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;

use crate::postgres;

/// Defines each named `async fn(Place)` as a test on both databases.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => { $(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$name($crate::harness::Place::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$name($crate::harness::Place::postgres().await).await;
            }
        }
    )+ };
}
pub(crate) use on_both;

/// One database, empty at first, and a folder for files.
pub struct Place {
    pub url: String,
    dir: TempDir,
    database: Option<postgres::Database>,
}

impl Place {
    pub fn sqlite() -> Self {
        let dir = TempDir::new().unwrap();
        Self { url: format!("sqlite:{}", dir.path().join("sluis.db").display()), dir, database: None }
    }

    pub async fn postgres() -> Self {
        let database = postgres::Database::make().await;
        Self { url: database.url.clone(), dir: TempDir::new().unwrap(), database: Some(database) }
    }

    pub fn is_sqlite(&self) -> bool {
        self.database.is_none()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn file(&self) -> PathBuf {
        self.path("sluis.db")
    }

    pub async fn open(&self) -> Store {
        Store::open(&self.url, master(), source()).await.unwrap()
    }

    /// Statements past the store, on a connection of their own.
    pub async fn run(&self, sql: &'static str) {
        if self.is_sqlite() {
            sqlx::raw_sql(sql).execute(&mut self.sqlite_connection().await).await.unwrap();
        } else {
            sqlx::raw_sql(sql).execute(&mut self.postgres_connection().await).await.unwrap();
        }
    }

    /// One column of 64-bit numbers.
    pub async fn numbers(&self, sql: &'static str) -> Vec<i64> {
        if self.is_sqlite() {
            sqlx::query_scalar(sql).fetch_all(&mut self.sqlite_connection().await).await.unwrap()
        } else {
            sqlx::query_scalar(sql).fetch_all(&mut self.postgres_connection().await).await.unwrap()
        }
    }

    /// One column of bytes.
    pub async fn bytes(&self, sql: &'static str) -> Vec<Vec<u8>> {
        if self.is_sqlite() {
            sqlx::query_scalar(sql).fetch_all(&mut self.sqlite_connection().await).await.unwrap()
        } else {
            sqlx::query_scalar(sql).fetch_all(&mut self.postgres_connection().await).await.unwrap()
        }
    }

    pub async fn sqlite_connection(&self) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.file()).create_if_missing(true).connect().await.unwrap()
    }

    pub async fn postgres_connection(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }
}

pub fn master() -> MasterKey {
    MasterKey::from_bytes([42; 32])
}

pub fn source() -> Source {
    Source { now, random }
}

/// A clock that ticks a microsecond each time it is read.
pub fn now() -> i64 {
    static NOW: AtomicI64 = AtomicI64::new(1_760_000_000_000_000);
    NOW.fetch_add(1, Ordering::Relaxed)
}

/// Bytes that never repeat, and are the same in every run of one test.
fn random(bytes: &mut [u8]) {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    for part in bytes.chunks_mut(32) {
        let hash = sha256(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        part.copy_from_slice(&hash[..part.len()]);
    }
}

/// A digest to use where a caller would have made one.
pub fn digest(text: &str) -> [u8; 32] {
    sha256(text.as_bytes())
}

pub async fn append(store: &Store, count: u64) {
    for _ in 0..count {
        store.append(store.entry(Event::Sent)).await.unwrap();
    }
}

/// Exports the ledger and lets the auditor's code check it.
pub async fn audit(store: &Store) -> Report {
    let mut file = Vec::new();
    let entries = store.export(&mut file).await.unwrap();
    let expect = Expect {
        key: Some(store.verifier_key().parse().unwrap()),
        checkpoint: store.latest_checkpoint().await.unwrap(),
    };
    let report = verify(&file[..], &expect, |_| ()).unwrap();
    assert_eq!((report.entries, report.unsigned_tail), (entries, 0));
    report
}

pub fn contains(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}

/// The files of a SQLite database: itself, its log, its index.
pub fn sqlite_files(path: &Path) -> Vec<Vec<u8>> {
    let name = path.to_str().unwrap();
    [name.to_owned(), format!("{name}-wal"), format!("{name}-shm")]
        .iter()
        .filter_map(|path| std::fs::read(path).ok())
        .collect()
}
