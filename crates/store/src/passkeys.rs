//! Passkeys: with what people sign in instead of a password.

use serde::{Deserialize, Serialize};

use crate::Store;
use crate::db::{reading, writing};
use crate::error::{Result, StoreError};

/// A passkey of a person. What its authenticator keeps secret never comes here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// SHA-256 of the credential's own name.
    pub hash: [u8; 32],
    /// Whose it is.
    pub person: String,
    /// The credential's own name, as the authenticator chose it.
    pub id: Vec<u8>,
    /// Its public key: a DER-encoded `SubjectPublicKeyInfo`.
    pub key: Vec<u8>,
    /// The signature algorithm, as a COSE number.
    pub algorithm: i64,
    /// What the person calls it.
    pub label: String,
    /// How often it signed, as far as it counts.
    pub counter: i64,
    /// Unix microseconds.
    pub created_at: i64,
    /// When it was last used, in Unix microseconds.
    pub used_at: Option<i64>,
}

/// What is sealed of a passkey.
#[derive(Serialize, Deserialize)]
struct Details {
    id: Vec<u8>,
    key: Vec<u8>,
    algorithm: i64,
    label: String,
}

type PasskeyRow = (Vec<u8>, String, Vec<u8>, i64, i64, Option<i64>);

impl Store {
    /// Keeps a new passkey.
    ///
    /// # Errors
    /// `Duplicate` if somebody has it already, `Gone` if there is no such person, or the database's.
    pub async fn insert_passkey(&self, passkey: &Passkey) -> Result<()> {
        let details = Details {
            id: passkey.id.clone(),
            key: passkey.key.clone(),
            algorithm: passkey.algorithm,
            label: passkey.label.clone(),
        };
        let place = place(&passkey.hash, &passkey.person);
        let sealed = self.inner.credentials.seal_json(self.inner.source, &place, &details)?;
        writing!(&self.inner.db, |conn| {
            sqlx::query(
                "INSERT INTO passkeys (hash, person, sealed, counter, created_at, used_at)
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(&passkey.hash[..])
            .bind(&passkey.person)
            .bind(&sealed)
            .bind(passkey.counter)
            .bind(passkey.created_at)
            .bind(passkey.used_at)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }

    /// The passkey whose own name has this SHA-256.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn passkey(&self, hash: &[u8; 32]) -> Result<Option<Passkey>> {
        let row: Option<PasskeyRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT hash, person, sealed, counter, created_at, used_at FROM passkeys WHERE hash = $1",
            )
            .bind(&hash[..])
            .fetch_optional(&mut *conn)
            .await?
        });
        row.map(|row| self.open_passkey(row)).transpose()
    }

    /// The passkeys of a person, the oldest first.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn passkeys_of(&self, person: &str) -> Result<Vec<Passkey>> {
        let rows: Vec<PasskeyRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT hash, person, sealed, counter, created_at, used_at FROM passkeys
                 WHERE person = $1 ORDER BY created_at, hash",
            )
            .bind(person)
            .fetch_all(&mut *conn)
            .await?
        });
        rows.into_iter().map(|row| self.open_passkey(row)).collect()
    }

    /// Keeps that a passkey signed, at `at` in Unix microseconds. `false` if its counter did not move forward, as that of a
    /// copy does not; authenticators that do not count always say nought.
    ///
    /// # Errors
    /// The database's.
    pub async fn use_passkey(&self, hash: &[u8; 32], counter: i64, at: i64) -> Result<bool> {
        let done = writing!(&self.inner.db, |conn| {
            sqlx::query(
                "UPDATE passkeys SET counter = $2, used_at = $3
                 WHERE hash = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0))",
            )
            .bind(&hash[..])
            .bind(counter)
            .bind(at)
            .execute(&mut *conn)
            .await?
            .rows_affected()
        });
        Ok(done > 0)
    }

    /// Takes a passkey away from a person. `false` if they have no such one.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete_passkey(&self, hash: &[u8; 32], person: &str) -> Result<bool> {
        let done = writing!(&self.inner.db, |conn| {
            sqlx::query("DELETE FROM passkeys WHERE hash = $1 AND person = $2")
                .bind(&hash[..])
                .bind(person)
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        Ok(done > 0)
    }

    fn open_passkey(
        &self,
        (hash, person, sealed, counter, created_at, used_at): PasskeyRow,
    ) -> Result<Passkey> {
        let details: Details = self.inner.credentials.open_json(&place(&hash, &person), &sealed)?;
        Ok(Passkey {
            hash: hash.try_into().map_err(|_| StoreError::Corrupt("hash of a passkey"))?,
            person,
            id: details.id,
            key: details.key,
            algorithm: details.algorithm,
            label: details.label,
            counter,
            created_at,
            used_at,
        })
    }
}

/// Whose it is, is sealed with it: whoever writes into the database cannot give themselves somebody else's name.
fn place<'a>(hash: &'a [u8], person: &'a str) -> [&'a [u8]; 4] {
    [b"passkeys", b"sealed", hash, person.as_bytes()]
}
