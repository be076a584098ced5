//! The policy: its draft, its published versions, and who signed them.

use sluis_core::a4::A4;
use sluis_core::gate::Published;
use sluis_core::person::Acknowledgement;

use crate::Store;
use crate::db::{reading, writing};
use crate::error::{Result, StoreError};

/// Moves the generation forward. Every transaction that does so starts with it: the row makes writers queue up, on all
/// nodes, so that what they read before they write still holds when they do.
pub(crate) const MOVE: &str = "INSERT INTO generation (id, number) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET number = generation.number + 1";

const DRAFT: &str =
    "SELECT revision, sealed, author, at FROM policy_draft WHERE id = 1 AND sealed IS NOT NULL";

/// The revision stays, so that who still has the old draft on the screen cannot overwrite a new one.
const DROP: &str = "UPDATE policy_draft SET sealed = NULL, author = NULL, at = NULL
    WHERE id = 1 AND revision = $1 AND sealed IS NOT NULL";

/// The policy that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Grows with each change. No two drafts ever have the same.
    pub revision: i64,
    /// What it says. Sealed in the store.
    pub a4: A4,
    /// Who changed it last.
    pub by: String,
    /// Unix microseconds.
    pub at: i64,
}

type DraftRow = (i64, Vec<u8>, String, i64);
type PolicyRow = (i64, Vec<u8>, Vec<u8>, String, i64);
type AcknowledgementRow = (String, i64, Vec<u8>, i64);

impl Store {
    /// The draft, if there is one. There is one at most.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn draft(&self) -> Result<Option<Draft>> {
        let row: Option<DraftRow> =
            reading!(&self.inner.db, |conn| sqlx::query_as(DRAFT).fetch_optional(&mut *conn).await?);
        row.map(|row| self.open_draft(row)).transpose()
    }

    /// Saves the draft in place of the revision `expected`, or as a new one where there is none, and gives its revision.
    /// `None` if somebody else changed it meanwhile; nothing is written then.
    ///
    /// # Errors
    /// The database's.
    pub async fn save_draft(&self, a4: &A4, expected: Option<i64>, by: &str, at: i64) -> Result<Option<i64>> {
        let revision = writing!(&self.inner.db, |conn| {
            sqlx::query(MOVE).execute(&mut *conn).await?;
            let found: Option<(i64, bool)> =
                sqlx::query_as("SELECT revision, sealed IS NOT NULL FROM policy_draft WHERE id = 1")
                    .fetch_optional(&mut *conn)
                    .await?;
            let (last, stands) = found.unwrap_or((0, false));
            if expected != stands.then_some(last) {
                return Ok(None);
            }
            let revision = last + 1;
            let place = (revision.to_be_bytes(), at.to_be_bytes());
            let sealed =
                self.inner.policies.seal_json(self.inner.source, &draft_place(&place.0, by, &place.1), a4)?;
            sqlx::query(
                "INSERT INTO policy_draft (id, revision, sealed, author, at) VALUES (1, $1, $2, $3, $4)
                 ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, sealed = excluded.sealed,
                     author = excluded.author, at = excluded.at",
            )
            .bind(revision)
            .bind(&sealed)
            .bind(by)
            .bind(at)
            .execute(&mut *conn)
            .await?;
            revision
        });
        Ok(Some(revision))
    }

    /// Drops the draft. `false` if somebody else changed it meanwhile, or there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn drop_draft(&self, expected: i64) -> Result<bool> {
        writing!(&self.inner.db, |conn| {
            sqlx::query(MOVE).execute(&mut *conn).await?;
            if sqlx::query(DROP).bind(expected).execute(&mut *conn).await?.rows_affected() == 0 {
                return Ok(false);
            }
        });
        Ok(true)
    }

    /// Makes the draft of this revision the next version, which never changes again; the draft goes. `None` if somebody
    /// else changed or published it meanwhile.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn publish(&self, expected: i64, by: &str, at: i64) -> Result<Option<Published>> {
        let published = writing!(&self.inner.db, |conn| {
            sqlx::query(MOVE).execute(&mut *conn).await?;
            let row: Option<DraftRow> = sqlx::query_as(DRAFT).fetch_optional(&mut *conn).await?;
            let draft = row.map(|row| self.open_draft(row)).transpose()?;
            let Some(draft) = draft.filter(|draft| draft.revision == expected) else { return Ok(None) };
            let (last,): (i64,) =
                sqlx::query_as("SELECT COALESCE(MAX(number), 0) FROM policies").fetch_one(&mut *conn).await?;
            let published = Published {
                number: u32::try_from(last + 1).map_err(|_| StoreError::Range)?,
                hash: draft.a4.sheet().hash(),
                a4: draft.a4,
                by: by.to_owned(),
                at,
            };
            sqlx::query(
                "INSERT INTO policies (number, sealed, hash, author, at) VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(i64::from(published.number))
            .bind(self.seal_policy(&published)?)
            .bind(&published.hash[..])
            .bind(by)
            .bind(at)
            .execute(&mut *conn)
            .await?;
            sqlx::query(DROP).bind(expected).execute(&mut *conn).await?;
            published
        });
        Ok(Some(published))
    }

    /// Every published version, the oldest first.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt` (also when the hash that people signed is not that of the text), or the database's.
    pub async fn versions(&self) -> Result<Vec<Published>> {
        let rows: Vec<PolicyRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT number, sealed, hash, author, at FROM policies ORDER BY number")
                .fetch_all(&mut *conn)
                .await?
        });
        rows.into_iter().map(|row| self.open_policy(row)).collect()
    }

    /// Keeps that a person signed a version. `false` if that stood there already; the first moment counts.
    ///
    /// # Errors
    /// `Gone` if there is no such person, or no version of this number with this text; or the database's.
    pub async fn acknowledge(&self, one: &Acknowledgement) -> Result<bool> {
        writing!(&self.inner.db, |conn| {
            sqlx::query(MOVE).execute(&mut *conn).await?;
            let version: Option<(i64,)> =
                sqlx::query_as("SELECT number FROM policies WHERE number = $1 AND hash = $2")
                    .bind(i64::from(one.policy))
                    .bind(&one.hash[..])
                    .fetch_optional(&mut *conn)
                    .await?;
            if version.is_none() {
                return Err(StoreError::Gone);
            }
            let done = sqlx::query(
                "INSERT INTO acknowledgements (person, policy, hash, at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (person, policy) DO NOTHING",
            )
            .bind(&one.person)
            .bind(i64::from(one.policy))
            .bind(&one.hash[..])
            .bind(one.at)
            .execute(&mut *conn)
            .await?;
            if done.rows_affected() == 0 {
                return Ok(false);
            }
        });
        Ok(true)
    }

    /// What a person signed, by version.
    ///
    /// # Errors
    /// `Corrupt`, or the database's.
    pub async fn acknowledgements_of(&self, person: &str) -> Result<Vec<Acknowledgement>> {
        let rows: Vec<AcknowledgementRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT person, policy, hash, at FROM acknowledgements WHERE person = $1 ORDER BY policy",
            )
            .bind(person)
            .fetch_all(&mut *conn)
            .await?
        });
        rows.into_iter().map(read_acknowledgement).collect()
    }

    /// Who signed a version, in the order of signing.
    ///
    /// # Errors
    /// `Corrupt`, or the database's.
    pub async fn acknowledged(&self, policy: u32) -> Result<Vec<Acknowledgement>> {
        let rows: Vec<AcknowledgementRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT person, policy, hash, at FROM acknowledgements WHERE policy = $1 ORDER BY at, person",
            )
            .bind(i64::from(policy))
            .fetch_all(&mut *conn)
            .await?
        });
        rows.into_iter().map(read_acknowledgement).collect()
    }

    /// A number that every write to policies, people, acknowledgements, suspensions and records of tools moves forward, in the same
    /// transaction. Who keeps a copy of these asks for it and reads again when it is another one.
    ///
    /// # Errors
    /// The database's.
    pub async fn generation(&self) -> Result<i64> {
        let row: Option<(i64,)> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT number FROM generation WHERE id = 1").fetch_optional(&mut *conn).await?
        });
        Ok(row.map_or(0, |(number,)| number))
    }

    fn open_draft(&self, (revision, sealed, by, at): DraftRow) -> Result<Draft> {
        let place = (revision.to_be_bytes(), at.to_be_bytes());
        let a4 = self.inner.policies.open_json(&draft_place(&place.0, &by, &place.1), &sealed)?;
        Ok(Draft { revision, a4, by, at })
    }

    fn seal_policy(&self, published: &Published) -> Result<Vec<u8>> {
        let place = (i64::from(published.number).to_be_bytes(), published.at.to_be_bytes());
        let place = policy_place(&place.0, &published.by, &place.1);
        self.inner.policies.seal_json(self.inner.source, &place, &published.a4)
    }

    fn open_policy(&self, (number, sealed, hash, by, at): PolicyRow) -> Result<Published> {
        let place = (number.to_be_bytes(), at.to_be_bytes());
        let a4: A4 = self.inner.policies.open_json(&policy_place(&place.0, &by, &place.1), &sealed)?;
        if a4.sheet().hash() != hash[..] {
            return Err(StoreError::Corrupt("a policy whose text is not the one that was published"));
        }
        Ok(Published {
            number: u32::try_from(number).map_err(|_| StoreError::Corrupt("number of a policy"))?,
            hash: a4.sheet().hash(),
            a4,
            by,
            at,
        })
    }
}

fn read_acknowledgement((person, policy, hash, at): AcknowledgementRow) -> Result<Acknowledgement> {
    Ok(Acknowledgement {
        person,
        policy: u32::try_from(policy).map_err(|_| StoreError::Corrupt("number of a policy"))?,
        hash: hash.try_into().map_err(|_| StoreError::Corrupt("hash of an acknowledgement"))?,
        at,
    })
}

fn draft_place<'a>(revision: &'a [u8], by: &'a str, at: &'a [u8]) -> [&'a [u8]; 5] {
    [b"policy_draft", b"sealed", revision, by.as_bytes(), at]
}

fn policy_place<'a>(number: &'a [u8], by: &'a str, at: &'a [u8]) -> [&'a [u8]; 5] {
    [b"policies", b"sealed", number, by.as_bytes(), at]
}
