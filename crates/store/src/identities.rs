//! Who somebody is elsewhere: the account of the organisation that they sign in with.

use aws_lc_rs::hmac;

use crate::Store;
use crate::db::{reading, writing};
use crate::error::Result;
use crate::seal::bind;

impl Store {
    /// Fixes which person an account belongs to, for good: neither the account nor, at this issuer, the person can be
    /// bound a second time.
    ///
    /// # Errors
    /// `Duplicate` if one of them is bound already, `Gone` if there is no such person, or the database's.
    pub async fn bind_identity(&self, issuer: &str, subject: &str, person: &str, at: i64) -> Result<()> {
        let subject = self.directory_digest(&[b"subject", issuer.as_bytes(), subject.as_bytes()]);
        writing!(&self.inner.db, |conn| {
            sqlx::query(
                "INSERT INTO identities (issuer, subject, person, created_at) VALUES ($1, $2, $3, $4)",
            )
            .bind(issuer)
            .bind(&subject[..])
            .bind(person)
            .bind(at)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }

    /// The identifier of the person an account belongs to.
    ///
    /// # Errors
    /// The database's.
    pub async fn identity(&self, issuer: &str, subject: &str) -> Result<Option<String>> {
        let subject = self.directory_digest(&[b"subject", issuer.as_bytes(), subject.as_bytes()]);
        let row: Option<(String,)> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT person FROM identities WHERE issuer = $1 AND subject = $2")
                .bind(issuer)
                .bind(&subject[..])
                .fetch_optional(&mut *conn)
                .await?
        });
        Ok(row.map(|(person,)| person))
    }

    /// Whether somebody has an account elsewhere that was bound.
    ///
    /// # Errors
    /// The database's.
    pub async fn has_identity(&self, person: &str) -> Result<bool> {
        let row: Option<(String,)> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT person FROM identities WHERE person = $1 LIMIT 1")
                .bind(person)
                .fetch_optional(&mut *conn)
                .await?
        });
        Ok(row.is_some())
    }

    /// Forgets which accounts belong to somebody. `false` if there were none.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget_identities_of(&self, person: &str) -> Result<bool> {
        let done = writing!(&self.inner.db, |conn| {
            sqlx::query("DELETE FROM identities WHERE person = $1")
                .bind(person)
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        Ok(done > 0)
    }

    /// By which a name of another's is found without standing in the database.
    pub(crate) fn directory_digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut digest = [0; 32];
        digest.copy_from_slice(hmac::sign(&self.inner.names, &bind(parts)).as_ref());
        digest
    }
}
