//! Switching the second step on and off.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde::Deserialize;
use sluis_ledger::Event;
use sluis_store::Credentials;

use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::me::{done, is_me, page};
use crate::page::{Shown, go, respond};
use crate::password::Passwords;
use crate::visitor::{self, Visitor};
use crate::{Web, totp};

#[derive(Template)]
#[template(path = "second_step.html")]
struct SecondStep {
    shown: Shown,
    /// The secret, as it waits in the form: it is kept when the first code is right.
    secret: String,
    spelled: String,
    address: String,
    picture: String,
    /// Right after setting up: the policy is there, this is what is left.
    is_new: bool,
}

#[derive(Deserialize)]
struct From {
    #[serde(default)]
    nieuw: String,
}

pub(super) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/mijn-gegevens/tweede-stap", get(show).post(switch_on))
        .route("/mijn-gegevens/tweede-stap/uit", post(switch_off))
}

async fn show(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Query(from): Query<From>,
) -> Result<Response, Failure> {
    let credentials = web.store.credentials(&visitor.person.id).await?;
    if credentials.is_some_and(|credentials| credentials.totp.is_some()) {
        return Ok(go("/mijn-gegevens"));
    }
    let mut secret = [0; totp::SECRET];
    (web.source.random)(&mut secret);
    Ok(offer(&visitor, &secret, Errors::default(), !from.nieuw.is_empty()))
}

fn offer(visitor: &Visitor, secret: &[u8], errors: Errors, is_new: bool) -> Response {
    let shown = visitor.shown.clone();
    let address = totp::address(secret, &shown.organisation, &visitor.person.email);
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = SecondStep {
        secret: totp::base32(secret),
        spelled: totp::spelled(secret),
        picture: picture(&address).unwrap_or_default(),
        address,
        is_new,
        shown: shown.with_errors(errors),
    };
    respond(status, &page)
}

/// A QR code, as an address that holds the picture itself. Dark on light in dark mode too: cameras want that.
fn picture(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let picture = code.render::<svg::Color<'_>>().min_dimensions(240, 240).quiet_zone(true).build();
    Some(format!("data:image/svg+xml;base64,{}", STANDARD.encode(picture)))
}

async fn switch_on(State(web): State<Arc<Web>>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    let id = &visitor.person.id;
    let secret = totp::read(form.text("geheim")).ok_or(Failure::Unreadable)?;
    let credentials = web.store.credentials(id).await?.ok_or(Failure::NotFound)?;
    if credentials.totp.is_some() {
        return Ok(go("/mijn-gegevens"));
    }
    let Some(step) = totp::step_of(&secret, form.text("code"), visitor.now) else {
        let mut errors = Errors::default();
        let text = visitor.shown.say(
            "Deze code klopt niet. Kijk of de tijd op je telefoon goed staat, en vul de nieuwste code in.",
            "This code is not right. See whether the time on your phone is right, and enter the newest code.",
        );
        errors.add("code", text);
        return Ok(offer(&visitor, &secret, errors, form.has("nieuw")));
    };
    let password = credentials.password.clone();
    web.store.set_credentials(id, &Credentials { password, totp: Some(secret) }).await?;
    web.store.use_totp_step(id, step).await?;
    visitor::record(&web, Event::PersonChanged, id, id).await?;
    Ok(done("code-aan"))
}

async fn switch_off(
    State(web): State<Arc<Web>>,
    Extension(passwords): Extension<Arc<Passwords>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Failure> {
    if let Err(text) = is_me(&web, &passwords, &visitor, form.raw("wachtwoord")).await? {
        let mut errors = Errors::default();
        errors.add("wachtwoord", text);
        return page(&web, visitor, errors).await;
    }
    let id = &visitor.person.id;
    if let Some(credentials) = web.store.credentials(id).await? {
        let password = credentials.password.clone();
        web.store.set_credentials(id, &Credentials { password, totp: None }).await?;
        visitor::record(&web, Event::PersonChanged, id, id).await?;
    }
    Ok(done("code-uit"))
}
