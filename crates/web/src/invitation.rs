//! The link with which somebody chooses a password: the first one, or a new one.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use sluis_core::person::Person;
use sluis_ledger::{Event, sha256};
use sluis_store::{Credentials, Purpose};

use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::oidc::may_use_password;
use crate::page::{Shown, go, respond};
use crate::password::{Passwords, judge};
use crate::{Web, visitor};

#[derive(Template)]
#[template(path = "invitation.html")]
struct Invitation {
    shown: Shown,
    person: Person,
    path: String,
}

/// The link was used, is too old, or never was.
#[derive(Template)]
#[template(path = "link_gone.html")]
struct LinkGone {
    shown: Shown,
}

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new().route("/uitnodiging/{code}", get(show).post(choose))
}

/// The page for a link that does not work any more.
pub(crate) fn gone(shown: Shown) -> Response {
    respond(StatusCode::GONE, &LinkGone { shown })
}

async fn show(
    State(web): State<Arc<Web>>,
    shown: Shown,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let Some(person) = invited(&web, &code).await? else { return Ok(gone(shown)) };
    let path = shown.path.clone();
    Ok(respond(StatusCode::OK, &Invitation { shown, person, path }))
}

async fn choose(
    State(web): State<Arc<Web>>,
    Extension(passwords): Extension<Arc<Passwords>>,
    shown: Shown,
    Path(code): Path<String>,
    form: Form,
) -> Result<Response, Failure> {
    let Some(person) = invited(&web, &code).await? else { return Ok(gone(shown)) };
    let password = form.raw("wachtwoord");
    if let Some(weak) = judge(password, &person.name, &person.email) {
        let (nl, en) = weak.words();
        let mut errors = Errors::default();
        errors.add("wachtwoord", shown.say(nl, en));
        let path = shown.path.clone();
        let page = Invitation { shown: shown.with_errors(errors), person, path };
        return Ok(respond(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    let password = passwords.hash(&web, password).await?;
    let taken = web.store.take_ticket(&sha256(code.as_bytes()), (web.source.now)()).await?;
    if taken.is_none_or(|ticket| ticket.person.as_ref() != Some(&person.id)) {
        return Ok(gone(shown));
    }
    let totp = web.store.credentials(&person.id).await?.and_then(|credentials| credentials.totp);
    let second_step = totp.is_some();
    web.store.set_credentials(&person.id, &Credentials { password, totp }).await?;
    web.store.end_sessions_of(&person.id).await?;
    visitor::record(&web, Event::PersonChanged, &person.id, &person.id).await?;
    // Who has a second step takes it too.
    if second_step { Ok(go("/aanmelden")) } else { visitor::sign_in(&web, &person.id, "/").await }
}

/// Who this link is for.
async fn invited(web: &Web, code: &str) -> Result<Option<Person>, Failure> {
    let now = (web.source.now)();
    let Some(ticket) = web.store.ticket(&sha256(code.as_bytes()), now).await? else { return Ok(None) };
    let (Purpose::Invite, Some(id)) = (ticket.purpose, ticket.person) else { return Ok(None) };
    if !may_use_password(web, &id, now).await? {
        return Ok(None);
    }
    Ok(web.store.person(&id).await?.filter(|person| person.works_here(now)))
}
