//! What the organisation's directory says of people and groups, beside what is known of people here.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Store;
use crate::db::{reading, writing};
use crate::error::{Result, StoreError};

/// What the directory said of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryPerson {
    /// Identifier of the person.
    pub person: String,
    /// What it said, as it is given back. Sealed in the store.
    pub record: String,
    /// Moves by one with every change; the first is 1.
    pub revision: i64,
    /// Unix microseconds of the last change.
    pub changed_at: i64,
    /// Unix microseconds since when the directory does not know the person any more.
    pub deleted_at: Option<i64>,
}

/// A group of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryGroup {
    /// Random, 32 hexadecimal digits.
    pub id: String,
    /// As the directory calls it; unique, whatever its case. Sealed in the store.
    pub name: String,
    /// Its identifier in the directory, if it gave one. Sealed in the store.
    pub external: Option<String>,
    /// Identifiers of the people in it. Sealed in the store.
    pub members: BTreeSet<String>,
    /// Moves by one with every change; the first is 1.
    pub revision: i64,
    /// Unix microseconds.
    pub created_at: i64,
    /// Unix microseconds of the last change.
    pub changed_at: i64,
}

#[derive(Serialize, Deserialize)]
struct Group {
    name: String,
    external: Option<String>,
    members: BTreeSet<String>,
}

type PersonRow = (String, Vec<u8>, i64, i64, Option<i64>);
type GroupRow = (String, Vec<u8>, i64, i64, i64);

impl Store {
    /// Keeps what the directory says of a person, if this is the revision that follows what is kept. `false`: somebody else
    /// was first, and nothing is written.
    ///
    /// # Errors
    /// `Gone` if there is no such person, or the database's.
    pub async fn keep_directory_person(&self, one: &DirectoryPerson) -> Result<bool> {
        let place = person_place(&one.person);
        let sealed = self.inner.people.seal_json(self.inner.source, &place, &one.record)?;
        let done = writing!(&self.inner.db, |conn| {
            sqlx::query(
                "INSERT INTO directory_people (person, sealed, revision, changed_at, deleted_at)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (person) DO UPDATE SET sealed = excluded.sealed, revision = excluded.revision,
                     changed_at = excluded.changed_at, deleted_at = excluded.deleted_at
                 WHERE directory_people.revision = excluded.revision - 1",
            )
            .bind(&one.person)
            .bind(&sealed)
            .bind(one.revision)
            .bind(one.changed_at)
            .bind(one.deleted_at)
            .execute(&mut *conn)
            .await?
            .rows_affected()
        });
        Ok(done > 0)
    }

    /// What the directory said of a person.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn directory_person(&self, person: &str) -> Result<Option<DirectoryPerson>> {
        let row: Option<PersonRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT person, sealed, revision, changed_at, deleted_at FROM directory_people WHERE person = $1",
            )
            .bind(person)
            .fetch_optional(&mut *conn)
            .await?
        });
        row.map(|row| self.open_directory_person(row)).transpose()
    }

    /// What the directory said of everybody.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn directory_people(&self) -> Result<Vec<DirectoryPerson>> {
        let rows: Vec<PersonRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT person, sealed, revision, changed_at, deleted_at FROM directory_people")
                .fetch_all(&mut *conn)
                .await?
        });
        rows.into_iter().map(|row| self.open_directory_person(row)).collect()
    }

    /// Keeps a new group.
    ///
    /// # Errors
    /// `Duplicate` if there is a group of this name, or the database's.
    pub async fn insert_directory_group(&self, group: &DirectoryGroup) -> Result<()> {
        let (name, sealed) = self.seal_group(group)?;
        writing!(&self.inner.db, |conn| {
            sqlx::query(
                "INSERT INTO directory_groups (id, name, sealed, revision, created_at, changed_at)
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(&group.id)
            .bind(&name[..])
            .bind(&sealed)
            .bind(group.revision)
            .bind(group.created_at)
            .bind(group.changed_at)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }

    /// Replaces a group, if this is the revision that follows what is kept. `false`: somebody else was first, or there is
    /// no such group, and nothing is written.
    ///
    /// # Errors
    /// `Duplicate` if the name is another group's, or the database's.
    pub async fn update_directory_group(&self, group: &DirectoryGroup) -> Result<bool> {
        let (name, sealed) = self.seal_group(group)?;
        let done = writing!(&self.inner.db, |conn| {
            sqlx::query(
                "UPDATE directory_groups SET name = $2, sealed = $3, revision = $4, changed_at = $5
                 WHERE id = $1 AND revision = $4 - 1",
            )
            .bind(&group.id)
            .bind(&name[..])
            .bind(&sealed)
            .bind(group.revision)
            .bind(group.changed_at)
            .execute(&mut *conn)
            .await?
            .rows_affected()
        });
        Ok(done > 0)
    }

    /// All groups, the oldest first.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn directory_groups(&self) -> Result<Vec<DirectoryGroup>> {
        let rows: Vec<GroupRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT id, sealed, revision, created_at, changed_at FROM directory_groups ORDER BY created_at, id",
            )
            .fetch_all(&mut *conn)
            .await?
        });
        rows.into_iter().map(|row| self.open_group(row)).collect()
    }

    /// Takes a group away. `false` if there is no such one.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete_directory_group(&self, id: &str) -> Result<bool> {
        let done = writing!(&self.inner.db, |conn| {
            sqlx::query("DELETE FROM directory_groups WHERE id = $1")
                .bind(id)
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        Ok(done > 0)
    }

    fn open_directory_person(
        &self,
        (person, sealed, revision, changed_at, deleted_at): PersonRow,
    ) -> Result<DirectoryPerson> {
        let record = self.inner.people.open_json(&person_place(&person), &sealed)?;
        Ok(DirectoryPerson { person, record, revision, changed_at, deleted_at })
    }

    fn seal_group(&self, group: &DirectoryGroup) -> Result<([u8; 32], Vec<u8>)> {
        let name = self.directory_digest(&[b"group", group.name.trim().to_lowercase().as_bytes()]);
        let inside = Group {
            name: group.name.clone(),
            external: group.external.clone(),
            members: group.members.clone(),
        };
        Ok((name, self.inner.people.seal_json(self.inner.source, &group_place(&group.id), &inside)?))
    }

    fn open_group(&self, (id, sealed, revision, created_at, changed_at): GroupRow) -> Result<DirectoryGroup> {
        let inside: Group = self.inner.people.open_json(&group_place(&id), &sealed)?;
        if revision < 1 {
            return Err(StoreError::Corrupt("revision of a group"));
        }
        let Group { name, external, members } = inside;
        Ok(DirectoryGroup { id, name, external, members, revision, created_at, changed_at })
    }
}

fn person_place(person: &str) -> [&[u8]; 3] {
    [b"directory_people", b"sealed", person.as_bytes()]
}

fn group_place(id: &str) -> [&[u8]; 3] {
    [b"directory_groups", b"sealed", id.as_bytes()]
}
