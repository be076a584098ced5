//! Virtual keys and what was used on them.

use std::collections::BTreeSet;

use sluis_core::key::VirtualKey;

use crate::Store;
use crate::db::{reading, writing};
use crate::error::{Result, StoreError};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, label, secret_hash, tools, expires_at, revoked_at, requests_per_minute, tokens_per_month,
             created_at, person FROM virtual_keys ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    label: Vec<u8>,
    secret_hash: Vec<u8>,
    tools: String,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    requests_per_minute: Option<i64>,
    tokens_per_month: Option<i64>,
    created_at: i64,
    person: Option<String>,
}

impl Store {
    /// Keeps a new virtual key. Its label is sealed.
    ///
    /// # Errors
    /// `Duplicate` if the identifier or the secret is known, `Range`, or the database's.
    pub async fn insert_key(&self, key: &VirtualKey) -> Result<()> {
        let place = place(&key.id, key.person.as_deref());
        let label = self.inner.labels.seal(self.inner.source, &place, key.label.clone().into_bytes())?;
        let tools = serde_json::to_string(&key.tools).map_err(|_| StoreError::Corrupt("names of tools"))?;
        let tokens = key.tokens_per_month.map(i64::try_from).transpose().map_err(|_| StoreError::Range)?;
        writing!(&self.inner.db, |conn| {
            sqlx::query(
                "INSERT INTO virtual_keys (id, label, secret_hash, tools, expires_at, revoked_at,
                     requests_per_minute, tokens_per_month, created_at, person)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            )
            .bind(&key.id)
            .bind(&label)
            .bind(&key.secret_hash[..])
            .bind(&tools)
            .bind(key.expires_at)
            .bind(key.revoked_at)
            .bind(key.requests_per_minute.map(i64::from))
            .bind(tokens)
            .bind(key.created_at)
            .bind(&key.person)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }

    /// The key whose secret has this SHA-256, also if it is revoked or expired: the caller decides with
    /// [`VirtualKey::check`].
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn key_by_hash(&self, hash: &[u8; 32]) -> Result<Option<VirtualKey>> {
        let row: Option<Row> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(select!("WHERE secret_hash = $1"))
                .bind(&hash[..])
                .fetch_optional(&mut *conn)
                .await?
        });
        row.map(|row| self.read_key(row)).transpose()
    }

    /// All keys, the oldest first.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn keys(&self) -> Result<Vec<VirtualKey>> {
        let rows: Vec<Row> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(select!("ORDER BY created_at, id")).fetch_all(&mut *conn).await?
        });
        rows.into_iter().map(|row| self.read_key(row)).collect()
    }

    /// The keys of a person, the oldest first, revoked and expired ones too.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn keys_of(&self, person: &str) -> Result<Vec<VirtualKey>> {
        let rows: Vec<Row> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(select!("WHERE person = $1 ORDER BY created_at, id"))
                .bind(person)
                .fetch_all(&mut *conn)
                .await?
        });
        rows.into_iter().map(|row| self.read_key(row)).collect()
    }

    /// Revokes a key from `at` (Unix microseconds) on. `false` if there is no such key or it was revoked before.
    ///
    /// # Errors
    /// The database's.
    pub async fn revoke_key(&self, id: &str, at: i64) -> Result<bool> {
        let done = writing!(&self.inner.db, |conn| {
            sqlx::query("UPDATE virtual_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
                .bind(id)
                .bind(at)
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        Ok(done > 0)
    }

    /// Adds model tokens to what a key used in a month (`2026-11`) and gives the sum, which stops at 2^63 - 1.
    ///
    /// # Errors
    /// `Range` for more than 2^63 - 1 tokens at once, or the database's.
    pub async fn add_usage(&self, key_id: &str, month: &str, tokens: u64) -> Result<u64> {
        let tokens = i64::try_from(tokens).map_err(|_| StoreError::Range)?;
        let (sum,): (i64,) = writing!(&self.inner.db, |conn| {
            sqlx::query_as(
                "INSERT INTO token_usage (key_id, month, tokens) VALUES ($1, $2, $3)
                 ON CONFLICT (key_id, month) DO UPDATE SET tokens =
                     CASE WHEN token_usage.tokens > 9223372036854775807 - excluded.tokens
                     THEN 9223372036854775807 ELSE token_usage.tokens + excluded.tokens END
                 RETURNING tokens",
            )
            .bind(key_id)
            .bind(month)
            .bind(tokens)
            .fetch_one(&mut *conn)
            .await?
        });
        u64::try_from(sum).map_err(|_| StoreError::Corrupt("tokens used"))
    }

    /// Model tokens a key used in a month.
    ///
    /// # Errors
    /// The database's.
    pub async fn usage(&self, key_id: &str, month: &str) -> Result<u64> {
        let row: Option<(i64,)> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT tokens FROM token_usage WHERE key_id = $1 AND month = $2")
                .bind(key_id)
                .bind(month)
                .fetch_optional(&mut *conn)
                .await?
        });
        row.map_or(Ok(0), |(tokens,)| u64::try_from(tokens).map_err(|_| StoreError::Corrupt("tokens used")))
    }

    fn read_key(&self, row: Row) -> Result<VirtualKey> {
        let label = self.inner.labels.open(&place(&row.id, row.person.as_deref()), &row.label)?;
        let tools: BTreeSet<String> =
            serde_json::from_str(&row.tools).map_err(|_| StoreError::Corrupt("names of tools"))?;
        let corrupt = |_| StoreError::Corrupt("limits of a key");
        Ok(VirtualKey {
            label: String::from_utf8(label.to_vec()).map_err(|_| StoreError::Corrupt("label of a key"))?,
            secret_hash: row.secret_hash.try_into().map_err(|_| StoreError::Corrupt("hash of a key"))?,
            tools,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            requests_per_minute: row.requests_per_minute.map(u32::try_from).transpose().map_err(corrupt)?,
            tokens_per_month: row.tokens_per_month.map(u64::try_from).transpose().map_err(corrupt)?,
            created_at: row.created_at,
            person: row.person,
            id: row.id,
        })
    }
}

/// A label belongs to the key and its person, so that a key cannot be made somebody else's or a program's.
fn place<'a>(id: &'a str, person: Option<&'a str>) -> Vec<&'a [u8]> {
    let key: [&[u8]; 3] = [b"virtual_keys", b"label", id.as_bytes()];
    key.into_iter().chain(person.map(str::as_bytes)).collect()
}
