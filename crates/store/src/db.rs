//! The two databases behind one set of queries.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::error::{Result, StoreError};

/// How long a call waits for a connection or a lock before it says the database is unavailable.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connections that read beside each other.
const READERS: u32 = 4;

/// Connections of one node to PostgreSQL.
const POSTGRES: u32 = 16;

/// A connected database.
#[derive(Clone)]
pub(crate) enum Db {
    Sqlite(Sqlite),
    Postgres(PgPool),
}

/// SQLite: many connections that read, one that writes. SQLite lets one writer in at a time; a queue here is fair and
/// quick where waiting on the lock of the file is neither.
#[derive(Clone)]
pub(crate) struct Sqlite {
    pub(crate) read: SqlitePool,
    pub(crate) write: SqlitePool,
    path: PathBuf,
    file: (u64, u64),
}

/// Reads on one connection: `reading!(db, |conn| sqlx::query(…).fetch_one(&mut *conn).await?)`.
macro_rules! reading {
    ($db:expr, |$conn:ident| $body:expr) => {
        match $db {
            $crate::db::Db::Sqlite(lite) => {
                lite.check()?;
                let mut held = lite.read.acquire().await?;
                let $conn = &mut *held;
                $body
            }
            $crate::db::Db::Postgres(pool) => {
                let mut held = pool.acquire().await?;
                let $conn = &mut *held;
                $body
            }
        }
    };
}

/// Reads in one transaction that sees the database at one moment.
macro_rules! snapshot {
    ($db:expr, |$conn:ident| $body:expr) => {
        match $db {
            $crate::db::Db::Sqlite(lite) => {
                lite.check()?;
                let mut held = lite.read.begin().await?;
                let $conn = &mut *held;
                $body
            }
            $crate::db::Db::Postgres(pool) => {
                let mut held = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
                let $conn = &mut *held;
                $body
            }
        }
    };
}

/// Writes in one transaction. It is committed when the body comes to its end; a `?` in the body undoes it.
macro_rules! writing {
    ($db:expr, |$conn:ident| $body:expr) => {
        match $db {
            $crate::db::Db::Sqlite(lite) => {
                lite.check()?;
                let mut held = lite.write.begin_with("BEGIN IMMEDIATE").await?;
                let $conn = &mut *held;
                let out = $body;
                held.commit().await?;
                out
            }
            $crate::db::Db::Postgres(pool) => {
                let mut held = pool.begin().await?;
                let $conn = &mut *held;
                let out = $body;
                held.commit().await?;
                out
            }
        }
    };
}

pub(crate) use {reading, snapshot, writing};

impl Db {
    /// Connects; makes the file of SQLite, for its owner only, if it is not there.
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.starts_with(':') {
                return Err(StoreError::Url);
            }
            return Ok(Self::Sqlite(Sqlite::connect(Path::new(path)).await?));
        }
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(StoreError::Url);
        }
        let options = PgConnectOptions::from_str(url).map_err(|_| StoreError::Url)?.application_name("sluis");
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES)
            .acquire_timeout(PATIENCE)
            .after_connect(|conn, _| {
                Box::pin(async move {
                    // A node that hangs must not keep the head of the ledger, and an answer "recorded" must be durable.
                    sqlx::raw_sql(
                        "SET lock_timeout = '10s';
                         SET idle_in_transaction_session_timeout = '30s';
                         SELECT set_config('synchronous_commit', 'on', false)
                             WHERE current_setting('synchronous_commit') = 'off'",
                    )
                    .execute(conn)
                    .await
                    .map(|_| ())
                })
            })
            .connect_with(options)
            .await?;
        Ok(Self::Postgres(pool))
    }

    /// The one of two texts that this database wants; for the few places where they differ.
    pub(crate) fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        }
    }

    /// After an erasure: moves what the write-ahead log of SQLite still holds into the file and empties the log. Pages
    /// that became free are overwritten (`secure_delete`). PostgreSQL does its own cleaning (vacuum).
    ///
    /// The erasure stands already, so nothing here can fail it. While someone reads for long (an export, a backup) the log
    /// cannot be emptied; writers are not made to wait for that, and the next erasure does it.
    pub(crate) async fn settle(&self) {
        if let Self::Sqlite(lite) = self
            && let Ok(mut conn) = lite.write.acquire().await
        {
            for step in
                ["PRAGMA busy_timeout = 100", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA busy_timeout = 5000"]
            {
                let _ = sqlx::raw_sql(step).execute(&mut *conn).await;
            }
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(lite) => {
                lite.read.close().await;
                lite.write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Sqlite {
    async fn connect(path: &Path) -> Result<Self> {
        // The log and the index beside the file take over its permissions.
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
        let file = identity(path).ok_or(StoreError::Unavailable("the file of the database is gone"))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE)
            .foreign_keys(true)
            .pragma("secure_delete", "ON")
            .pragma("trusted_schema", "OFF");
        let pool = |most| SqlitePoolOptions::new().max_connections(most).test_before_acquire(false);
        // Writing first: it is what turns the write-ahead log on.
        let write = pool(1)
            .acquire_timeout(PATIENCE * 2)
            .before_acquire(|conn, _| {
                Box::pin(async move {
                    // On a full disk SQLite ends the transaction by itself; sqlx then believes it still runs and refuses
                    // every further one. Such a connection is dropped and a new one made. The ping waits for a rollback
                    // that is on its way.
                    conn.ping().await?;
                    Ok(!conn.is_in_transaction())
                })
            })
            .connect_with(options.clone())
            .await?;
        let read =
            pool(READERS).acquire_timeout(PATIENCE).connect_lazy_with(options.pragma("query_only", "ON"));
        Ok(Self { read, write, path: path.to_owned(), file })
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// SQLite goes on writing into a file that was deleted or replaced, and what it writes is lost. So this is looked at
    /// before every use.
    pub(crate) fn check(&self) -> Result<()> {
        match identity(&self.path) {
            Some(file) if file == self.file => Ok(()),
            Some(_) => Err(StoreError::Unavailable("the file of the database was replaced; start again")),
            None => Err(StoreError::Unavailable("the file of the database is gone")),
        }
    }
}

/// Which file stands at the path: device and inode.
fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

/// `INSERT` of several rows at once: `INSERT INTO table (a, b) VALUES ($1, $2), ($3, $4)`.
pub(crate) fn insert_rows(table: &str, columns: &[&str], rows: usize) -> String {
    let mut sql = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=columns.len() {
            if column > 1 {
                sql.push_str(", ");
            }
            sql.push('$');
            sql.push_str(&(row * columns.len() + column).to_string());
        }
        sql.push(')');
    }
    sql
}

/// How many of the `left` rows go into the next statement: a power of two up to 64, so that few different statements
/// exist and each is prepared once.
pub(crate) fn chunk(left: usize) -> usize {
    1 << left.clamp(1, 64).ilog2()
}
