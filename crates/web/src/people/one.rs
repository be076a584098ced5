//! One person: details, roles, access.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use sluis_core::person::{Person, Role};
use sluis_ledger::Event;
use sluis_store::StoreError;

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Done, Shown, go, respond};
use crate::people::access::{Access, Shut};
use crate::people::details::{Details, Offered};
use crate::people::invite::{self, LANGUAGES, may_renew};
use crate::people::measures::{Note, Notes};
use crate::people::{KEEPERS, access, measures, words};
use crate::visitor::{self, Visitor};

#[derive(Template)]
#[template(path = "person.html")]
#[expect(clippy::struct_excessive_bools, reason = "each shows or hides a part of the page")]
struct One {
    shown: Shown,
    person: Person,
    roles: String,
    works_here: bool,
    /// Versions they signed, with the day.
    signed: Vec<(u32, i64)>,
    shut: Vec<Shut>,
    may_change: bool,
    may_renew: bool,
    has_password: bool,
    has_code: bool,
    /// Whether an account of the organisation is bound to them, which the visitor may undo.
    may_unlink: bool,
    offered: Vec<Offered>,
    relations: Vec<(&'static str, &'static str)>,
    languages: [(&'static str, &'static str); 2],
    details: Details,
    access: Access,
    tools: Vec<(String, String)>,
    /// For who notes measures.
    notes: Option<Notes>,
}

/// What was just done, in words.
fn said(done: &Done, shown: &Shown) -> Option<String> {
    let text = match done.gelukt.as_str() {
            "bewaard" => shown.say("De gegevens zijn bewaard.", "The details are kept."),
            "dicht" => shown.say(
                "De toegang tot AI is tijdelijk dicht. De persoon ziet de reden bij zijn of haar gegevens.",
                "Access to AI is shut for a time. The person sees the reason with their data.",
            ),
            "maatregel" => shown.say("De maatregel is genoteerd.", "The measure is noted."),
            "los" => shown.say(
                "Het account is losgemaakt. Bij het volgende aanmelden wordt het account met dit e-mailadres gekoppeld.",
                "The account is unlinked. At the next sign-in the account with this e-mail address is linked.",
            ),
            "open" => shown.say("De toegang tot AI is weer open.", "Access to AI is open again."),
            _ => return None,
        };
    Some(text.to_owned())
}

/// Only administrators change administrators.
fn may_change(visitor: &Visitor, person: &Person) -> bool {
    visitor.person.is(&[Role::Admin]) || !person.is(&[Role::Admin])
}

pub(crate) async fn show(
    State(web): State<Arc<Web>>,
    mut visitor: Visitor,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    visitor.officer(&KEEPERS)?;
    let person = web.store.person(&id).await?.ok_or(Failure::NotFound)?;
    visitor.shown.notice = said(&done, &visitor.shown);
    let details = Details::of(&person, &visitor.shown);
    page(&web, visitor, person, details, Access::default(), Note::default(), Errors::default()).await
}

/// The page, with what was typed.
pub(crate) async fn page(
    web: &Web,
    visitor: Visitor,
    person: Person,
    details: Details,
    access: Access,
    note: Note,
    errors: Errors,
) -> Result<Response, Failure> {
    let signed = web.store.acknowledgements_of(&person.id).await?;
    let credentials = web.store.credentials(&person.id).await?;
    let suspensions = web.store.suspensions_of(&person.id).await?;
    let language = visitor.shown.language;
    let all = visitor.shown.say("Alle AI-toepassingen", "All AI tools").to_owned();
    let mut tools = vec![(String::new(), all)];
    tools.extend(web.node.tools.iter().map(|tool| (tool.name.clone(), tool.name.clone())));
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let notes = measures::notes(web, &visitor, &person, &suspensions, note).await?;
    let one = One {
        notes,
        roles: words::roles(&person.roles, language),
        works_here: person.works_here(visitor.now),
        signed: signed.iter().map(|one| (one.policy, one.at)).collect(),
        shut: suspensions.into_iter().map(|one| access::shown(one, visitor.now)).collect(),
        may_change: may_change(&visitor, &person),
        may_renew: may_renew(&visitor, &person),
        has_password: credentials.is_some(),
        has_code: credentials.is_some_and(|credentials| credentials.totp.is_some()),
        may_unlink: visitor.person.is(&[Role::Admin]) && web.store.has_identity(&person.id).await?,
        offered: details.offered(language),
        relations: Details::relations(language),
        languages: LANGUAGES,
        details,
        access,
        tools,
        shown: visitor.shown.with_errors(errors),
        person,
    };
    Ok(respond(status, &one))
}

/// Keeps these details of somebody. The inner `Err` is what is wrong with them.
pub(crate) async fn keep(
    web: &Web,
    visitor: &Visitor,
    before: &Person,
    details: &Details,
) -> Result<Result<Person, Errors>, Failure> {
    visitor.officer(&KEEPERS)?;
    if !may_change(visitor, before) {
        return Err(Failure::Forbidden);
    }
    let shown = &visitor.shown;
    let mut errors = details.problems(shown);
    let mut person = before.clone();
    details.fill(&mut person);
    // There has to be somebody who can let others in.
    let stays = person.left_at.is_none() && person.is(&[Role::Admin]);
    if !errors.any() && before.is(&[Role::Admin]) && !stays && is_last_admin(web, &person.id).await? {
        errors.add(
            if person.is(&[Role::Admin]) { "uit_dienst" } else { "rol-admin" },
            shown.say(
                "Dit is de enige beheerder. Maak eerst iemand anders beheerder.",
                "This is the only administrator. First make somebody else administrator.",
            ),
        );
    }
    if errors.any() {
        return Ok(Err(errors));
    }
    match web.store.update_person(&person).await {
        Ok(true) => {
            if !person.works_here(visitor.now) {
                web.store.end_sessions_of(&person.id).await?;
            }
            visitor::record(web, Event::PersonChanged, &person.id, &visitor.person.id).await?;
            Ok(Ok(person))
        }
        Ok(false) => Err(Failure::NotFound),
        Err(StoreError::Duplicate) => {
            errors.add("email", invite::known(shown));
            Ok(Err(errors))
        }
        Err(other) => Err(other.into()),
    }
}

pub(crate) async fn change(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    visitor.officer(&KEEPERS)?;
    let before = web.store.person(&id).await?.ok_or(Failure::NotFound)?;
    let details = Details::read(&form, &before.roles, &visitor.shown);
    match keep(&web, &visitor, &before, &details).await? {
        Ok(person) => Ok(go(&format!("/mensen/{}?gelukt=bewaard", person.id))),
        Err(errors) => page(&web, visitor, before, details, Access::default(), Note::default(), errors).await,
    }
}

/// Forgets which account of the organisation belongs to somebody: theirs was made anew.
pub(crate) async fn unlink(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Failure> {
    visitor.officer(&[Role::Admin])?;
    let person = web.store.person(&id).await?.ok_or(Failure::NotFound)?;
    if web.store.forget_identities_of(&person.id).await? {
        web.store.end_sessions_of(&person.id).await?;
        visitor::record(&web, Event::PersonChanged, &person.id, &visitor.person.id).await?;
    }
    Ok(go(&format!("/mensen/{}?gelukt=los", person.id)))
}

/// Whether nobody else could let people in.
pub(crate) async fn is_last_admin(web: &Web, id: &str) -> Result<bool, Failure> {
    let people = web.store.people().await?;
    let other = |one: &Person| one.id != id && one.left_at.is_none() && one.is(&[Role::Admin]);
    Ok(!people.iter().any(other))
}
