//! Who is signed in, and links that work once.

use crate::Store;
use crate::db::{reading, writing};
use crate::error::{Result, StoreError};

/// Somebody who is signed in. Only the hash of the secret is kept, so a stolen database opens no door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the secret in the cookie, which carries 256 random bits.
    pub hash: [u8; 32],
    /// Whose session.
    pub person: String,
    /// Unix microseconds.
    pub created_at: i64,
    /// Unix microseconds; from then on it is no session any more.
    pub expires_at: i64,
}

/// What a link that works once is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Setting up this installation.
    SetUp,
    /// Choosing a password.
    Invite,
    /// Not a link: a question to a passkey that was answered, and is not answered again.
    Answered,
}

impl Purpose {
    /// The stable name, in the database.
    const fn name(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::Invite => "invite",
            Self::Answered => "answered",
        }
    }

    fn parse(name: &str) -> Result<Self> {
        [Self::SetUp, Self::Invite, Self::Answered]
            .into_iter()
            .find(|purpose| purpose.name() == name)
            .ok_or(StoreError::Corrupt("purpose of a ticket"))
    }
}

/// A link that works once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// SHA-256 of the secret in the link, which carries 256 random bits.
    pub hash: [u8; 32],
    /// What it is for.
    pub purpose: Purpose,
    /// For whom, if that is known.
    pub person: Option<String>,
    /// Unix microseconds; from then on the link does not work.
    pub expires_at: i64,
}

type TicketRow = (String, Option<String>, i64);

impl Store {
    /// Keeps a new session.
    ///
    /// # Errors
    /// `Gone` if there is no such person, `Duplicate`, or the database's.
    pub async fn insert_session(&self, session: &Session) -> Result<()> {
        writing!(&self.inner.db, |conn| {
            sqlx::query(
                "INSERT INTO sessions (hash, person, created_at, expires_at) VALUES ($1, $2, $3, $4)",
            )
            .bind(&session.hash[..])
            .bind(&session.person)
            .bind(session.created_at)
            .bind(session.expires_at)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }

    /// The session whose secret has this SHA-256, unless it has expired at `now` (Unix microseconds).
    ///
    /// # Errors
    /// The database's.
    pub async fn session(&self, hash: &[u8; 32], now: i64) -> Result<Option<Session>> {
        let row: Option<(String, i64, i64)> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT person, created_at, expires_at FROM sessions WHERE hash = $1 AND expires_at > $2",
            )
            .bind(&hash[..])
            .bind(now)
            .fetch_optional(&mut *conn)
            .await?
        });
        Ok(row.map(|(person, created_at, expires_at)| Session {
            hash: *hash,
            person,
            created_at,
            expires_at,
        }))
    }

    /// Ends a session, if there is such a one.
    ///
    /// # Errors
    /// The database's.
    pub async fn end_session(&self, hash: &[u8; 32]) -> Result<()> {
        writing!(&self.inner.db, |conn| {
            sqlx::query("DELETE FROM sessions WHERE hash = $1").bind(&hash[..]).execute(&mut *conn).await?;
        });
        Ok(())
    }

    /// Ends every session of a person.
    ///
    /// # Errors
    /// The database's.
    pub async fn end_sessions_of(&self, person: &str) -> Result<()> {
        writing!(&self.inner.db, |conn| {
            sqlx::query("DELETE FROM sessions WHERE person = $1").bind(person).execute(&mut *conn).await?;
        });
        Ok(())
    }

    /// Keeps a new link that works once.
    ///
    /// # Errors
    /// `Gone` if there is no such person, `Duplicate`, or the database's.
    pub async fn insert_ticket(&self, ticket: &Ticket) -> Result<()> {
        writing!(&self.inner.db, |conn| {
            sqlx::query("INSERT INTO tickets (hash, purpose, person, expires_at) VALUES ($1, $2, $3, $4)")
                .bind(&ticket.hash[..])
                .bind(ticket.purpose.name())
                .bind(&ticket.person)
                .bind(ticket.expires_at)
                .execute(&mut *conn)
                .await?;
        });
        Ok(())
    }

    /// Looks at a link without using it up; `None` if there is no such one or it has expired at `now`.
    ///
    /// # Errors
    /// `Corrupt`, or the database's.
    pub async fn ticket(&self, hash: &[u8; 32], now: i64) -> Result<Option<Ticket>> {
        let row: Option<TicketRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT purpose, person, expires_at FROM tickets WHERE hash = $1 AND expires_at > $2",
            )
            .bind(&hash[..])
            .bind(now)
            .fetch_optional(&mut *conn)
            .await?
        });
        row.map(|row| read_ticket(hash, row)).transpose()
    }

    /// Uses up a link. Of several who come at once only one gets it.
    ///
    /// # Errors
    /// `Corrupt`, or the database's.
    pub async fn take_ticket(&self, hash: &[u8; 32], now: i64) -> Result<Option<Ticket>> {
        let row: Option<TicketRow> = writing!(&self.inner.db, |conn| {
            sqlx::query_as(
                "DELETE FROM tickets WHERE hash = $1 AND expires_at > $2 RETURNING purpose, person, expires_at",
            )
            .bind(&hash[..])
            .bind(now)
            .fetch_optional(&mut *conn)
            .await?
        });
        row.map(|row| read_ticket(hash, row)).transpose()
    }

    /// Takes away sessions and links whose expiry is not after `now` (Unix microseconds).
    ///
    /// # Errors
    /// The database's.
    pub async fn purge_sessions(&self, now: i64) -> Result<()> {
        writing!(&self.inner.db, |conn| {
            for sql in
                ["DELETE FROM sessions WHERE expires_at <= $1", "DELETE FROM tickets WHERE expires_at <= $1"]
            {
                sqlx::query(sql).bind(now).execute(&mut *conn).await?;
            }
        });
        Ok(())
    }
}

fn read_ticket(hash: &[u8; 32], (purpose, person, expires_at): TicketRow) -> Result<Ticket> {
    Ok(Ticket { hash: *hash, purpose: Purpose::parse(&purpose)?, person, expires_at })
}
