//! What can go wrong, told without any value from the database.

use std::io;

use sluis_ledger::EntryError;

/// Why the store could not do what it was asked. No message carries a value, a name, a path or a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database cannot be reached, is locked, full, or gone. The same call can succeed later.
    #[error("the database is unavailable: {0}")]
    Unavailable(&'static str),
    /// The address of the database is neither `sqlite:path` nor `postgres://…`.
    #[error("the address of the database must be sqlite:path or postgres://…")]
    Url,
    /// The database was made with another master key.
    #[error("this database was made with another master key")]
    WrongMasterKey,
    /// A newer version of the program has changed the database.
    #[error("the database has schema {found}; this program knows up to {known}")]
    NewerSchema {
        /// Version in the database.
        found: i64,
        /// Newest version this program knows.
        known: i64,
    },
    /// A migration failed; nothing was changed.
    #[error("migration {version} failed and was undone (code {code})")]
    Migration {
        /// The migration that failed.
        version: i64,
        /// SQLSTATE of PostgreSQL or result code of SQLite.
        code: String,
    },
    /// A sealed value does not open: it was changed, moved to another row, or sealed with another key.
    #[error("a sealed value does not open: it was changed or moved")]
    Sealed,
    /// What stands in the database is not what this program writes.
    #[error("the database holds something unexpected: {0}")]
    Corrupt(&'static str),
    /// A row of that identifier or secret is there already.
    #[error("it is there already")]
    Duplicate,
    /// What it belongs to (a conversation, a person, a version of the policy) is not there, or no longer.
    #[error("what it belongs to is gone")]
    Gone,
    /// A number is larger than the database can keep (2^63 - 1).
    #[error("a number is too large to be kept")]
    Range,
    /// The entry cannot be recorded.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The name of a rule of erasure may hold only `a-z`, `0-9`, `_`, `-` and `.`.
    #[error("the name of a rule must be 1 to 64 characters of a-z, 0-9, _, - and .")]
    Rule,
    /// A backup goes into an empty database only.
    #[error("the database is not empty; a backup is restored into an empty one only")]
    NotEmpty,
    /// The file is not a whole and unchanged backup made with this master key.
    #[error("this is not a good backup: {0}")]
    Backup(&'static str),
    /// A file cannot be read or written.
    #[error("a file cannot be read or written: {0}")]
    File(io::ErrorKind),
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// Any other answer of the database.
    #[error("the database refused (code {code})")]
    Database {
        /// SQLSTATE of PostgreSQL or result code of SQLite.
        code: String,
    },
}

/// Result with [`StoreError`].
pub type Result<T> = std::result::Result<T, StoreError>;

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull => Self::Unavailable("the disk is full"),
            kind => Self::File(kind),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    // Messages of a database can quote values, so only codes pass.
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => Self::from_code(&error.code().unwrap_or_default()),
            sqlx::Error::PoolTimedOut => Self::Unavailable("no connection within the time limit"),
            sqlx::Error::PoolClosed => Self::Closed,
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) => Self::Unavailable("the connection broke"),
            sqlx::Error::WorkerCrashed | sqlx::Error::BeginFailed | sqlx::Error::Protocol(_) => {
                Self::Unavailable("the connection is in disorder")
            }
            sqlx::Error::Configuration(_) => Self::Url,
            sqlx::Error::RowNotFound => Self::Corrupt("a row is missing"),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                Self::Corrupt("a column has another type")
            }
            _ => Self::Database { code: "client".into() },
        }
    }
}

impl StoreError {
    /// What the code of a database means.
    pub(crate) fn from_code(code: &str) -> Self {
        // SQLSTATE has five characters; SQLite's result codes are numbers whose low byte is the main code.
        if code.len() == 5 {
            return match (code, &code[..2]) {
                ("23505", _) => Self::Duplicate,
                ("23503", _) => Self::Gone,
                ("53100", _) => Self::Unavailable("the disk is full"),
                ("55P03", _) => Self::Unavailable("the database is locked"),
                ("25006", _) => Self::Unavailable("the database is read-only"),
                ("28P01" | "28000", _) => Self::Unavailable("the database does not let this user in"),
                ("3D000", _) => Self::Unavailable("there is no database of this name"),
                ("55000", _) | (_, "08" | "53" | "57" | "58") => {
                    Self::Unavailable("the server cannot serve now")
                }
                (_, "40") => Self::Unavailable("the transaction was undone, try again"),
                _ => Self::Database { code: code.to_owned() },
            };
        }
        match code.parse::<u32>() {
            Ok(1555 | 2067) => Self::Duplicate,
            Ok(787) => Self::Gone,
            Ok(number) => match number & 0xff {
                5 | 6 => Self::Unavailable("the database is locked"),
                8 => Self::Unavailable("the database is read-only"),
                10 => Self::Unavailable("the disk does not read or write"),
                13 => Self::Unavailable("the disk is full"),
                14 => Self::Unavailable("the file of the database cannot be opened"),
                11 | 26 => Self::Corrupt("the file is damaged or no database"),
                _ => Self::Database { code: code.to_owned() },
            },
            Err(_) => Self::Database { code: code.to_owned() },
        }
    }
}
