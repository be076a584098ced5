//! The chats that people keep: question and answer as they saw them, sealed under a data key of the person.
//!
//! Nobody but that person is ever given them: every call names the person, and what is somebody else's is not there.

use std::fmt;

use serde::{Deserialize, Serialize};
use sluis_core::choice::Mask;
use zeroize::{Zeroize as _, Zeroizing};

use crate::Store;
use crate::db::{reading, writing};
use crate::error::{Result, StoreError};
use crate::seal::{SealKey, derive};

/// The most chats that are kept for a person; with another one, the oldest goes.
pub const MAX_CHATS: u32 = 500;

/// The most turns of a chat.
pub const MAX_TURNS: u32 = 500;

/// What [`Store::purge`] does about chats: the number of rows of the last statement is that of the chats. A key that seals
/// nothing any more goes too.
pub(crate) const PURGE_CHATS: [&str; 3] = [
    "DELETE FROM chat_turns WHERE chat IN (SELECT id FROM chats WHERE expires_at <= $1)",
    "DELETE FROM person_keys WHERE NOT EXISTS
         (SELECT 1 FROM chats WHERE chats.person = person_keys.person AND chats.expires_at > $1)",
    "DELETE FROM chats WHERE expires_at <= $1",
];

/// A chat, without its turns.
#[derive(Clone, PartialEq, Eq)]
pub struct Chat {
    /// Random identifier.
    pub id: String,
    /// What it is called. Sealed.
    pub title: String,
    /// Tool and model that were asked last. Sealed.
    pub model: String,
    /// What was masked by hand. Sealed.
    pub masks: Vec<Mask>,
    /// Unix microseconds.
    pub created_at: i64,
    /// Unix microseconds of the last turn.
    pub changed_at: i64,
    /// Unix microseconds; from then on it is gone.
    pub expires_at: i64,
}

impl fmt::Debug for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chat").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A question and what was answered, as the person saw them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// What the person asked.
    pub question: String,
    /// What came back, with the real values.
    pub answer: String,
    /// The tool that answered.
    pub tool: String,
    /// The identifier of the request at the gateway; empty if it is not known.
    pub request: String,
    /// Whether the answer came to its end.
    pub whole: bool,
    /// Unix microseconds.
    pub at: i64,
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn").field("at", &self.at).finish_non_exhaustive()
    }
}

/// What is sealed of a chat.
#[derive(Serialize, Deserialize)]
struct Details {
    title: String,
    model: String,
    masks: Vec<Mask>,
}

type ChatRow = (String, Vec<u8>, i64, i64, i64);

impl Store {
    /// The chats of a person that have not expired at `now` (Unix microseconds), the newest first.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn chats_of(&self, person: &str, now: i64) -> Result<Vec<Chat>> {
        let Some(key) = self.person_key(person).await? else { return Ok(Vec::new()) };
        let rows: Vec<ChatRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT id, sealed, created_at, changed_at, expires_at FROM chats
                 WHERE person = $1 AND expires_at > $2 ORDER BY changed_at DESC, id LIMIT $3",
            )
            .bind(person)
            .bind(now)
            .bind(i64::from(MAX_CHATS))
            .fetch_all(&mut *conn)
            .await?
        });
        rows.into_iter().map(|row| open_chat(&key, person, row)).collect()
    }

    /// A chat of a person; `None` if it has expired at `now`, was deleted, or is somebody else's.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn chat(&self, person: &str, id: &str, now: i64) -> Result<Option<Chat>> {
        let Some(key) = self.person_key(person).await? else { return Ok(None) };
        let row: Option<ChatRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT id, sealed, created_at, changed_at, expires_at FROM chats
                 WHERE id = $1 AND person = $2 AND expires_at > $3",
            )
            .bind(id)
            .bind(person)
            .bind(now)
            .fetch_optional(&mut *conn)
            .await?
        });
        row.map(|row| open_chat(&key, person, row)).transpose()
    }

    /// The turns of a chat, in their order; none if there is no such chat of this person.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn turns(&self, person: &str, chat: &str) -> Result<Vec<Turn>> {
        let Some(key) = self.person_key(person).await? else { return Ok(Vec::new()) };
        let rows: Vec<(i64, Vec<u8>)> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT number, chat_turns.sealed FROM chat_turns JOIN chats ON chats.id = chat_turns.chat
                 WHERE chat = $1 AND person = $2 ORDER BY number",
            )
            .bind(chat)
            .bind(person)
            .fetch_all(&mut *conn)
            .await?
        });
        rows.into_iter()
            .map(|(number, sealed)| key.open_json(&turn_place(chat, &number.to_be_bytes()), &sealed))
            .collect()
    }

    /// Keeps a turn as the one of this number, from 0; the later ones go. The chat gets what stands in `chat`, and is made if
    /// it is not there. `false` if it is somebody else's, if a turn before this one is missing, or with [`MAX_TURNS`].
    ///
    /// # Errors
    /// `Gone` if there is no such person, `Sealed`, or the database's.
    pub async fn keep_turn(&self, person: &str, chat: &Chat, number: u32, turn: &Turn) -> Result<bool> {
        if number >= MAX_TURNS {
            return Ok(false);
        }
        let (key, key_as_kept) = self.person_key_or_new(person).await?;
        let number = i64::from(number);
        let sealed_chat = self.seal_chat(&key, person, chat)?;
        let place = number.to_be_bytes();
        let sealed = key.seal_json(self.inner.source, &turn_place(&chat.id, &place), turn)?;
        let lock = self.inner.db.pick(
            "SELECT person FROM person_keys WHERE person = $1 AND sealed = $2",
            "SELECT person FROM person_keys WHERE person = $1 AND sealed = $2 FOR UPDATE",
        );
        let replaced = writing!(&self.inner.db, |conn| {
            // Under a key that was erased in the meantime nothing would ever open again.
            let there: Option<(String,)> =
                sqlx::query_as(lock).bind(person).bind(&key_as_kept).fetch_optional(&mut *conn).await?;
            if there.is_none() {
                return Err(StoreError::Unavailable("the key of a person changed, try again"));
            }
            let done = sqlx::query(
                "INSERT INTO chats (id, person, sealed, created_at, changed_at, expires_at)
                 VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, changed_at = excluded.changed_at,
                     expires_at = excluded.expires_at
                 WHERE chats.person = excluded.person",
            )
            .bind(&chat.id)
            .bind(person)
            .bind(&sealed_chat)
            .bind(chat.created_at)
            .bind(chat.changed_at)
            .bind(chat.expires_at)
            .execute(&mut *conn)
            .await?;
            if done.rows_affected() == 0 {
                return Ok(false);
            }
            let (before,): (i64,) =
                sqlx::query_as("SELECT COUNT(*) FROM chat_turns WHERE chat = $1 AND number < $2")
                    .bind(&chat.id)
                    .bind(number)
                    .fetch_one(&mut *conn)
                    .await?;
            if before != number {
                return Ok(false);
            }
            let replaced = sqlx::query("DELETE FROM chat_turns WHERE chat = $1 AND number >= $2")
                .bind(&chat.id)
                .bind(number)
                .execute(&mut *conn)
                .await?
                .rows_affected();
            sqlx::query("INSERT INTO chat_turns (chat, number, sealed) VALUES ($1, $2, $3)")
                .bind(&chat.id)
                .bind(number)
                .bind(&sealed)
                .execute(&mut *conn)
                .await?;
            let oldest = sqlx::query(
                "DELETE FROM chats WHERE person = $1 AND id NOT IN
                     (SELECT id FROM chats WHERE person = $1 ORDER BY changed_at DESC, id LIMIT $2)",
            )
            .bind(person)
            .bind(i64::from(MAX_CHATS))
            .execute(&mut *conn)
            .await?
            .rows_affected();
            replaced + oldest
        });
        if replaced > 0 {
            self.inner.db.settle().await;
        }
        Ok(true)
    }

    /// Gives a chat another title. `false` if there is no such chat of this person.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn rename_chat(&self, person: &str, id: &str, title: &str, now: i64) -> Result<bool> {
        let Some(key) = self.person_key(person).await? else { return Ok(false) };
        let Some(chat) = self.chat(person, id, now).await? else { return Ok(false) };
        let sealed = self.seal_chat(&key, person, &Chat { title: title.to_owned(), ..chat })?;
        let done = writing!(&self.inner.db, |conn| {
            sqlx::query("UPDATE chats SET sealed = $3 WHERE id = $1 AND person = $2")
                .bind(id)
                .bind(person)
                .bind(&sealed)
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        Ok(done > 0)
    }

    /// Erases a chat. `false` if there is no such chat of this person.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete_chat(&self, person: &str, id: &str) -> Result<bool> {
        let gone = writing!(&self.inner.db, |conn| {
            sqlx::query("DELETE FROM chats WHERE id = $1 AND person = $2")
                .bind(id)
                .bind(person)
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        if gone > 0 {
            self.inner.db.settle().await;
        }
        Ok(gone > 0)
    }

    /// Erases all chats of a person, with the data key that sealed them. Says how many there were.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete_chats(&self, person: &str) -> Result<u64> {
        let gone = writing!(&self.inner.db, |conn| {
            sqlx::query("DELETE FROM person_keys WHERE person = $1").bind(person).execute(&mut *conn).await?;
            sqlx::query("DELETE FROM chats WHERE person = $1")
                .bind(person)
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        self.inner.db.settle().await;
        Ok(gone)
    }

    /// Lets no chat live longer than this after its last turn (in microseconds): for when the organisation keeps chats for a
    /// shorter time than before.
    ///
    /// # Errors
    /// The database's.
    pub async fn shorten_chats(&self, most: i64) -> Result<()> {
        writing!(&self.inner.db, |conn| {
            sqlx::query("UPDATE chats SET expires_at = changed_at + $1 WHERE expires_at > changed_at + $1")
                .bind(most)
                .execute(&mut *conn)
                .await?;
        });
        Ok(())
    }

    async fn person_key(&self, person: &str) -> Result<Option<SealKey>> {
        let sealed = self.kept_person_key(person).await?;
        sealed.map(|sealed| self.open_person_key(person, &sealed)).transpose()
    }

    async fn kept_person_key(&self, person: &str) -> Result<Option<Vec<u8>>> {
        let sealed: Option<(Vec<u8>,)> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT sealed FROM person_keys WHERE person = $1")
                .bind(person)
                .fetch_optional(&mut *conn)
                .await?
        });
        Ok(sealed.map(|(sealed,)| sealed))
    }

    /// The data key of a person, also as it is kept. Of several nodes that make it at once, one wins.
    async fn person_key_or_new(&self, person: &str) -> Result<(SealKey, Vec<u8>)> {
        if let Some(sealed) = self.kept_person_key(person).await? {
            return Ok((self.open_person_key(person, &sealed)?, sealed));
        }
        let mut secret = vec![0; 32];
        (self.inner.source.random)(&mut secret);
        let new = self.inner.person_keys.seal(self.inner.source, &key_place(person), secret)?;
        let (sealed,): (Vec<u8>,) = writing!(&self.inner.db, |conn| {
            sqlx::query(
                "INSERT INTO person_keys (person, sealed) VALUES ($1, $2) ON CONFLICT (person) DO NOTHING",
            )
            .bind(person)
            .bind(&new)
            .execute(&mut *conn)
            .await?;
            sqlx::query_as("SELECT sealed FROM person_keys WHERE person = $1")
                .bind(person)
                .fetch_one(&mut *conn)
                .await?
        });
        Ok((self.open_person_key(person, &sealed)?, sealed))
    }

    fn open_person_key(&self, person: &str, sealed: &[u8]) -> Result<SealKey> {
        let secret = self.inner.person_keys.open(&key_place(person), sealed)?;
        let mut bytes = Zeroizing::new([0; 32]);
        if secret.len() != bytes.len() {
            return Err(StoreError::Sealed);
        }
        bytes.copy_from_slice(&secret);
        let mut chats = derive(&bytes, "chats");
        let key = SealKey::new(chats);
        chats.zeroize();
        key
    }

    fn seal_chat(&self, key: &SealKey, person: &str, chat: &Chat) -> Result<Vec<u8>> {
        let details =
            Details { title: chat.title.clone(), model: chat.model.clone(), masks: chat.masks.clone() };
        key.seal_json(self.inner.source, &chat_place(&chat.id, person), &details)
    }
}

fn open_chat(key: &SealKey, person: &str, row: ChatRow) -> Result<Chat> {
    let (id, sealed, created_at, changed_at, expires_at) = row;
    let details: Details = key.open_json(&chat_place(&id, person), &sealed)?;
    let Details { title, model, masks } = details;
    Ok(Chat { id, title, model, masks, created_at, changed_at, expires_at })
}

fn key_place(person: &str) -> [&[u8]; 3] {
    [b"person_keys", b"sealed", person.as_bytes()]
}

fn chat_place<'a>(id: &'a str, person: &'a str) -> [&'a [u8]; 4] {
    [b"chats", b"sealed", id.as_bytes(), person.as_bytes()]
}

fn turn_place<'a>(chat: &'a str, number: &'a [u8]) -> [&'a [u8]; 4] {
    [b"chat_turns", b"sealed", chat.as_bytes(), number]
}
