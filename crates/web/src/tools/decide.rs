//! Deciding on a tool, stopping it at once, and starting it again.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::ToSpan as _;
use jiff::civil::Date;
use sluis_core::intake::{Decision, MAX_TEXT, Outcome, Stop, ToolRecord};
use sluis_core::policy::Trust;
use sluis_ledger::Event;

use super::one::{Typed, page};
use super::{DECIDERS, OFFICERS, find, note, words};
use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form, day};
use crate::page::{Shown, go};
use crate::visitor::Visitor;

/// How many years away the day to look again can be.
const MOST_YEARS: i32 = 3;

/// How often stopping is tried while others write.
const ATTEMPTS: usize = 5;

/// The last day that can be chosen.
fn farthest(today: Date) -> Date {
    today.saturating_add(MOST_YEARS.years())
}

pub(super) async fn decide(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let mut record = find(&web, &visitor, &id).await?;
    visitor.officer(&DECIDERS)?;
    let typed = Typed {
        outcome: form.text("besluit").to_owned(),
        reason: form.text("reden").to_owned(),
        review: form.text("opnieuw").to_owned(),
        ends: form.text("einde").to_owned(),
        stop: String::new(),
    };
    let decision = match read(&typed, &record, &visitor) {
        Ok(decision) => decision,
        Err(errors) => {
            return page(&web, visitor, &record, typed, StatusCode::UNPROCESSABLE_ENTITY, errors).await;
        }
    };
    let outcome = decision.outcome;
    let is_seen = form.read("revisie") == Some(record.revision);
    record.decide(decision);
    if !is_seen || web.store.update_tool(&record).await?.is_none() {
        return stale(&web, visitor, &id, typed).await;
    }
    note(&web, Event::ToolDecided, &record, &visitor, outcome.name()).await?;
    Ok(go(&format!("/toepassingen/{id}?gelukt=besloten")))
}

/// Somebody was quicker. Nothing is saved; what was typed stays, beside what stands there now.
async fn stale(web: &Web, visitor: Visitor, id: &str, typed: Typed) -> Result<Response, Failure> {
    let record = find(web, &visitor, id).await?;
    let mut errors = Errors::default();
    errors.add(
        "stand",
        visitor.shown.say(
            "Iemand anders heeft deze toepassing intussen veranderd. Er is niets bewaard. Kijk eerst wat er nu staat.",
            "Somebody else changed this tool meanwhile. Nothing was saved. First look at what stands there now.",
        ),
    );
    page(web, visitor, &record, typed, StatusCode::CONFLICT, errors).await
}

/// The decision, or what is wrong with it.
fn read(typed: &Typed, record: &ToolRecord, visitor: &Visitor) -> Result<Decision, Errors> {
    let (shown, today) = (&visitor.shown, visitor.today);
    let mut errors = Errors::default();
    let outcome = [("goedkeuren", Outcome::Approved), ("afwijzen", Outcome::Declined)]
        .into_iter()
        .find_map(|(name, outcome)| (name == typed.outcome).then_some(outcome));
    if outcome.is_none() {
        errors.add("besluit", shown.say("Kies: goedkeuren of afwijzen.", "Choose: approve or decline."));
    }
    if outcome == Some(Outcome::Approved) {
        for missing in record.missing() {
            errors.add("besluit", words::missing(missing, shown.language));
        }
    }
    reason("reden", &typed.reason, shown, &mut errors);
    let review = day(&typed.review).filter(|day| *day > today && *day <= farthest(today));
    if review.is_none() {
        errors.add(
            "opnieuw",
            shown.say(
                "Kies een dag na vandaag, en binnen drie jaar.",
                "Choose a day after today, and within three years.",
            ),
        );
    }
    let ends = day(&typed.ends).filter(|day| *day > today);
    if !typed.ends.is_empty() && ends.is_none() {
        errors.add(
            "einde",
            shown.say(
                "Kies een dag na vandaag, of laat dit leeg.",
                "Choose a day after today, or leave this empty.",
            ),
        );
    }
    match (outcome, review) {
        (Some(outcome), Some(review)) if !errors.any() => Ok(Decision {
            outcome,
            trust: record.assessment.as_ref().map_or(Trust::Unknown, sluis_core::intake::Assessment::trust),
            by: visitor.person.id.clone(),
            at: visitor.now,
            reason: typed.reason.clone(),
            review,
            ends,
        }),
        _ => Err(errors),
    }
}

fn reason(field: &str, text: &str, shown: &Shown, errors: &mut Errors) {
    if text.is_empty() || text.chars().count() > MAX_TEXT {
        errors.add(
            field,
            shown.say(
                "Schrijf op waarom, in hoogstens 1000 tekens. Iedereen die de toepassing ziet, kan het lezen.",
                "Write down why, in at most 1000 characters. Everybody who sees the tool can read it.",
            ),
        );
    }
}

/// Stops a tool. What others write at the same moment does not get in the way.
pub(super) async fn stop(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let mut record = find(&web, &visitor, &id).await?;
    visitor.officer(&OFFICERS)?;
    let typed = Typed { stop: form.text("waarom").to_owned(), ..Typed::default() };
    let mut errors = Errors::default();
    reason("waarom", &typed.stop, &visitor.shown, &mut errors);
    if errors.any() {
        return page(&web, visitor, &record, typed, StatusCode::UNPROCESSABLE_ENTITY, errors).await;
    }
    let done = go(&format!("/toepassingen/{id}?gelukt=gestopt"));
    for _ in 0..ATTEMPTS {
        let stop = Stop {
            by: visitor.person.id.clone(),
            at: visitor.now,
            reason: typed.stop.clone(),
            started: None,
        };
        if !record.halt(stop) {
            return Ok(done);
        }
        if web.store.update_tool(&record).await?.is_some() {
            note(&web, Event::ToolStopped, &record, &visitor, "").await?;
            return Ok(done);
        }
        record = find(&web, &visitor, &id).await?;
    }
    Err(Failure::Busy)
}

/// Starts a tool again, if it is still stopped as the page showed.
pub(super) async fn start(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let mut record = find(&web, &visitor, &id).await?;
    visitor.officer(&OFFICERS)?;
    let is_seen = form.read("revisie") == Some(record.revision);
    if !is_seen {
        return stale(&web, visitor, &id, Typed::default()).await;
    }
    if record.start(&visitor.person.id, visitor.now) {
        if web.store.update_tool(&record).await?.is_none() {
            return stale(&web, visitor, &id, Typed::default()).await;
        }
        note(&web, Event::ToolStarted, &record, &visitor, "").await?;
    }
    Ok(go(&format!("/toepassingen/{id}?gelukt=gestart")))
}
