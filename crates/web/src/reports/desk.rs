//! Where officers read reports and answer them. Every look at one is recorded before it is shown.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use sluis_core::report::{Message, OFFICERS, Report, State as Stage};
use sluis_ledger::Event;

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Shown, go, respond};
use crate::policy::agreements::Agreements;
use crate::questions::written;
use crate::reports::{Done, MAX_TEXT, words};
use crate::visitor::{self, SECOND, Visitor};

/// The clock of a report in which data of people may be involved.
struct Clock {
    until: i64,
    /// Whole hours that are left; `None` when there are none.
    hours: Option<i64>,
}

impl Clock {
    fn of(report: &Report, now: i64) -> Option<Self> {
        let until = report.notify_by()?;
        Some(Self { until, hours: (now < until).then(|| (until - now) / (3_600 * SECOND)) })
    }
}

/// One line of the list: nothing of what was told but what it is about.
struct Line {
    id: String,
    /// A report without a name has a day only.
    at: String,
    is_anonymous: bool,
    kind: &'static str,
    people: &'static str,
    state: &'static str,
    clock: Option<Clock>,
}

#[derive(Template)]
#[template(path = "reports/desk.html")]
struct Desk {
    shown: Shown,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "reports/one.html")]
struct One {
    shown: Shown,
    report: Report,
    kind: &'static str,
    people: &'static str,
    state: &'static str,
    clock: Option<Clock>,
    authority: &'static str,
    /// Who reported in confidence.
    reporter: Option<String>,
    /// With the name of the officer who wrote it; the reporter's have none.
    messages: Vec<(Message, Option<String>)>,
    answer: String,
    outcome: String,
}

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/meldingen", get(list))
        .route("/meldingen/{id}", get(show))
        .route("/meldingen/{id}/oppakken", post(take_up))
        .route("/meldingen/{id}/bericht", post(answer))
        .route("/meldingen/{id}/afsluiten", post(close))
}

fn moment(report: &Report, shown: &Shown) -> String {
    if report.person.is_some() { shown.moment(report.at) } else { shown.day_of(report.at) }
}

async fn list(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Response, Failure> {
    visitor.officer(&OFFICERS)?;
    let language = visitor.shown.language;
    let lines = web.store.reports().await?.into_iter().map(|report| Line {
        at: moment(&report, &visitor.shown),
        is_anonymous: report.person.is_none(),
        kind: words::kind(report.account.kind, language),
        people: words::involved(report.account.people, language),
        state: words::state(report.state, language),
        clock: Clock::of(&report, visitor.now),
        id: report.id,
    });
    let lines = lines.collect();
    Ok(respond(StatusCode::OK, &Desk { shown: visitor.shown, lines }))
}

async fn found(web: &Web, visitor: &Visitor, id: &str) -> Result<Report, Failure> {
    visitor.officer(&OFFICERS)?;
    web.store.report(id).await?.ok_or(Failure::NotFound)
}

async fn show(
    State(web): State<Arc<Web>>,
    mut visitor: Visitor,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let report = found(&web, &visitor, &id).await?;
    let shown = &visitor.shown;
    let notice = match done.gelukt.as_str() {
        "opgepakt" => Some(shown.say("De melding wordt nu bekeken.", "The report is now being looked at.")),
        "bericht" => Some(shown.say("Je bericht is verstuurd.", "Your message was sent.")),
        "afgesloten" => Some(shown.say("De melding is afgesloten.", "The report is closed.")),
        "te-laat" => Some(shown.say(
            "Iemand anders heeft de melding intussen afgesloten. Wat je schreef is niet verstuurd.",
            "Somebody else has closed the report meanwhile. What you wrote was not sent.",
        )),
        _ => None,
    };
    visitor.shown.notice = notice.map(str::to_owned);
    page(&web, visitor, report, String::new(), String::new(), Errors::default()).await
}

/// The page, with what was typed. The look is recorded first.
async fn page(
    web: &Web,
    visitor: Visitor,
    report: Report,
    answer: String,
    outcome: String,
    errors: Errors,
) -> Result<Response, Failure> {
    let by = Some(visitor.person.id.as_str());
    visitor::record_thing(web, Event::ReportViewed, ("report", &report.id), by).await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let language = visitor.shown.language;
    let agreements = Agreements::read(web, visitor.today).await?;
    let country = agreements.to_read().map(|version| version.a4.country).unwrap_or_default();
    let people = web.store.people().await?;
    let name = |id: &str| {
        let unknown = || visitor.shown.say("Iemand die weg is", "Somebody who is gone").to_owned();
        people.iter().find(|one| one.id == id).map_or_else(unknown, |one| one.name.clone())
    };
    let messages = web.store.messages(&report.id).await?;
    let page = One {
        kind: words::kind(report.account.kind, language),
        people: words::involved(report.account.people, language),
        state: words::state(report.state, language),
        clock: Clock::of(&report, visitor.now),
        authority: words::authority(country),
        reporter: report.person.as_deref().map(name),
        messages: messages
            .into_iter()
            .map(|message| {
                let by = message.by.as_deref().map(name);
                (message, by)
            })
            .collect(),
        report,
        answer,
        outcome,
        shown: visitor.shown.clone().with_errors(errors),
    };
    Ok(respond(status, &page))
}

async fn take_up(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Failure> {
    found(&web, &visitor, &id).await?;
    if web.store.take_up_report(&id).await? {
        let by = Some(visitor.person.id.as_str());
        visitor::record_thing(&web, Event::ReportAnswered, ("report", &id), by).await?;
    }
    Ok(go(&format!("/meldingen/{id}?gelukt=opgepakt")))
}

async fn answer(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let report = found(&web, &visitor, &id).await?;
    let mut errors = Errors::default();
    let text = written(&form, "bericht", MAX_TEXT, &visitor.shown, &mut errors);
    if errors.any() {
        return page(&web, visitor, report, text, String::new(), errors).await;
    }
    say(&web, &visitor, &id, text, false).await
}

async fn close(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let report = found(&web, &visitor, &id).await?;
    let mut errors = Errors::default();
    let text = written(&form, "uitkomst", MAX_TEXT, &visitor.shown, &mut errors);
    if errors.any() {
        return page(&web, visitor, report, String::new(), text, errors).await;
    }
    say(&web, &visitor, &id, text, true).await
}

async fn say(
    web: &Web,
    visitor: &Visitor,
    id: &str,
    text: String,
    closes: bool,
) -> Result<Response, Failure> {
    let by = visitor.person.id.clone();
    let message = Message { by: Some(by.clone()), text, closes, at: visitor.now };
    if !web.store.add_message(id, &message).await? {
        return Ok(go(&format!("/meldingen/{id}?gelukt=te-laat")));
    }
    let (event, done) =
        if closes { (Event::ReportClosed, "afgesloten") } else { (Event::ReportAnswered, "bericht") };
    visitor::record_thing(web, event, ("report", id), Some(&by)).await?;
    Ok(go(&format!("/meldingen/{id}?gelukt={done}")))
}
