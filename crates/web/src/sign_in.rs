//! Signing in: the way to the organisation's own account, a password and, for who has it, a code; and signing out.

use std::sync::Arc;

use askama::Template;
use aws_lc_rs::hmac;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sluis_ledger::sha256;

use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Shown, go, respond};
use crate::password::Passwords;
use crate::visitor::{self, SECOND, Visitor, cookie, local, set_cookie};
use crate::{Web, oidc, totp};

/// Seconds between the password and the code.
const BETWEEN: i64 = 300;

/// The most characters of an address of mail.
pub(crate) const MAX_EMAIL: usize = 200;

/// Digits of an identifier of a person.
const ID: usize = 32;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    shown: Shown,
    email: &'a str,
    next: &'a str,
    /// Whether this site can have passkeys.
    passkeys: bool,
    elsewhere: Option<Elsewhere<'a>>,
    /// Whether the form for a password is shown, and whether it is for everybody.
    with_password: bool,
    passwords: bool,
    emergency: String,
}

/// The way to the organisation's own account.
struct Elsewhere<'a> {
    address: String,
    name: &'a str,
}

impl<'a> SignIn<'a> {
    fn new(web: &'a Web, shown: Shown, email: &'a str, next: &'a str, with_password: bool) -> Self {
        let elsewhere = web.issuer.as_ref();
        Self {
            shown,
            email,
            next,
            elsewhere: elsewhere
                .map(|issuer| Elsewhere { address: oidc::start_address(next), name: issuer.name() }),
            passkeys: web.party.is_some(),
            with_password: with_password || web.sign_in.passwords,
            passwords: web.sign_in.passwords,
            emergency: format!("{}&wachtwoord=ja", visitor::leading_to("/aanmelden", next)),
        }
    }
}

#[derive(Template)]
#[template(path = "code.html")]
struct Code<'a> {
    shown: Shown,
    next: &'a str,
}

/// Where to go on to.
#[derive(Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    pub(crate) naar: String,
    /// Whether the form for a password is wanted where most people have none.
    #[serde(default)]
    wachtwoord: String,
}

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/aanmelden", get(show).post(password))
        .route("/aanmelden/code", get(show_code).post(code))
        .route("/afmelden", post(sign_out))
}

async fn show(State(web): State<Arc<Web>>, shown: Shown, Query(asked): Query<Next>) -> Response {
    let next = local(&asked.naar);
    if shown.person.is_some() {
        return go(next);
    }
    let with_password = asked.wachtwoord == "ja";
    respond(StatusCode::OK, &SignIn::new(&web, shown, "", next, with_password))
}

async fn password(
    State(web): State<Arc<Web>>,
    Extension(passwords): Extension<Arc<Passwords>>,
    before: Result<Visitor, Failure>,
    shown: Shown,
    form: Form,
) -> Result<Response, Failure> {
    let (email, next) = (form.text("email"), local(form.text("naar")));
    let account = sha256(email.to_lowercase().as_bytes());
    let again = |field: &str, text: &str| {
        let mut errors = Errors::default();
        errors.add(field, text);
        let page = SignIn::new(&web, shown.clone().with_errors(errors), email, next, true);
        Ok(respond(StatusCode::UNPROCESSABLE_ENTITY, &page))
    };
    let wrong = shown.say(
        "Dit e-mailadres en dit wachtwoord horen niet bij elkaar. Probeer het opnieuw.",
        "This e-mail address and this password do not belong together. Try again.",
    );
    let now = (web.source.now)();
    if !passwords.may_try(account, now) {
        let text = shown.say(
            "Je hebt het te vaak geprobeerd. Wacht een minuut en probeer het dan opnieuw.",
            "You have tried too often. Wait a minute and then try again.",
        );
        return again("wachtwoord", text);
    }
    let known = form.line("email", MAX_EMAIL).is_some();
    let person = if known { web.store.person_by_email(email).await? } else { None };
    let person = person.filter(|person| person.works_here(now));
    // Somebody who is not here is looked for in the same places and for as long as somebody who is.
    let id = person.as_ref().map_or("", |person| person.id.as_str());
    let credentials = web.store.credentials(id).await?;
    let hash = credentials.as_ref().map(|credentials| credentials.password.as_str());
    let good = passwords.verify(form.raw("wachtwoord"), hash).await?;
    // Asked of everybody, so that the time it takes tells nothing.
    let good = good & oidc::may_use_password(&web, id, now).await?;
    let (Some(person), Some(credentials), true) = (person, credentials, good) else {
        return again("email", wrong);
    };
    passwords.forget(account);
    if credentials.totp.is_some() {
        let mut response = go(&visitor::leading_to("/aanmelden/code", next));
        let cookie = set_cookie(&web, pending_cookie(&web), &pending(&web, &person.id, now), BETWEEN);
        response.headers_mut().append(header::SET_COOKIE, cookie);
        return Ok(response);
    }
    if let Ok(before) = before {
        web.store.end_session(&before.session).await?;
    }
    visitor::sign_in(&web, &person.id, next).await
}

async fn show_code(
    State(web): State<Arc<Web>>,
    shown: Shown,
    headers: HeaderMap,
    Query(next): Query<Next>,
) -> Response {
    let next = local(&next.naar);
    match waiting(&web, &headers) {
        Some(_) => respond(StatusCode::OK, &Code { shown, next }),
        None => go(&visitor::sign_in_address(next)),
    }
}

async fn code(
    State(web): State<Arc<Web>>,
    Extension(passwords): Extension<Arc<Passwords>>,
    before: Result<Visitor, Failure>,
    shown: Shown,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Failure> {
    let next = local(form.text("naar"));
    let Some(id) = waiting(&web, &headers) else { return Ok(go(&visitor::sign_in_address(next))) };
    let now = (web.source.now)();
    let account = sha256(format!("code:{id}").as_bytes());
    let mut errors = Errors::default();
    if passwords.may_try(account, now) {
        let person = web.store.person(&id).await?.filter(|person| person.works_here(now));
        let secret = web.store.credentials(&id).await?.and_then(|credentials| credentials.totp);
        let step = secret.and_then(|secret| totp::step_of(&secret, form.text("code"), now));
        if let (Some(person), Some(step)) = (person, step)
            && web.store.use_totp_step(&person.id, step).await?
        {
            passwords.forget(account);
            if let Ok(before) = before {
                web.store.end_session(&before.session).await?;
            }
            let mut response = visitor::sign_in(&web, &person.id, next).await?;
            response.headers_mut().append(header::SET_COOKIE, set_cookie(&web, pending_cookie(&web), "", 0));
            return Ok(response);
        }
        let text = shown.say(
            "Deze code klopt niet of is al gebruikt. Wacht op de volgende code in je app.",
            "This code is not right or was used before. Wait for the next code in your app.",
        );
        errors.add("code", text);
    } else {
        let text = shown.say(
            "Je hebt het te vaak geprobeerd. Wacht een minuut en probeer het dan opnieuw.",
            "You have tried too often. Wait a minute and then try again.",
        );
        errors.add("code", text);
    }
    Ok(respond(StatusCode::UNPROCESSABLE_ENTITY, &Code { shown: shown.with_errors(errors), next }))
}

async fn sign_out(
    State(web): State<Arc<Web>>,
    visitor: Result<Visitor, Failure>,
    _form: Form,
) -> Result<Response, Failure> {
    if let Ok(visitor) = visitor {
        web.store.end_session(&visitor.session).await?;
    }
    Ok(visitor::signed_out(&web, "/aanmelden"))
}

fn pending_cookie(web: &Web) -> &'static str {
    if web.secure { "__Host-stap" } else { "stap" }
}

/// Says, for this node and all others with its master key, that somebody's password was right.
fn pending(web: &Web, person: &str, now: i64) -> String {
    let text = format!("{person}.{}", now + BETWEEN * SECOND);
    let tag = hmac::sign(&pending_key(web), text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// Who has given the right password a short while ago and still has to give a code.
fn waiting(web: &Web, headers: &HeaderMap) -> Option<String> {
    let (text, tag) = cookie(headers, pending_cookie(web))?.rsplit_once('.')?;
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    hmac::verify(&pending_key(web), text.as_bytes(), &tag).ok()?;
    let (person, until) = text.split_once('.')?;
    let in_time = (web.source.now)() < until.parse().ok()?;
    (in_time && person.len() == ID).then(|| person.to_owned())
}

fn pending_key(web: &Web) -> hmac::Key {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &web.form_key);
    hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, b"between password and code").as_ref())
}
