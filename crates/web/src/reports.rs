//! Reporting that something went wrong (H-01, H-02): in confidence for who is signed in, without a name for everybody.
//!
//! Of an anonymous report nothing is kept that leads to somebody: no person, no session, no address, and of the moment only
//! the day. The reporter gets a code, which stands in forms and never in an address.

mod code;
mod desk;
mod follow;
mod turns;
pub(crate) mod words;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use sluis_core::report::{Account, Involved, Kind, Report, State as Stage, blurred};
use sluis_ledger::Event;

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Done, Shown, go, respond};
use crate::questions::written;
use crate::visitor::{self, Visitor};

pub(crate) use turns::Turns;

/// The most characters of what happened, and of each message after it.
pub(crate) const MAX_TEXT: usize = 4_000;

/// The most characters of the short answers.
const MAX_LINE: usize = 200;

/// The form, as it was typed.
#[derive(Default)]
struct Told {
    kind: String,
    what: String,
    when: String,
    tool: String,
    people: String,
    contact: String,
    /// How somebody who is signed in reports: in confidence or without a name.
    manner: String,
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    shown: Shown,
    told: Told,
    kinds: Vec<(&'static str, &'static str)>,
    answers: Vec<(&'static str, &'static str)>,
    manners: [(&'static str, &'static str); 2],
    /// What the visitor reported in confidence.
    mine: Vec<Line>,
}

/// A report in a list of the reporter's.
struct Line {
    report: Report,
    kind: &'static str,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "reports/given.html")]
struct Given {
    shown: Shown,
    code: String,
}

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new().route("/meld", get(show).post(report)).merge(follow::routes()).merge(desk::routes())
}

async fn show(
    State(web): State<Arc<Web>>,
    mut shown: Shown,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    if done.gelukt == "gemeld" {
        let text = shown.say(
            "Bedankt voor je melding. Wat ermee gebeurt, lees je onder aan deze pagina.",
            "Thank you for your report. At the bottom of this page you read what happens with it.",
        );
        shown.notice = Some(text.to_owned());
    }
    page(&web, shown, Told::default(), StatusCode::OK).await
}

async fn page(web: &Web, shown: Shown, told: Told, status: StatusCode) -> Result<Response, Failure> {
    let language = shown.language;
    let mine = match &shown.person {
        Some(person) => web.store.reports_of(&person.id).await?,
        None => Vec::new(),
    };
    let page = ReportPage {
        told,
        kinds: Kind::ALL.map(|kind| (kind.name(), words::kind(kind, language))).into(),
        answers: Involved::ALL.map(|one| (one.name(), words::involved(one, language))).into(),
        manners: [
            (
                "vertrouwelijk",
                shown.say(
                    "Met mijn naam. Alleen wie meldingen behandelt, ziet die.",
                    "With my name. Only who handles reports sees it.",
                ),
            ),
            (
                "anoniem",
                shown.say(
                    "Zonder naam. We bewaren niet wie je bent en niet hoe laat het was.",
                    "Without a name. We do not keep who you are, nor what time it was.",
                ),
            ),
        ],
        mine: mine
            .into_iter()
            .map(|report| Line {
                kind: words::kind(report.account.kind, language),
                state: words::state(report.state, language),
                report,
            })
            .collect(),
        shown,
    };
    Ok(respond(status, &page))
}

/// What stands in the form, with what is wrong.
fn read(form: &Form, shown: &Shown) -> (Told, Errors) {
    let mut errors = Errors::default();
    if Kind::parse(form.text("soort")).is_none() {
        errors.add("soort", shown.say("Kies wat er aan de hand is.", "Choose what is the matter."));
    }
    let what = written(form, "wat", MAX_TEXT, shown, &mut errors);
    for field in ["wanneer", "toepassing"] {
        short(form, field, shown, &mut errors);
    }
    if Involved::parse(form.text("mensen")).is_none() {
        errors.add(
            "mensen",
            shown.say(
                "Kies een antwoord. Weet je het niet, kies dan “Dat weet ik niet”.",
                "Choose an answer. If you do not know, choose “I do not know”.",
            ),
        );
    }
    short(form, "contact", shown, &mut errors);
    let text = |name| form.text(name).to_owned();
    let told = Told {
        kind: text("soort"),
        what,
        when: text("wanneer"),
        tool: text("toepassing"),
        people: text("mensen"),
        contact: text("contact"),
        manner: text("hoe"),
    };
    if shown.person.is_some() && !["vertrouwelijk", "anoniem"].contains(&told.manner.as_str()) {
        errors.add("hoe", shown.say("Kies hoe je wilt melden.", "Choose how you want to report."));
    }
    (told, errors)
}

fn short(form: &Form, field: &str, shown: &Shown, errors: &mut Errors) {
    if form.line(field, MAX_LINE).is_none() {
        let text =
            shown.say("Maak dit korter: hoogstens 200 tekens.", "Make this shorter: at most 200 characters.");
        errors.add(field, text);
    }
}

impl Told {
    /// What is told, if the form was right.
    fn account(&self) -> Option<Account> {
        Some(Account {
            kind: Kind::parse(&self.kind)?,
            what: self.what.clone(),
            when: self.when.clone(),
            tool: self.tool.clone(),
            people: Involved::parse(&self.people)?,
            contact: self.contact.clone(),
        })
    }
}

async fn report(
    State(web): State<Arc<Web>>,
    Extension(turns): Extension<Arc<Turns>>,
    visitor: Result<Visitor, Failure>,
    shown: Shown,
    form: Form,
) -> Result<Response, Failure> {
    let (told, mut errors) = read(&form, &shown);
    let account = match told.account() {
        Some(account) if !errors.any() => account,
        _ => return page(&web, shown.with_errors(errors), told, StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    let now = (web.source.now)();
    if !turns.may_report(shown.person.is_some(), now) {
        errors.add(
            "",
            shown.say(
                "Er komen nu heel veel meldingen binnen. Je melding is nog niet verstuurd. Wacht een uur en probeer \
                 het opnieuw, of ga naar je aanspreekpunt.",
                "Very many reports come in now. Your report has not been sent yet. Wait an hour and try again, or go \
                 to your contact point.",
            ),
        );
        return page(&web, shown.with_errors(errors), told, StatusCode::TOO_MANY_REQUESTS).await;
    }
    let id = visitor::identifier(&web);
    let confidential = visitor.ok().filter(|_| told.manner == "vertrouwelijk");
    if let Some(visitor) = confidential {
        let report = Report {
            id,
            person: Some(visitor.person.id.clone()),
            account,
            state: Stage::New,
            at: now,
            closed_at: None,
        };
        web.store.insert_report(&report, None).await?;
        visitor::record_thing(&web, Event::Reported, ("report", &report.id), None).await?;
        return Ok(go("/meld?gelukt=gemeld"));
    }
    let report = Report { id, person: None, account, state: Stage::New, at: blurred(now), closed_at: None };
    let code = code::new(&web);
    web.store.insert_report(&report, Some(&code::digest(&code))).await?;
    visitor::record_thing(&web, Event::Reported, ("report", &report.id), None).await?;
    Ok(respond(StatusCode::OK, &Given { shown, code }))
}
