//! People, how they sign in, and whose access is suspended.

use std::collections::BTreeSet;
use std::fmt;

use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};
use sluis_core::person::{Person, Relation, Role, Suspension};
use sluis_core::verdict::Language;
use zeroize::Zeroize as _;

use crate::Store;
use crate::db::{reading, writing};
use crate::error::Result;
use crate::policies::MOVE;

/// With what a person signs in. Sealed in the store.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Slow hash of the password, as a PHC string.
    pub password: String,
    /// Secret of the second step (TOTP), if the person has one.
    pub totp: Option<Vec<u8>>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// What is sealed of a person. Roles too: whoever can write into the database must not be able to give themselves one.
#[derive(Serialize, Deserialize)]
struct Details {
    name: String,
    email: String,
    roles: BTreeSet<Role>,
    relation: Relation,
    department: String,
    language: Language,
    left_at: Option<i64>,
}

/// What is sealed of credentials.
#[derive(Serialize, Deserialize)]
struct Secrets {
    password: String,
    totp: Option<Vec<u8>>,
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.password.zeroize();
        self.totp.zeroize();
    }
}

type PersonRow = (String, Vec<u8>, Vec<u8>, i64);

#[derive(sqlx::FromRow)]
struct SuspensionRow {
    id: String,
    person: String,
    tool: Option<String>,
    reason: Vec<u8>,
    decided_by: String,
    starts_at: i64,
    ends_at: i64,
    lifted_at: Option<i64>,
}

impl Store {
    /// Keeps a new person. The address is kept trimmed and in small letters.
    ///
    /// # Errors
    /// `Duplicate` if the address or the identifier is known, or the database's.
    pub async fn insert_person(&self, person: &Person) -> Result<()> {
        let (email, sealed) = self.seal_person(person)?;
        writing!(&self.inner.db, |conn| {
            sqlx::query(MOVE).execute(&mut *conn).await?;
            sqlx::query("INSERT INTO people (id, email, sealed, created_at) VALUES ($1, $2, $3, $4)")
                .bind(&person.id)
                .bind(&email[..])
                .bind(&sealed)
                .bind(person.created_at)
                .execute(&mut *conn)
                .await?;
        });
        Ok(())
    }

    /// Replaces what is kept of a person, all but the identifier and the moment of adding. `false` if there is no such
    /// person.
    ///
    /// # Errors
    /// `Duplicate` if the address is somebody else's, or the database's.
    pub async fn update_person(&self, person: &Person) -> Result<bool> {
        let (email, sealed) = self.seal_person(person)?;
        writing!(&self.inner.db, |conn| {
            sqlx::query(MOVE).execute(&mut *conn).await?;
            let done = sqlx::query("UPDATE people SET email = $2, sealed = $3 WHERE id = $1")
                .bind(&person.id)
                .bind(&email[..])
                .bind(&sealed)
                .execute(&mut *conn)
                .await?;
            if done.rows_affected() == 0 {
                return Ok(false);
            }
        });
        Ok(true)
    }

    /// The person of this identifier.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn person(&self, id: &str) -> Result<Option<Person>> {
        let row: Option<PersonRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT id, email, sealed, created_at FROM people WHERE id = $1")
                .bind(id)
                .fetch_optional(&mut *conn)
                .await?
        });
        row.map(|row| self.open_person(row)).transpose()
    }

    /// The person with this address of mail, whatever its case and the spaces around it.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn person_by_email(&self, email: &str) -> Result<Option<Person>> {
        let digest = self.email_digest(&small(email));
        let row: Option<PersonRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT id, email, sealed, created_at FROM people WHERE email = $1")
                .bind(&digest[..])
                .fetch_optional(&mut *conn)
                .await?
        });
        row.map(|row| self.open_person(row)).transpose()
    }

    /// Everybody, also who has left; the oldest first.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn people(&self) -> Result<Vec<Person>> {
        let rows: Vec<PersonRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT id, email, sealed, created_at FROM people ORDER BY created_at, id")
                .fetch_all(&mut *conn)
                .await?
        });
        rows.into_iter().map(|row| self.open_person(row)).collect()
    }

    /// Keeps or replaces with what a person signs in. Steps that were used are forgotten with the secret before.
    ///
    /// # Errors
    /// `Gone` if there is no such person, or the database's.
    pub async fn set_credentials(&self, person: &str, credentials: &Credentials) -> Result<()> {
        let secrets = Secrets { password: credentials.password.clone(), totp: credentials.totp.clone() };
        let sealed =
            self.inner.credentials.seal_json(self.inner.source, &credentials_place(person), &secrets)?;
        writing!(&self.inner.db, |conn| {
            sqlx::query(
                "INSERT INTO credentials (person, sealed) VALUES ($1, $2)
                 ON CONFLICT (person) DO UPDATE SET sealed = excluded.sealed, used_step = NULL",
            )
            .bind(person)
            .bind(&sealed)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }

    /// With what a person signs in; `None` for somebody who has no password yet.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn credentials(&self, person: &str) -> Result<Option<Credentials>> {
        let row: Option<(Vec<u8>,)> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT sealed FROM credentials WHERE person = $1")
                .bind(person)
                .fetch_optional(&mut *conn)
                .await?
        });
        let Some((sealed,)) = row else { return Ok(None) };
        let mut secrets: Secrets = self.inner.credentials.open_json(&credentials_place(person), &sealed)?;
        Ok(Some(Credentials { password: std::mem::take(&mut secrets.password), totp: secrets.totp.take() }))
    }

    /// Uses up the code of a time step and of all before it, so that a code counts once. `false` if this step or a later
    /// one was used already, or the person has no credentials.
    ///
    /// # Errors
    /// The database's.
    pub async fn use_totp_step(&self, person: &str, step: i64) -> Result<bool> {
        let done = writing!(&self.inner.db, |conn| {
            sqlx::query(
                "UPDATE credentials SET used_step = $2
                 WHERE person = $1 AND (used_step IS NULL OR used_step < $2)",
            )
            .bind(person)
            .bind(step)
            .execute(&mut *conn)
            .await?
            .rows_affected()
        });
        Ok(done > 0)
    }

    /// Keeps a new suspension. Its reason is sealed.
    ///
    /// # Errors
    /// `Gone` if there is no such person, `Duplicate` if the identifier is known, or the database's.
    pub async fn suspend(&self, suspension: &Suspension) -> Result<()> {
        let place = reason_place(&suspension.id, &suspension.person);
        let reason = self.inner.people.seal_json(self.inner.source, &place, &suspension.reason)?;
        writing!(&self.inner.db, |conn| {
            sqlx::query(MOVE).execute(&mut *conn).await?;
            sqlx::query(
                "INSERT INTO suspensions (id, person, tool, reason, decided_by, starts_at, ends_at, lifted_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(&suspension.id)
            .bind(&suspension.person)
            .bind(&suspension.tool)
            .bind(&reason)
            .bind(&suspension.by)
            .bind(suspension.from)
            .bind(suspension.until)
            .bind(suspension.lifted_at)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }

    /// Lifts a suspension from `at` (Unix microseconds) on. `false` if there is no such one or it was lifted before.
    ///
    /// # Errors
    /// The database's.
    pub async fn lift_suspension(&self, id: &str, at: i64) -> Result<bool> {
        writing!(&self.inner.db, |conn| {
            sqlx::query(MOVE).execute(&mut *conn).await?;
            let done =
                sqlx::query("UPDATE suspensions SET lifted_at = $2 WHERE id = $1 AND lifted_at IS NULL")
                    .bind(id)
                    .bind(at)
                    .execute(&mut *conn)
                    .await?;
            if done.rows_affected() == 0 {
                return Ok(false);
            }
        });
        Ok(true)
    }

    /// All suspensions of a person, past and lifted ones too; the newest first.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn suspensions_of(&self, person: &str) -> Result<Vec<Suspension>> {
        let rows: Vec<SuspensionRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT id, person, tool, reason, decided_by, starts_at, ends_at, lifted_at FROM suspensions
                 WHERE person = $1 ORDER BY starts_at DESC, id DESC",
            )
            .bind(person)
            .fetch_all(&mut *conn)
            .await?
        });
        rows.into_iter().map(|row| self.open_suspension(row)).collect()
    }

    /// The digest by which the address is found, and what is sealed.
    fn seal_person(&self, person: &Person) -> Result<([u8; 32], Vec<u8>)> {
        let details = Details {
            name: person.name.clone(),
            email: small(&person.email),
            roles: person.roles.clone(),
            relation: person.relation,
            department: person.department.clone(),
            language: person.language,
            left_at: person.left_at,
        };
        let digest = self.email_digest(&details.email);
        let place = person_place(&person.id, &digest);
        let sealed = self.inner.people.seal_json(self.inner.source, &place, &details)?;
        Ok((digest, sealed))
    }

    fn open_person(&self, (id, email, sealed, created_at): PersonRow) -> Result<Person> {
        let details: Details = self.inner.people.open_json(&person_place(&id, &email), &sealed)?;
        Ok(Person {
            id,
            name: details.name,
            email: details.email,
            roles: details.roles,
            relation: details.relation,
            department: details.department,
            language: details.language,
            created_at,
            left_at: details.left_at,
        })
    }

    fn open_suspension(&self, row: SuspensionRow) -> Result<Suspension> {
        let reason = self.inner.people.open_json(&reason_place(&row.id, &row.person), &row.reason)?;
        Ok(Suspension {
            id: row.id,
            person: row.person,
            tool: row.tool,
            reason,
            by: row.decided_by,
            from: row.starts_at,
            until: row.ends_at,
            lifted_at: row.lifted_at,
        })
    }

    fn email_digest(&self, email: &str) -> [u8; 32] {
        let mut digest = [0; 32];
        digest.copy_from_slice(hmac::sign(&self.inner.emails, email.as_bytes()).as_ref());
        digest
    }
}

/// An address as it is kept and compared.
fn small(email: &str) -> String {
    email.trim().to_lowercase()
}

fn person_place<'a>(id: &'a str, email: &'a [u8]) -> [&'a [u8]; 4] {
    [b"people", b"sealed", id.as_bytes(), email]
}

fn credentials_place(person: &str) -> [&[u8]; 3] {
    [b"credentials", b"sealed", person.as_bytes()]
}

fn reason_place<'a>(id: &'a str, person: &'a str) -> [&'a [u8]; 4] {
    [b"suspensions", b"reason", id.as_bytes(), person.as_bytes()]
}
