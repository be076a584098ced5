//! The keys of whoever looks: with one, a program of theirs asks an AI or uses the API as if it were them.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use sluis_core::key::VirtualKey;
use sluis_ledger::Event;

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Shown, respond};
use crate::visitor::{self, SECOND, Visitor};

/// The most characters of the name of a key.
pub(crate) const MAX_LABEL: usize = 100;

/// The most days that a key works.
pub(crate) const MAX_DAYS: i64 = 365;

/// The most keys that work at the same time.
pub(crate) const MAX_KEYS: usize = 20;

/// The form, as it was typed.
#[derive(Default)]
pub(crate) struct Wish {
    pub(crate) label: String,
    pub(crate) days: String,
}

/// A key, as the page shows it.
pub(crate) struct Held {
    pub(crate) key: VirtualKey,
    /// Whether it lets anybody in now.
    pub(crate) works: bool,
}

#[derive(Template)]
#[template(path = "me/key.html")]
struct NewKey {
    shown: Shown,
    key: VirtualKey,
    secret: String,
}

pub(super) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/mijn-gegevens/sleutels", post(add))
        .route("/mijn-gegevens/sleutels/{id}/intrekken", post(take_away))
}

/// The visitor's keys, the newest first.
pub(crate) async fn held(web: &Web, visitor: &Visitor) -> Result<Vec<Held>, Failure> {
    let keys = web.store.keys_of(&visitor.person.id).await?;
    let held = |key: VirtualKey| Held { works: key.check(visitor.now).is_ok(), key };
    Ok(keys.into_iter().rev().map(held).collect())
}

/// Makes a key for the visitor that works at most until `until`, if that is given, and gives its secret. The inner `Err` is what
/// is wrong with the wish.
pub(crate) async fn make(
    web: &Web,
    visitor: &Visitor,
    wish: &Wish,
    until: Option<i64>,
) -> Result<Result<(VirtualKey, String), Errors>, Failure> {
    let shown = &visitor.shown;
    let mut errors = Errors::default();
    let length = wish.label.chars().count();
    if length == 0 || length > MAX_LABEL || wish.label.chars().any(char::is_control) {
        errors.add(
            "sleutel_naam",
            shown.say(
                "Geef de sleutel een naam, van hoogstens 100 tekens.",
                "Give the key a name of at most 100 characters.",
            ),
        );
    }
    let days = wish.days.parse().ok().filter(|days| (1..=MAX_DAYS).contains(days));
    if days.is_none() {
        errors.add("sleutel_dagen", shown.say("Kies 1 tot en met 365 dagen.", "Choose 1 to 365 days."));
    }
    let expires_at = visitor.now + days.unwrap_or_default() * 86_400 * SECOND;
    if until.is_some_and(|until| until < expires_at) {
        errors.add(
            "sleutel_dagen",
            shown.say(
                "Een sleutel werkt niet langer dan de sleutel waarmee je hem maakt. Kies minder dagen.",
                "A key works no longer than the key that makes it. Choose fewer days.",
            ),
        );
    }
    if held(web, visitor).await?.iter().filter(|one| one.works).count() >= MAX_KEYS {
        errors.add(
            "sleutel_naam",
            shown.say(
                "Je hebt al 20 sleutels. Trek er eerst een in die je niet meer gebruikt.",
                "You have 20 keys already. First revoke one that you do not use any more.",
            ),
        );
    }
    if errors.any() {
        return Ok(Err(errors));
    }
    let (key, secret) = VirtualKey::make(wish.label.clone(), visitor.now, web.source.random);
    let key = VirtualKey { expires_at: Some(expires_at), person: Some(visitor.person.id.clone()), ..key };
    web.store.insert_key(&key).await?;
    visitor::record(web, Event::KeyMade, &key.id, &visitor.person.id).await?;
    Ok(Ok((key, secret)))
}

/// Revokes a key of the visitor.
pub(crate) async fn revoke(web: &Web, visitor: &Visitor, id: &str) -> Result<(), Failure> {
    let keys = web.store.keys_of(&visitor.person.id).await?;
    if !keys.iter().any(|key| key.id == id) {
        return Err(Failure::NotFound);
    }
    if web.store.revoke_key(id, visitor.now).await? {
        visitor::record(web, Event::KeyRevoked, id, &visitor.person.id).await?;
    }
    Ok(())
}

async fn add(State(web): State<Arc<Web>>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    let wish =
        Wish { label: form.text("sleutel_naam").to_owned(), days: form.text("sleutel_dagen").to_owned() };
    match make(&web, &visitor, &wish, None).await? {
        Ok((key, secret)) => Ok(respond(StatusCode::OK, &NewKey { shown: visitor.shown, key, secret })),
        Err(errors) => super::page_with(&web, visitor, wish, errors).await,
    }
}

async fn take_away(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    _form: Form,
) -> Result<Response, Failure> {
    revoke(&web, &visitor, &id).await?;
    Ok(super::done("sleutel-weg"))
}
