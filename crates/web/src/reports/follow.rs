//! What became of a report: for who reported in confidence, and for who has the code.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use sluis_core::report::{Message, Report, blurred};
use sluis_ledger::Event;

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Shown, go, respond};
use crate::questions::written;
use crate::reports::{Done, MAX_TEXT, Turns, code, words};
use crate::visitor::{self, Visitor};

#[derive(Template)]
#[template(path = "reports/follow.html")]
struct Follow {
    shown: Shown,
}

/// A report as its reporter sees it.
#[derive(Template)]
#[template(path = "reports/thread.html")]
struct Thread {
    shown: Shown,
    report: Report,
    kind: &'static str,
    state: &'static str,
    messages: Vec<Message>,
    /// The code, if there is one: it goes along in the form.
    code: String,
    /// What was typed.
    text: String,
}

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new().route("/meld/volgen", get(enter).post(look)).route("/meld/{id}", get(show).post(add))
}

async fn enter(shown: Shown) -> Response {
    respond(StatusCode::OK, &Follow { shown })
}

async fn thread(
    web: &Web,
    shown: Shown,
    report: Report,
    code: String,
    text: String,
) -> Result<Response, Failure> {
    let status = if shown.errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Thread {
        kind: words::kind(report.account.kind, shown.language),
        state: words::state(report.state, shown.language),
        messages: web.store.messages(&report.id).await?,
        report,
        code,
        text,
        shown,
    };
    Ok(respond(status, &page))
}

/// Adds what the reporter writes; what is wrong, or else nothing.
async fn write(web: &Web, shown: &Shown, form: &Form, report: &Report) -> Result<(Errors, String), Failure> {
    let mut errors = Errors::default();
    let text = written(form, "bericht", MAX_TEXT, shown, &mut errors);
    if errors.any() {
        return Ok((errors, text));
    }
    let now = (web.source.now)();
    let at = if report.person.is_some() { now } else { blurred(now) };
    let message = Message { by: None, text, closes: false, at };
    if !web.store.add_message(&report.id, &message).await? {
        errors.add(
            "bericht",
            shown.say(
                "Je hebt al 50 berichten bij deze melding geschreven. Meer kan niet. Je kunt wel een nieuwe melding doen.",
                "You have written 50 messages with this report already. There can be no more. You can make a new report.",
            ),
        );
        return Ok((errors, message.text));
    }
    visitor::record_thing(web, Event::Reported, ("report", &report.id), None).await?;
    Ok((errors, String::new()))
}

/// With a code: the report and, if something was written, a message more. The code never stands in an address.
async fn look(
    State(web): State<Arc<Web>>,
    Extension(turns): Extension<Arc<Turns>>,
    mut shown: Shown,
    form: Form,
) -> Result<Response, Failure> {
    let mut errors = Errors::default();
    if !turns.may_look(shown.person.is_some(), (web.source.now)()) {
        errors.add(
            "",
            shown.say(
                "Er kijken nu heel veel mensen. Wacht een uur en probeer het opnieuw.",
                "Very many people are looking now. Wait an hour and try again.",
            ),
        );
        let page = Follow { shown: shown.with_errors(errors) };
        return Ok(respond(StatusCode::TOO_MANY_REQUESTS, &page));
    }
    let found = match form.line("code", code::MAX_TYPED) {
        Some(typed) => web.store.report_by_code(&code::digest(typed)).await?,
        None => None,
    };
    let Some(report) = found else {
        errors.add(
            "code",
            shown.say(
                "Bij deze code hoort geen melding. Kijk of je hem goed hebt overgenomen.",
                "No report belongs to this code. See whether you copied it well.",
            ),
        );
        return Ok(respond(StatusCode::UNPROCESSABLE_ENTITY, &Follow { shown: shown.with_errors(errors) }));
    };
    let code = form.text("code").to_owned();
    if !form.has("bericht") {
        return thread(&web, shown, report, code, String::new()).await;
    }
    let (errors, text) = write(&web, &shown, &form, &report).await?;
    if !errors.any() {
        shown.notice = Some(sent(&shown).to_owned());
    }
    // The message can have opened it again.
    let report = web.store.report(&report.id).await?.ok_or(Failure::NotFound)?;
    thread(&web, shown.with_errors(errors), report, code, text).await
}

fn sent(shown: &Shown) -> &str {
    shown.say("Je bericht is verstuurd.", "Your message was sent.")
}

/// The visitor's own; for everybody else there is none.
async fn own(web: &Web, visitor: &Visitor, id: &str) -> Result<Report, Failure> {
    let report = web.store.report(id).await?.ok_or(Failure::NotFound)?;
    if report.person.as_ref() == Some(&visitor.person.id) { Ok(report) } else { Err(Failure::NotFound) }
}

async fn show(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let report = own(&web, &visitor, &id).await?;
    let mut shown = visitor.shown;
    if done.gelukt == "bericht" {
        shown.notice = Some(sent(&shown).to_owned());
    }
    thread(&web, shown, report, String::new(), String::new()).await
}

async fn add(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let report = own(&web, &visitor, &id).await?;
    let (errors, text) = write(&web, &visitor.shown, &form, &report).await?;
    if errors.any() {
        return thread(&web, visitor.shown.with_errors(errors), report, String::new(), text).await;
    }
    Ok(go(&format!("/meld/{id}?gelukt=bericht")))
}
