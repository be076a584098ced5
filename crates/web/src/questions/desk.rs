//! Where questions are answered.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use sluis_core::question::{ANSWERERS, Answer, Outcome, Question};
use sluis_ledger::Event;

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Shown, go, respond};
use crate::questions::{Done, MAX_ANSWER, label, written};
use crate::visitor::{self, Visitor};

/// How many of the questions that were answered last are listed.
const LISTED: i64 = 50;

/// One line of the list.
struct Line {
    question: Question,
    route: &'static str,
}

#[derive(Template)]
#[template(path = "questions/desk.html")]
struct Desk {
    shown: Shown,
    open: Vec<Line>,
    answered: Vec<Line>,
}

#[derive(Template)]
#[template(path = "questions/one.html")]
struct One {
    shown: Shown,
    question: Question,
    route: &'static str,
    /// Who asked, if they are still known.
    asker: String,
    /// Whether the visitor answers it, and did not ask it.
    answers: bool,
    /// What was typed as answer.
    answer: String,
    /// What was typed as question for everybody, and its answer.
    frequent: (String, String),
}

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/vragen/beantwoorden", get(list))
        .route("/vragen/{id}", get(show))
        .route("/vragen/{id}/antwoord", post(answer))
}

/// The questions that the visitor may read to answer them.
pub(crate) async fn readable(web: &Web, visitor: &Visitor) -> Result<Vec<Question>, Failure> {
    let mut all = web.store.questions_to_answer(LISTED).await?;
    all.retain(|question| visitor.person.is(question.route.answerers()));
    Ok(all)
}

async fn list(
    State(web): State<Arc<Web>>,
    mut visitor: Visitor,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    visitor.officer(&ANSWERERS)?;
    if done.gelukt == "beantwoord" {
        let text = visitor.shown.say("Je antwoord is verstuurd.", "Your answer was sent.");
        visitor.shown.notice = Some(text.to_owned());
    }
    let language = visitor.shown.language;
    let (open, answered) = readable(&web, &visitor)
        .await?
        .into_iter()
        .map(|question| Line { route: label(question.route, language), question })
        .partition(|line| line.question.is_open());
    Ok(respond(StatusCode::OK, &Desk { shown: visitor.shown, open, answered }))
}

/// A question that the visitor asked or answers; for everybody else there is none. What was taken back is its asker's alone.
pub(crate) async fn found(web: &Web, visitor: &Visitor, id: &str) -> Result<(Question, bool), Failure> {
    let question = web.store.question(id).await?.ok_or(Failure::NotFound)?;
    let is_mine = question.person == visitor.person.id;
    let withdrawn = matches!(question.outcome, Some(Outcome::Withdrawn(_)));
    let answers = visitor.person.is(question.route.answerers()) && !withdrawn;
    if is_mine || answers { Ok((question, answers)) } else { Err(Failure::NotFound) }
}

async fn show(
    State(web): State<Arc<Web>>,
    mut visitor: Visitor,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let (question, answers) = found(&web, &visitor, &id).await?;
    if done.gelukt == "te-laat" {
        let text = visitor.shown.say(
            "Deze vraag is intussen al beantwoord. Jouw antwoord is niet verstuurd.",
            "This question has been answered meanwhile. Your answer was not sent.",
        );
        visitor.shown.notice = Some(text.to_owned());
    }
    let answer = question.answer().map(|answer| answer.text.clone()).unwrap_or_default();
    let frequent = (question.text.clone(), answer);
    page(&web, visitor, question, answers, String::new(), frequent, Errors::default()).await
}

/// The page, with what was typed.
pub(crate) async fn page(
    web: &Web,
    visitor: Visitor,
    question: Question,
    answers: bool,
    answer: String,
    frequent: (String, String),
    errors: Errors,
) -> Result<Response, Failure> {
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let asker = web.store.person(&question.person).await?;
    let page = One {
        route: label(question.route, visitor.shown.language),
        asker: asker.map(|person| person.name).unwrap_or_default(),
        question,
        answers,
        answer,
        frequent,
        shown: visitor.shown.with_errors(errors),
    };
    Ok(respond(status, &page))
}

async fn answer(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let (question, answers) = found(&web, &visitor, &id).await?;
    if !answers {
        return Err(Failure::Forbidden);
    }
    let mut errors = Errors::default();
    let text = written(&form, "antwoord", MAX_ANSWER, &visitor.shown, &mut errors);
    if errors.any() {
        let frequent = (String::new(), String::new());
        return page(&web, visitor, question, answers, text, frequent, errors).await;
    }
    let by = visitor.person.id.clone();
    if !web.store.answer(&id, &Answer { text, by: by.clone(), at: visitor.now }).await? {
        return Ok(go(&format!("/vragen/{id}?gelukt=te-laat")));
    }
    visitor::record_thing(&web, Event::QuestionAnswered, ("question", &id), Some(&by)).await?;
    Ok(go("/vragen/beantwoorden?gelukt=beantwoord"))
}
