//! Questions to the contact point: asking, and what came of one's own. Asking is never held against
//! anybody: the evidence does not say who asked (H-09).

mod desk;
mod frequent;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use sluis_core::question::{ANSWERERS, Outcome, Question, Route};
use sluis_core::verdict::Language;
use sluis_ledger::Event;

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Done, Shown, go, respond};
use crate::policy::agreements::Agreements;
use crate::visitor::{self, Visitor};

/// The most characters of a question.
pub(crate) const MAX_QUESTION: usize = 2_000;

/// The most characters of an answer.
pub(crate) const MAX_ANSWER: usize = 4_000;

/// The most questions of one person that wait for an answer.
const MAX_OPEN: i64 = 20;

/// Somebody to ask.
struct Way {
    route: Route,
    label: &'static str,
    /// Who that is, as the policy says it.
    who: String,
}

#[derive(Template)]
#[template(path = "questions.html")]
struct Questions {
    shown: Shown,
    ways: Vec<Way>,
    chosen: Route,
    text: String,
    mine: Vec<Question>,
    /// How many questions of all wait, for who answers them.
    waiting: Option<usize>,
}

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/vragen", get(show).post(ask))
        .route("/vragen/{id}/intrekken", post(withdraw))
        .merge(desk::routes())
        .merge(frequent::routes())
}

async fn show(
    State(web): State<Arc<Web>>,
    mut visitor: Visitor,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let shown = &visitor.shown;
    let notice = match done.gelukt.as_str() {
        "gevraagd" => Some(shown.say(
            "Je vraag is verstuurd. Het antwoord komt hier te staan.",
            "Your question was sent. The answer will stand here.",
        )),
        "ingetrokken" => Some(shown.say("Je vraag is ingetrokken.", "Your question was taken back.")),
        _ => None,
    };
    visitor.shown.notice = notice.map(str::to_owned);
    page(&web, visitor, Route::ContactPoint, String::new(), Errors::default()).await
}

async fn page(
    web: &Web,
    visitor: Visitor,
    chosen: Route,
    text: String,
    errors: Errors,
) -> Result<Response, Failure> {
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let waiting = if visitor.person.is(&ANSWERERS) {
        let all = desk::readable(web, &visitor).await?;
        Some(all.iter().filter(|question| question.is_open()).count())
    } else {
        None
    };
    let page = Questions {
        ways: ways(web, &visitor).await?,
        chosen,
        text,
        mine: web.store.questions_of(&visitor.person.id).await?,
        waiting,
        shown: visitor.shown.with_errors(errors),
    };
    Ok(respond(status, &page))
}

/// Whom one can ask, with the names that stand in the policy.
async fn ways(web: &Web, visitor: &Visitor) -> Result<Vec<Way>, Failure> {
    let agreements = Agreements::read(web, visitor.today).await?;
    let a4 = agreements.to_read().map(|version| &version.a4);
    let ways = Route::ALL.into_iter().map(|route| Way {
        route,
        label: label(route, visitor.shown.language),
        who: match (route, a4) {
            (_, None) => String::new(),
            (Route::ContactPoint, Some(a4)) => a4.contact.clone(),
            (Route::Technical, Some(a4)) => a4.technical.clone(),
            (Route::Management, Some(a4)) => a4.board.clone(),
        },
    });
    Ok(ways.collect())
}

/// What a route is called.
pub(crate) const fn label(route: Route, language: Language) -> &'static str {
    match (route, language) {
        (Route::ContactPoint, Language::Nl) => "Het aanspreekpunt",
        (Route::ContactPoint, Language::En) => "The contact point",
        (Route::Technical, Language::Nl) => "Het technische aanspreekpunt",
        (Route::Technical, Language::En) => "The technical contact",
        (Route::Management, Language::Nl) => "Bespreek met leidinggevende",
        (Route::Management, Language::En) => "Talk it over with who leads",
    }
}

/// A text of several lines, if there is something in it and it is no longer than this; otherwise what is wrong goes to the
/// field.
pub(crate) fn written(form: &Form, field: &str, most: usize, shown: &Shown, errors: &mut Errors) -> String {
    let text = form.lines(field);
    if text.is_empty() {
        errors.add(field, shown.say("Schrijf hier iets op.", "Write something here."));
    } else if text.chars().count() > most {
        let (nl, en) = (
            format!("Maak dit korter: hoogstens {most} tekens."),
            format!("Make this shorter: at most {most} characters."),
        );
        errors.add(field, shown.say(&nl, &en));
    }
    text
}

async fn ask(State(web): State<Arc<Web>>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    let shown = visitor.shown.clone();
    let mut errors = Errors::default();
    let text = written(&form, "vraag", MAX_QUESTION, &shown, &mut errors);
    let Some(route) = Route::parse(form.text("aan")) else {
        errors.add("aan", shown.say("Kies aan wie je het vraagt.", "Choose whom you ask."));
        return page(&web, visitor, Route::ContactPoint, text, errors).await;
    };
    if errors.any() {
        return page(&web, visitor, route, text, errors).await;
    }
    let question = Question {
        id: visitor::identifier(&web),
        person: visitor.person.id.clone(),
        route,
        text,
        at: visitor.now,
        outcome: None,
    };
    if !web.store.ask(&question, MAX_OPEN).await? {
        errors.add(
            "vraag",
            shown.say(
                "Je hebt al 20 vragen die op antwoord wachten. Wacht op een antwoord, of trek er een in.",
                "You already have 20 questions that wait for an answer. Wait for one, or take one back.",
            ),
        );
        return page(&web, visitor, route, question.text, errors).await;
    }
    visitor::record_thing(&web, Event::QuestionAsked, ("question", &question.id), None).await?;
    Ok(go("/vragen?gelukt=gevraagd"))
}

async fn withdraw(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Failure> {
    if !web.store.withdraw_question(&id, &visitor.person.id, visitor.now).await? {
        // Somebody else's, or answered just now: the list shows which.
        let mine = web.store.questions_of(&visitor.person.id).await?;
        let is_mine = mine.iter().any(|question| question.id == id);
        return if is_mine { Ok(go("/vragen")) } else { Err(Failure::NotFound) };
    }
    visitor::record_thing(&web, Event::QuestionWithdrawn, ("question", &id), None).await?;
    Ok(go("/vragen?gelukt=ingetrokken"))
}
