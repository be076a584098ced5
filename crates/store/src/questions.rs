//! Questions to the contact point, and those that everybody can read below the policy.

use serde::{Deserialize, Serialize};
use sluis_core::question::{Answer, Frequent, Outcome, Question, Route};

use crate::Store;
use crate::db::{reading, writing};
use crate::error::{Result, StoreError};

/// How long a question stays after it was answered or withdrawn, in microseconds: two years.
const KEPT: i64 = 2 * 366 * 86_400 * 1_000_000;

#[derive(sqlx::FromRow)]
struct QuestionRow {
    id: String,
    person: String,
    route: String,
    sealed: Vec<u8>,
    at: i64,
    answer: Option<Vec<u8>>,
    answered_by: Option<String>,
    settled_at: Option<i64>,
}

/// What is sealed of a question that many ask.
#[derive(Serialize, Deserialize)]
struct Both {
    question: String,
    answer: String,
}

type FrequentRow = (String, Vec<u8>, String, i64);

impl Store {
    /// Keeps a new question, which is open. `false` if this person has `most` open ones already; nothing is kept then.
    ///
    /// # Errors
    /// `Gone` if there is no such person, `Duplicate` if the identifier is known, or the database's.
    pub async fn ask(&self, question: &Question, most: i64) -> Result<bool> {
        let place = text_place(&question.id, &question.person);
        let sealed = self.inner.questions.seal_json(self.inner.source, &place, &question.text)?;
        writing!(&self.inner.db, |conn| {
            let (open,): (i64,) =
                sqlx::query_as("SELECT COUNT(*) FROM questions WHERE person = $1 AND settled_at IS NULL")
                    .bind(&question.person)
                    .fetch_one(&mut *conn)
                    .await?;
            if open >= most {
                return Ok(false);
            }
            sqlx::query("INSERT INTO questions (id, person, route, sealed, at) VALUES ($1, $2, $3, $4, $5)")
                .bind(&question.id)
                .bind(&question.person)
                .bind(question.route.name())
                .bind(&sealed)
                .bind(question.at)
                .execute(&mut *conn)
                .await?;
        });
        Ok(true)
    }

    /// The question of this identifier.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn question(&self, id: &str) -> Result<Option<Question>> {
        let row: Option<QuestionRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT id, person, route, sealed, at, answer, answered_by, settled_at FROM questions
                 WHERE id = $1",
            )
            .bind(id)
            .fetch_optional(&mut *conn)
            .await?
        });
        row.map(|row| self.open_question(row)).transpose()
    }

    /// What a person asked, the newest first.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn questions_of(&self, person: &str) -> Result<Vec<Question>> {
        let rows: Vec<QuestionRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as(
                "SELECT id, person, route, sealed, at, answer, answered_by, settled_at FROM questions
                 WHERE person = $1 ORDER BY at DESC, id",
            )
            .bind(person)
            .fetch_all(&mut *conn)
            .await?
        });
        rows.into_iter().map(|row| self.open_question(row)).collect()
    }

    /// All questions that are open, the oldest first, and behind them the `most` that were answered last. Those that were
    /// withdrawn are nobody's but the asker's.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn questions_to_answer(&self, most: i64) -> Result<Vec<Question>> {
        let rows: Vec<QuestionRow> = reading!(&self.inner.db, |conn| {
            let mut rows: Vec<QuestionRow> = sqlx::query_as(
                "SELECT id, person, route, sealed, at, answer, answered_by, settled_at FROM questions
                 WHERE settled_at IS NULL ORDER BY at, id",
            )
            .fetch_all(&mut *conn)
            .await?;
            let answered: Vec<QuestionRow> = sqlx::query_as(
                "SELECT id, person, route, sealed, at, answer, answered_by, settled_at FROM questions
                 WHERE answer IS NOT NULL ORDER BY settled_at DESC, id LIMIT $1",
            )
            .bind(most)
            .fetch_all(&mut *conn)
            .await?;
            rows.extend(answered);
            rows
        });
        rows.into_iter().map(|row| self.open_question(row)).collect()
    }

    /// Answers a question. `false` if it is not open any more, or there is no such one.
    ///
    /// # Errors
    /// The database's.
    pub async fn answer(&self, question: &str, answer: &Answer) -> Result<bool> {
        let place = answer_place(question, &answer.by);
        let sealed = self.inner.questions.seal_json(self.inner.source, &place, &answer.text)?;
        let done = writing!(&self.inner.db, |conn| {
            sqlx::query(
                "UPDATE questions SET answer = $2, answered_by = $3, settled_at = $4
                 WHERE id = $1 AND settled_at IS NULL",
            )
            .bind(question)
            .bind(&sealed)
            .bind(&answer.by)
            .bind(answer.at)
            .execute(&mut *conn)
            .await?
            .rows_affected()
        });
        Ok(done > 0)
    }

    /// Takes a question back from `at` (Unix microseconds) on. `false` if it is not open, or not this person's.
    ///
    /// # Errors
    /// The database's.
    pub async fn withdraw_question(&self, id: &str, person: &str, at: i64) -> Result<bool> {
        let done = writing!(&self.inner.db, |conn| {
            sqlx::query(
                "UPDATE questions SET settled_at = $3 WHERE id = $1 AND person = $2 AND settled_at IS NULL",
            )
            .bind(id)
            .bind(person)
            .bind(at)
            .execute(&mut *conn)
            .await?
            .rows_affected()
        });
        Ok(done > 0)
    }

    /// Puts a question and its answer below the policy.
    ///
    /// # Errors
    /// `Duplicate` if the identifier is known, or the database's.
    pub async fn publish_frequent(&self, one: &Frequent) -> Result<()> {
        let both = Both { question: one.question.clone(), answer: one.answer.clone() };
        let sealed = self.inner.questions.seal_json(self.inner.source, &frequent_place(&one.id), &both)?;
        writing!(&self.inner.db, |conn| {
            sqlx::query("INSERT INTO faq (id, sealed, author, at) VALUES ($1, $2, $3, $4)")
                .bind(&one.id)
                .bind(&sealed)
                .bind(&one.by)
                .bind(one.at)
                .execute(&mut *conn)
                .await?;
        });
        Ok(())
    }

    /// Takes a question away below the policy. `false` if there is no such one.
    ///
    /// # Errors
    /// The database's.
    pub async fn remove_frequent(&self, id: &str) -> Result<bool> {
        let done = writing!(&self.inner.db, |conn| {
            sqlx::query("DELETE FROM faq WHERE id = $1").bind(id).execute(&mut *conn).await?.rows_affected()
        });
        Ok(done > 0)
    }

    /// The questions below the policy, the oldest first.
    ///
    /// # Errors
    /// `Sealed`, `Corrupt`, or the database's.
    pub async fn frequent(&self) -> Result<Vec<Frequent>> {
        let rows: Vec<FrequentRow> = reading!(&self.inner.db, |conn| {
            sqlx::query_as("SELECT id, sealed, author, at FROM faq ORDER BY at, id")
                .fetch_all(&mut *conn)
                .await?
        });
        rows.into_iter()
            .map(|(id, sealed, by, at)| {
                let both: Both = self.inner.questions.open_json(&frequent_place(&id), &sealed)?;
                Ok(Frequent { id, question: both.question, answer: both.answer, by, at })
            })
            .collect()
    }

    /// Takes away what was settled more than two years before `now`.
    pub(crate) async fn purge_questions(&self, now: i64) -> Result<u64> {
        let gone = writing!(&self.inner.db, |conn| {
            sqlx::query("DELETE FROM questions WHERE settled_at <= $1")
                .bind(now.saturating_sub(KEPT))
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        Ok(gone)
    }

    fn open_question(&self, row: QuestionRow) -> Result<Question> {
        let text = self.inner.questions.open_json(&text_place(&row.id, &row.person), &row.sealed)?;
        let outcome = match (row.answer, row.answered_by, row.settled_at) {
            (_, _, None) => None,
            (None, _, Some(at)) => Some(Outcome::Withdrawn(at)),
            (Some(sealed), Some(by), Some(at)) => {
                let text = self.inner.questions.open_json(&answer_place(&row.id, &by), &sealed)?;
                Some(Outcome::Answered(Answer { text, by, at }))
            }
            (Some(_), None, Some(_)) => return Err(StoreError::Corrupt("an answer of nobody")),
        };
        Ok(Question {
            id: row.id,
            person: row.person,
            route: Route::parse(&row.route).ok_or(StoreError::Corrupt("route of a question"))?,
            text,
            at: row.at,
            outcome,
        })
    }
}

fn text_place<'a>(id: &'a str, person: &'a str) -> [&'a [u8]; 4] {
    [b"questions", b"sealed", id.as_bytes(), person.as_bytes()]
}

fn answer_place<'a>(id: &'a str, by: &'a str) -> [&'a [u8]; 4] {
    [b"questions", b"answer", id.as_bytes(), by.as_bytes()]
}

fn frequent_place(id: &str) -> [&[u8]; 3] {
    [b"faq", b"sealed", id.as_bytes()]
}
