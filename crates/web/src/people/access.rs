//! Shutting somebody's access to AI for a time, and opening it again. It is a measure of safety, no sanction (H-05, H-06).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use sluis_core::person::{Person, Suspension};
use sluis_ledger::Event;

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::go;
use crate::people::details::Details;
use crate::people::measures::Note;
use crate::people::{KEEPERS, one};
use crate::visitor::{self, SECOND, Visitor};

/// The most characters of a reason.
pub(crate) const MAX_REASON: usize = 500;

/// The most days.
pub(crate) const MAX_DAYS: i64 = 90;

/// The form, as it was typed.
#[derive(Default)]
pub(crate) struct Access {
    pub(crate) reason: String,
    pub(crate) tool: String,
    pub(crate) days: String,
}

/// A suspension, as pages show it.
pub(crate) struct Shut {
    pub(crate) one: Suspension,
    /// Whether it shuts something now.
    pub(crate) is_on: bool,
}

/// For the page.
pub(crate) fn shown(one: Suspension, now: i64) -> Shut {
    let is_on = one.is_on(now);
    Shut { one, is_on }
}

/// Shuts somebody's access, as the form says. The inner `Err` is what is wrong with it.
pub(crate) async fn shut(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    access: &Access,
) -> Result<Result<Suspension, Errors>, Failure> {
    visitor.officer(&KEEPERS)?;
    let shown = &visitor.shown;
    let mut errors = Errors::default();
    if access.reason.is_empty() || access.reason.chars().count() > MAX_REASON {
        errors.add(
            "reden",
            shown.say(
                "Schrijf op waarom, in hoogstens 500 tekens. De persoon leest dit.",
                "Write down why, in at most 500 characters. The person reads this.",
            ),
        );
    }
    if !access.tool.is_empty() && web.node.tool(&access.tool).is_none() {
        errors.add(
            "toepassing",
            shown.say("Kies een toepassing uit de lijst.", "Choose a tool from the list."),
        );
    }
    let days = access.days.parse().ok().filter(|days| (1..=MAX_DAYS).contains(days));
    let Some(days) = days.filter(|_| !errors.any()) else {
        if days.is_none() {
            errors.add("dagen", shown.say("Kies 1 tot en met 90 dagen.", "Choose 1 to 90 days."));
        }
        return Ok(Err(errors));
    };
    let suspension = Suspension {
        id: visitor::identifier(web),
        person: person.id.clone(),
        tool: Some(access.tool.clone()).filter(|tool| !tool.is_empty()),
        reason: access.reason.clone(),
        by: visitor.person.id.clone(),
        from: visitor.now,
        until: visitor.now + days * 86_400 * SECOND,
        lifted_at: None,
    };
    web.store.suspend(&suspension).await?;
    visitor::record(web, Event::AccessSuspended, &person.id, &visitor.person.id).await?;
    Ok(Ok(suspension))
}

/// Opens somebody's access again.
pub(crate) async fn open(
    web: &Web,
    visitor: &Visitor,
    person: &Person,
    suspension: &str,
) -> Result<(), Failure> {
    visitor.officer(&KEEPERS)?;
    // Of this person: the address says whose page it is.
    let theirs = web.store.suspensions_of(&person.id).await?;
    if !theirs.iter().any(|one| one.id == suspension) {
        return Err(Failure::NotFound);
    }
    if web.store.lift_suspension(suspension, visitor.now).await? {
        visitor::record(web, Event::AccessRestored, &person.id, &visitor.person.id).await?;
    }
    Ok(())
}

pub(crate) async fn suspend(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    visitor.officer(&KEEPERS)?;
    let person = web.store.person(&id).await?.ok_or(Failure::NotFound)?;
    let access = Access {
        reason: form.text("reden").to_owned(),
        tool: form.text("toepassing").to_owned(),
        days: form.text("dagen").to_owned(),
    };
    if let Err(errors) = shut(&web, &visitor, &person, &access).await? {
        let details = Details::of(&person, &visitor.shown);
        return one::page(&web, visitor, person, details, access, Note::default(), errors).await;
    }
    Ok(go(&format!("/mensen/{}?gelukt=dicht", person.id)))
}

pub(crate) async fn lift(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    visitor.officer(&KEEPERS)?;
    let person = web.store.person(&id).await?.ok_or(Failure::NotFound)?;
    open(&web, &visitor, &person, form.text("maatregel")).await?;
    Ok(go(&format!("/mensen/{}?gelukt=open", person.id)))
}
