//! Tools that somebody asked for, with what is known and decided about them.

use aws_lc_rs::hmac;
use sluis_core::intake::{ToolRecord, comparable};

use crate::Store;
use crate::db::{reading, writing};
use crate::error::Result;
use crate::policies::MOVE;

type ToolRow = (String, Vec<u8>, i64, Vec<u8>);

impl Store {
    /// Keeps a new record, as its first revision.
    ///
    /// # Errors
    /// `Duplicate` if there is a record of this name or identifier, or the database's.
    pub async fn insert_tool(&self, record: &ToolRecord) -> Result<()> {
        let (name, sealed) = self.seal_tool(record, 1)?;
        writing!(&self.inner.db, |conn| {
            sqlx::query(MOVE).execute(&mut *conn).await?;
            sqlx::query("INSERT INTO tool_records (id, name, revision, sealed) VALUES ($1, $2, 1, $3)")
                .bind(&record.id)
                .bind(&name[..])
                .bind(&sealed)
                .execute(&mut *conn)
                .await?;
        });
        Ok(())
    }

    /// Saves a record in place of the revision that it carries, and gives the new revision. `None` if somebody else changed
    /// it meanwhile, or there is no such record; nothing is written then.
    ///
    /// # Errors
    /// `Duplicate` if another record has this name, or the database's.
    pub async fn update_tool(&self, record: &ToolRecord) -> Result<Option<i64>> {
        let revision = record.revision + 1;
        let (name, sealed) = self.seal_tool(record, revision)?;
        writing!(&self.inner.db, |conn| {
            sqlx::query(MOVE).execute(&mut *conn).await?;
            let done = sqlx::query(
                "UPDATE tool_records SET name = $3, revision = $4, sealed = $5 WHERE id = $1 AND revision = $2",
            )
            .bind(&record.id)
            .bind(record.revision)
            .bind(&name[..])
            .bind(revision)
            .bind(&sealed)
            .execute(&mut *conn)
            .await?;
            if done.rows_affected() == 0 {
                return Ok(None);
            }
        });
        Ok(Some(revision))
    }

    /// The record of this identifier.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn tool(&self, id: &str) -> Result<Option<ToolRecord>> {
        let row: Option<ToolRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT id, name, revision, sealed FROM tool_records WHERE id = $1")
                .bind(id)
                .fetch_optional(&mut *conn)
                .await?
        });
        row.map(|row| self.open_tool(row)).transpose()
    }

    /// All records, by name.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn tools(&self) -> Result<Vec<ToolRecord>> {
        let rows: Vec<ToolRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT id, name, revision, sealed FROM tool_records")
                .fetch_all(&mut *conn)
                .await?
        });
        let mut records = rows.into_iter().map(|row| self.open_tool(row)).collect::<Result<Vec<_>>>()?;
        records.sort_by_cached_key(|record| comparable(&record.name));
        Ok(records)
    }

    /// The digest that keeps names apart, and what is sealed.
    fn seal_tool(&self, record: &ToolRecord, revision: i64) -> Result<([u8; 32], Vec<u8>)> {
        let mut digest = [0; 32];
        let name = hmac::sign(&self.inner.tool_names, comparable(&record.name).as_bytes());
        digest.copy_from_slice(name.as_ref());
        let revision = revision.to_be_bytes();
        let place = tool_place(&record.id, &digest, &revision);
        let sealed = self.inner.tools.seal_json(self.inner.source, &place, record)?;
        Ok((digest, sealed))
    }

    fn open_tool(&self, (id, name, revision, sealed): ToolRow) -> Result<ToolRecord> {
        let record: ToolRecord =
            self.inner.tools.open_json(&tool_place(&id, &name, &revision.to_be_bytes()), &sealed)?;
        Ok(ToolRecord { id, revision, ..record })
    }
}

fn tool_place<'a>(id: &'a str, name: &'a [u8], revision: &'a [u8]) -> [&'a [u8]; 5] {
    [b"tool_records", b"sealed", id.as_bytes(), name, revision]
}
