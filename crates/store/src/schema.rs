//! Migrations and what the tables hold.

use serde::{Deserialize, Serialize};

use crate::db::{Db, writing};
use crate::error::{Result, StoreError};

/// One step of the tables, in the words of both databases.
struct Migration {
    version: i64,
    sqlite: &'static str,
    postgres: &'static str,
}

/// All steps, numbered from one without gaps.
const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sqlite: include_str!("../migrations/sqlite/0001_start.sql"),
        postgres: include_str!("../migrations/postgres/0001_start.sql"),
    },
    Migration {
        version: 2,
        sqlite: include_str!("../migrations/sqlite/0002_people.sql"),
        postgres: include_str!("../migrations/postgres/0002_people.sql"),
    },
    Migration {
        version: 3,
        sqlite: include_str!("../migrations/sqlite/0003_passkeys.sql"),
        postgres: include_str!("../migrations/postgres/0003_passkeys.sql"),
    },
    Migration {
        version: 4,
        sqlite: include_str!("../migrations/sqlite/0004_voice.sql"),
        postgres: include_str!("../migrations/postgres/0004_voice.sql"),
    },
    Migration {
        version: 5,
        sqlite: include_str!("../migrations/sqlite/0005_tools.sql"),
        postgres: include_str!("../migrations/postgres/0005_tools.sql"),
    },
    Migration {
        version: 6,
        sqlite: include_str!("../migrations/sqlite/0006_chats.sql"),
        postgres: include_str!("../migrations/postgres/0006_chats.sql"),
    },
    Migration {
        version: 7,
        sqlite: include_str!("../migrations/sqlite/0007_identity.sql"),
        postgres: include_str!("../migrations/postgres/0007_identity.sql"),
    },
];

/// Newest version this program knows.
pub(crate) const NEWEST: i64 = MIGRATIONS[MIGRATIONS.len() - 1].version;

/// Any number that all nodes agree on: one of them migrates, the others wait.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7308895158849335137)";

/// The kinds of column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Int,
    Text,
    Bytes,
}

/// A table of the newest version, for the backup. A test compares this list with the database.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [(&'static str, Kind)],
    /// How many columns, from the first on, are the primary key.
    pub(crate) key: usize,
}

/// All tables but `schema_version`, in an order that respects references.
pub(crate) const TABLES: &[Table] = &[
    Table { name: "meta", columns: &[("name", Kind::Text), ("value", Kind::Text)], key: 1 },
    Table {
        name: "ledger",
        columns: &[
            ("seq", Kind::Int),
            ("prev", Kind::Bytes),
            ("digest", Kind::Bytes),
            ("at", Kind::Int),
            ("entry", Kind::Bytes),
            ("erased", Kind::Text),
        ],
        key: 1,
    },
    Table {
        name: "ledger_head",
        columns: &[("id", Kind::Int), ("size", Kind::Int), ("last", Kind::Bytes), ("frontier", Kind::Bytes)],
        key: 1,
    },
    Table { name: "checkpoints", columns: &[("size", Kind::Int), ("note", Kind::Text)], key: 1 },
    Table {
        name: "virtual_keys",
        columns: &[
            ("id", Kind::Text),
            ("label", Kind::Bytes),
            ("secret_hash", Kind::Bytes),
            ("tools", Kind::Text),
            ("expires_at", Kind::Int),
            ("revoked_at", Kind::Int),
            ("requests_per_minute", Kind::Int),
            ("tokens_per_month", Kind::Int),
            ("created_at", Kind::Int),
            ("person", Kind::Text),
        ],
        key: 1,
    },
    Table {
        name: "token_usage",
        columns: &[("key_id", Kind::Text), ("month", Kind::Text), ("tokens", Kind::Int)],
        key: 2,
    },
    Table {
        name: "conversations",
        columns: &[
            ("id", Kind::Int),
            ("name", Kind::Bytes),
            ("secret", Kind::Bytes),
            ("expires_at", Kind::Int),
        ],
        key: 1,
    },
    Table {
        name: "vault",
        columns: &[
            ("conversation", Kind::Int),
            ("token", Kind::Text),
            ("fingerprint", Kind::Bytes),
            ("sealed", Kind::Bytes),
        ],
        key: 2,
    },
    Table { name: "generation", columns: &[("id", Kind::Int), ("number", Kind::Int)], key: 1 },
    Table {
        name: "people",
        columns: &[
            ("id", Kind::Text),
            ("email", Kind::Bytes),
            ("sealed", Kind::Bytes),
            ("created_at", Kind::Int),
        ],
        key: 1,
    },
    Table {
        name: "credentials",
        columns: &[("person", Kind::Text), ("sealed", Kind::Bytes), ("used_step", Kind::Int)],
        key: 1,
    },
    Table {
        name: "sessions",
        columns: &[
            ("hash", Kind::Bytes),
            ("person", Kind::Text),
            ("created_at", Kind::Int),
            ("expires_at", Kind::Int),
        ],
        key: 1,
    },
    Table {
        name: "tickets",
        columns: &[
            ("hash", Kind::Bytes),
            ("purpose", Kind::Text),
            ("person", Kind::Text),
            ("expires_at", Kind::Int),
        ],
        key: 1,
    },
    Table {
        name: "suspensions",
        columns: &[
            ("id", Kind::Text),
            ("person", Kind::Text),
            ("tool", Kind::Text),
            ("reason", Kind::Bytes),
            ("decided_by", Kind::Text),
            ("starts_at", Kind::Int),
            ("ends_at", Kind::Int),
            ("lifted_at", Kind::Int),
        ],
        key: 1,
    },
    Table {
        name: "policy_draft",
        columns: &[
            ("id", Kind::Int),
            ("revision", Kind::Int),
            ("sealed", Kind::Bytes),
            ("author", Kind::Text),
            ("at", Kind::Int),
        ],
        key: 1,
    },
    Table {
        name: "policies",
        columns: &[
            ("number", Kind::Int),
            ("sealed", Kind::Bytes),
            ("hash", Kind::Bytes),
            ("author", Kind::Text),
            ("at", Kind::Int),
        ],
        key: 1,
    },
    Table {
        name: "acknowledgements",
        columns: &[("person", Kind::Text), ("policy", Kind::Int), ("hash", Kind::Bytes), ("at", Kind::Int)],
        key: 2,
    },
    Table {
        name: "passkeys",
        columns: &[
            ("hash", Kind::Bytes),
            ("person", Kind::Text),
            ("sealed", Kind::Bytes),
            ("counter", Kind::Int),
            ("created_at", Kind::Int),
            ("used_at", Kind::Int),
        ],
        key: 1,
    },
    Table {
        name: "questions",
        columns: &[
            ("id", Kind::Text),
            ("person", Kind::Text),
            ("route", Kind::Text),
            ("sealed", Kind::Bytes),
            ("at", Kind::Int),
            ("answer", Kind::Bytes),
            ("answered_by", Kind::Text),
            ("settled_at", Kind::Int),
        ],
        key: 1,
    },
    Table {
        name: "faq",
        columns: &[("id", Kind::Text), ("sealed", Kind::Bytes), ("author", Kind::Text), ("at", Kind::Int)],
        key: 1,
    },
    Table {
        name: "reports",
        columns: &[
            ("id", Kind::Text),
            ("code", Kind::Bytes),
            ("person", Kind::Bytes),
            ("state", Kind::Text),
            ("sealed", Kind::Bytes),
            ("at", Kind::Int),
            ("closed_at", Kind::Int),
        ],
        key: 1,
    },
    Table {
        name: "report_messages",
        columns: &[
            ("report", Kind::Text),
            ("number", Kind::Int),
            ("author", Kind::Text),
            ("sealed", Kind::Bytes),
            ("at", Kind::Int),
        ],
        key: 2,
    },
    Table {
        name: "measures",
        columns: &[
            ("id", Kind::Text),
            ("person", Kind::Text),
            ("decided_by", Kind::Text),
            ("noted_by", Kind::Text),
            ("suspension", Kind::Text),
            ("sealed", Kind::Bytes),
            ("at", Kind::Int),
        ],
        key: 1,
    },
    Table {
        name: "tool_records",
        columns: &[
            ("id", Kind::Text),
            ("name", Kind::Bytes),
            ("revision", Kind::Int),
            ("sealed", Kind::Bytes),
        ],
        key: 1,
    },
    Table { name: "person_keys", columns: &[("person", Kind::Text), ("sealed", Kind::Bytes)], key: 1 },
    Table {
        name: "chats",
        columns: &[
            ("id", Kind::Text),
            ("person", Kind::Text),
            ("sealed", Kind::Bytes),
            ("created_at", Kind::Int),
            ("changed_at", Kind::Int),
            ("expires_at", Kind::Int),
        ],
        key: 1,
    },
    Table {
        name: "chat_turns",
        columns: &[("chat", Kind::Text), ("number", Kind::Int), ("sealed", Kind::Bytes)],
        key: 2,
    },
    Table {
        name: "identities",
        columns: &[
            ("issuer", Kind::Text),
            ("subject", Kind::Bytes),
            ("person", Kind::Text),
            ("created_at", Kind::Int),
        ],
        key: 2,
    },
    Table {
        name: "directory_people",
        columns: &[
            ("person", Kind::Text),
            ("sealed", Kind::Bytes),
            ("revision", Kind::Int),
            ("changed_at", Kind::Int),
            ("deleted_at", Kind::Int),
        ],
        key: 1,
    },
    Table {
        name: "directory_groups",
        columns: &[
            ("id", Kind::Text),
            ("name", Kind::Bytes),
            ("sealed", Kind::Bytes),
            ("revision", Kind::Int),
            ("created_at", Kind::Int),
            ("changed_at", Kind::Int),
        ],
        key: 1,
    },
];

/// Brings the database up to version `to`. All in one transaction: a migration that fails changes nothing, and of several
/// nodes that start together one does the work.
pub(crate) async fn migrate(db: &Db, to: i64) -> Result<()> {
    let lock = db.pick("SELECT 1", LOCK);
    writing!(db, |conn| {
        sqlx::raw_sql(lock).execute(&mut *conn).await?;
        sqlx::raw_sql("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)")
            .execute(&mut *conn)
            .await?;
        let (found,): (Option<i64>,) =
            sqlx::query_as("SELECT MAX(version) FROM schema_version").fetch_one(&mut *conn).await?;
        let found = found.unwrap_or(0);
        if found > NEWEST {
            return Err(StoreError::NewerSchema { found, known: NEWEST });
        }
        for step in MIGRATIONS.iter().filter(|step| step.version > found && step.version <= to) {
            let version = step.version;
            let failed = |error: sqlx::Error| match error {
                sqlx::Error::Database(error) => {
                    StoreError::Migration { version, code: error.code().unwrap_or_default().into_owned() }
                }
                error => error.into(),
            };
            sqlx::raw_sql(db.pick(step.sqlite, step.postgres)).execute(&mut *conn).await.map_err(failed)?;
            sqlx::query("INSERT INTO schema_version (version) VALUES ($1)")
                .bind(version)
                .execute(&mut *conn)
                .await?;
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A column that the backup forgets would be lost without a word.
    #[tokio::test]
    async fn the_list_of_tables_is_that_of_the_database() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::connect(&format!("sqlite:{}", dir.path().join("x.db").display())).await.unwrap();
        migrate(&db, NEWEST).await.unwrap();
        let Db::Sqlite(lite) = &db else { panic!("a database in a file") };
        let found: Vec<(String, String, String, i64)> = sqlx::query_as(
            "SELECT t.name, c.name, c.type, c.pk FROM sqlite_master t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name <> 'schema_version' ORDER BY t.rowid, c.cid",
        )
        .fetch_all(&lite.write)
        .await
        .unwrap();
        let mut listed = Vec::new();
        for table in TABLES {
            for ((name, kind), number) in table.columns.iter().zip(1_usize..) {
                let kind = match kind {
                    Kind::Int => "INTEGER",
                    Kind::Text => "TEXT",
                    Kind::Bytes => "BLOB",
                };
                let key = if number <= table.key { i64::try_from(number).unwrap() } else { 0 };
                listed.push((table.name.to_owned(), (*name).to_owned(), kind.to_owned(), key));
            }
        }
        assert_eq!(found, listed);
    }
}
