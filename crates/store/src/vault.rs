//! Conversations and the pseudonyms in them.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::Store;
use crate::chats::PURGE_CHATS;
use crate::db::{reading, writing};
use crate::error::{Result, StoreError};
use crate::seal::{SealKey, derive};

/// The expiry of a conversation moves forward in steps of at least this (one minute in microseconds), so that a lively
/// conversation costs a read and not a write for each message.
const STEP: i64 = 60_000_000;

/// The scope of pseudonyms, with its data key.
#[derive(Clone)]
pub struct Conversation {
    /// Random identifier in the database.
    pub id: i64,
    /// The data key. Dropping it in the database makes every value of the conversation unreadable.
    pub secret: [u8; 32],
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl fmt::Debug for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conversation").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A token that stands for a value in one conversation.
#[derive(Clone, PartialEq, Eq)]
pub struct Pseudonym {
    /// What the model sees; unique in the conversation.
    pub token: String,
    /// Name of the kind of personal data. Sealed.
    pub kind: String,
    /// The value it stands for. Sealed.
    pub value: String,
    /// Number of the person or thing, which several values can share ("Jan de Vries", "De Vries"). Sealed.
    pub entity: u32,
    /// Keyed digest of kind and normalised value, made by the caller with a key of the conversation; unique in the
    /// conversation.
    pub fingerprint: [u8; 32],
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pseudonym").field("token", &self.token).finish_non_exhaustive()
    }
}

/// A pseudonym that was not kept because another stood there first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What was to be kept.
    pub wanted: Pseudonym,
    /// What stands there under the same token, for another value.
    pub same_token: Option<Pseudonym>,
    /// What stands there for the same value, under another token: to be used instead.
    pub same_value: Option<Pseudonym>,
}

/// How much [`Store::purge`] took away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Purged {
    /// Conversations that were past their expiry.
    pub conversations: u64,
    /// Pseudonyms in them.
    pub pseudonyms: u64,
    /// Questions that were settled more than two years ago.
    pub questions: u64,
    /// Reports that were closed more than a year ago.
    pub reports: u64,
    /// Chats of people that were past their expiry.
    pub chats: u64,
}

#[derive(Serialize, Deserialize)]
struct Inside {
    kind: String,
    value: String,
    entity: u32,
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

type Row = (String, Vec<u8>, Vec<u8>);

impl Store {
    /// Finds the conversation of this name or makes it. `name` is a digest that the caller keyed; `expires_at` (Unix
    /// microseconds) moves its expiry forward, never back. An expired conversation is as good as gone: it comes back
    /// empty, with a new data key. On several nodes the same name gives the same conversation.
    ///
    /// # Errors
    /// `Sealed`, or the database's.
    pub async fn conversation(&self, name: &[u8; 32], expires_at: i64) -> Result<Conversation> {
        let now = (self.inner.source.now)();
        let found: Option<(i64, Vec<u8>, i64)> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT id, secret, expires_at FROM conversations WHERE name = $1 AND expires_at > $2",
            )
            .bind(&name[..])
            .bind(now)
            .fetch_optional(&mut *conn)
            .await?
        });
        if let Some((id, secret, until)) = found
            && expires_at < until.saturating_add(STEP)
        {
            return self.open_conversation(name, id, &secret);
        }
        let mut secret = Zeroizing::new(vec![0; 32]);
        (self.inner.source.random)(&mut secret);
        let sealed =
            self.inner.conversations.seal(self.inner.source, &wrapped(name), std::mem::take(&mut *secret))?;
        let mut id = [0; 8];
        (self.inner.source.random)(&mut id);
        let id = i64::from_be_bytes(id) & i64::MAX;
        let (id, sealed): (i64, Vec<u8>) = writing!(&self.inner.db, |conn| {
            sqlx::query("DELETE FROM conversations WHERE name = $1 AND expires_at <= $2")
                .bind(&name[..])
                .bind(now)
                .execute(&mut *conn)
                .await?;
            sqlx::query_as(
                "INSERT INTO conversations (id, name, secret, expires_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (name) DO UPDATE SET expires_at =
                     CASE WHEN excluded.expires_at > conversations.expires_at
                     THEN excluded.expires_at ELSE conversations.expires_at END
                 RETURNING id, secret",
            )
            .bind(id)
            .bind(&name[..])
            .bind(&sealed)
            .bind(expires_at)
            .fetch_one(&mut *conn)
            .await?
        });
        self.open_conversation(name, id, &sealed)
    }

    /// All pseudonyms of a conversation, by token; none if it was forgotten.
    ///
    /// # Errors
    /// `Sealed`, or the database's.
    pub async fn vault(&self, conversation: &Conversation) -> Result<Vec<Pseudonym>> {
        let rows: Vec<Row> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT token, fingerprint, sealed FROM vault WHERE conversation = $1 ORDER BY token",
            )
            .bind(conversation.id)
            .fetch_all(&mut *conn)
            .await?
        });
        let key = vault_key(conversation)?;
        rows.into_iter().map(|row| open_pseudonym(&key, conversation.id, row)).collect()
    }

    /// Keeps new pseudonyms, all in one transaction. Where another node was first with the token or the value, nothing is
    /// changed and what stands there is given back; a pseudonym that stands there just so is no conflict.
    ///
    /// # Errors
    /// `Gone` if the conversation was forgotten in the meantime, `Sealed`, or the database's.
    pub async fn remember(&self, conversation: &Conversation, new: &[Pseudonym]) -> Result<Vec<Conflict>> {
        let key = vault_key(conversation)?;
        let mut rows = Vec::with_capacity(new.len());
        for pseudonym in new {
            rows.push((pseudonym, self.seal_pseudonym(&key, conversation.id, pseudonym)?));
        }
        // Nodes that write into one conversation queue up here, so they cannot block each other crosswise.
        let lock = self.inner.db.pick(
            "SELECT id FROM conversations WHERE id = $1",
            "SELECT id FROM conversations WHERE id = $1 FOR UPDATE",
        );
        let mut taken = Vec::new();
        writing!(&self.inner.db, |conn| {
            let there: Option<(i64,)> =
                sqlx::query_as(lock).bind(conversation.id).fetch_optional(&mut *conn).await?;
            if there.is_none() {
                return Err(StoreError::Gone);
            }
            for (wanted, sealed) in rows {
                let inserted = sqlx::query(
                    "INSERT INTO vault (conversation, token, fingerprint, sealed) VALUES ($1, $2, $3, $4)
                     ON CONFLICT DO NOTHING",
                )
                .bind(conversation.id)
                .bind(&wanted.token)
                .bind(&wanted.fingerprint[..])
                .bind(sealed)
                .execute(&mut *conn)
                .await?;
                if inserted.rows_affected() == 0 {
                    let standing: Vec<Row> = sqlx::query_as(
                        "SELECT token, fingerprint, sealed FROM vault
                         WHERE conversation = $1 AND (token = $2 OR fingerprint = $3)",
                    )
                    .bind(conversation.id)
                    .bind(&wanted.token)
                    .bind(&wanted.fingerprint[..])
                    .fetch_all(&mut *conn)
                    .await?;
                    taken.push((wanted, standing));
                }
            }
        });
        let mut conflicts = Vec::new();
        for (wanted, standing) in taken {
            let mut conflict = Conflict { wanted: wanted.clone(), same_token: None, same_value: None };
            for row in standing {
                let stands = open_pseudonym(&key, conversation.id, row)?;
                match (stands.token == wanted.token, stands.fingerprint == wanted.fingerprint) {
                    (true, true) => {}
                    (true, false) => conflict.same_token = Some(stands),
                    (false, _) => conflict.same_value = Some(stands),
                }
            }
            if conflict.same_token.is_some() || conflict.same_value.is_some() {
                conflicts.push(conflict);
            }
        }
        Ok(conflicts)
    }

    /// Erases a conversation: the data key goes and with it the meaning of every value. `false` if there is none.
    /// Backups and the database's own log made before still hold the sealed key; their retention decides there.
    ///
    /// # Errors
    /// The database's.
    pub async fn forget(&self, name: &[u8; 32]) -> Result<bool> {
        let gone = writing!(&self.inner.db, |conn| {
            sqlx::query("DELETE FROM conversations WHERE name = $1")
                .bind(&name[..])
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        if gone > 0 {
            self.inner.db.settle().await;
        }
        Ok(gone > 0)
    }

    /// Erases every conversation and every chat whose expiry is not after `now` (Unix microseconds).
    ///
    /// # Errors
    /// The database's.
    pub async fn purge(&self, now: i64) -> Result<Purged> {
        let mut purged = writing!(&self.inner.db, |conn| {
            let pseudonyms = sqlx::query(
                "DELETE FROM vault WHERE conversation IN (SELECT id FROM conversations WHERE expires_at <= $1)",
            )
            .bind(now)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            let conversations = sqlx::query("DELETE FROM conversations WHERE expires_at <= $1")
                .bind(now)
                .execute(&mut *conn)
                .await?
                .rows_affected();
            let mut chats = 0;
            for sql in PURGE_CHATS {
                chats = sqlx::query(sql).bind(now).execute(&mut *conn).await?.rows_affected();
            }
            Purged { conversations, pseudonyms, chats, ..Purged::default() }
        });
        purged.questions = self.purge_questions(now).await?;
        purged.reports = self.purge_reports(now).await?;
        if purged != Purged::default() {
            self.inner.db.settle().await;
        }
        Ok(purged)
    }

    fn open_conversation(&self, name: &[u8; 32], id: i64, sealed: &[u8]) -> Result<Conversation> {
        let secret = self.inner.conversations.open(&wrapped(name), sealed)?;
        let secret = secret.as_slice().try_into().map_err(|_| StoreError::Sealed)?;
        Ok(Conversation { id, secret })
    }

    fn seal_pseudonym(&self, key: &SealKey, conversation: i64, new: &Pseudonym) -> Result<Vec<u8>> {
        let inside = Inside { kind: new.kind.clone(), value: new.value.clone(), entity: new.entity };
        let id = conversation.to_be_bytes();
        key.seal_json(self.inner.source, &inside_place(&id, &new.token, &new.fingerprint), &inside)
    }
}

fn vault_key(conversation: &Conversation) -> Result<SealKey> {
    SealKey::new(derive(&conversation.secret, "vault"))
}

fn open_pseudonym(key: &SealKey, conversation: i64, row: Row) -> Result<Pseudonym> {
    let (token, fingerprint, sealed) = row;
    let id = conversation.to_be_bytes();
    let mut inside: Inside = key.open_json(&inside_place(&id, &token, &fingerprint), &sealed)?;
    Ok(Pseudonym {
        kind: std::mem::take(&mut inside.kind),
        value: std::mem::take(&mut inside.value),
        entity: inside.entity,
        token,
        fingerprint: fingerprint.try_into().map_err(|_| StoreError::Corrupt("fingerprint of a pseudonym"))?,
    })
}

fn wrapped(name: &[u8; 32]) -> [&[u8]; 3] {
    [b"conversations", b"secret", name]
}

fn inside_place<'a>(conversation: &'a [u8], token: &'a str, fingerprint: &'a [u8]) -> [&'a [u8]; 5] {
    [b"vault", b"sealed", conversation, token.as_bytes(), fingerprint]
}
