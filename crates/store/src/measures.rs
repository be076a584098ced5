//! Measures that were decided elsewhere, as people see that they were.

use sluis_core::measure::Measure;

use crate::Store;
use crate::db::{reading, writing};
use crate::error::Result;

#[derive(sqlx::FromRow)]
struct MeasureRow {
    id: String,
    person: String,
    decided_by: String,
    noted_by: String,
    suspension: Option<String>,
    sealed: Vec<u8>,
    at: i64,
}

impl Store {
    /// Keeps that a measure was decided.
    ///
    /// # Errors
    /// `Gone` if there is no such person or suspension, `Duplicate` if the identifier is known, or the database's.
    pub async fn note_measure(&self, measure: &Measure) -> Result<()> {
        let place = place(&measure.id, &measure.person, &measure.decided_by);
        let sealed = self.inner.people.seal_json(self.inner.source, &place, &measure.decision)?;
        writing!(&self.inner.db, |conn| {
            sqlx::query(
                "INSERT INTO measures (id, person, decided_by, noted_by, suspension, sealed, at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(&measure.id)
            .bind(&measure.person)
            .bind(&measure.decided_by)
            .bind(&measure.noted_by)
            .bind(&measure.suspension)
            .bind(&sealed)
            .bind(measure.at)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }

    /// All measures about a person, the newest first.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn measures_of(&self, person: &str) -> Result<Vec<Measure>> {
        let rows: Vec<MeasureRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT id, person, decided_by, noted_by, suspension, sealed, at FROM measures
                 WHERE person = $1 ORDER BY at DESC, id",
            )
            .bind(person)
            .fetch_all(&mut *conn)
            .await?
        });
        rows.into_iter().map(|row| self.open_measure(row)).collect()
    }

    fn open_measure(&self, row: MeasureRow) -> Result<Measure> {
        let place = place(&row.id, &row.person, &row.decided_by);
        let decision = self.inner.people.open_json(&place, &row.sealed)?;
        Ok(Measure {
            id: row.id,
            person: row.person,
            decided_by: row.decided_by,
            noted_by: row.noted_by,
            suspension: row.suspension,
            decision,
            at: row.at,
        })
    }
}

fn place<'a>(id: &'a str, person: &'a str, decided_by: &'a str) -> [&'a [u8]; 5] {
    [b"measures", b"sealed", id.as_bytes(), person.as_bytes(), decided_by.as_bytes()]
}
