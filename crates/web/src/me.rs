//! What is kept about whoever looks, and what they can change of it themselves.

pub(crate) mod keys;
mod second_step;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use sluis_core::gate::Published;
use sluis_core::person::{Acknowledgement, Person};
use sluis_ledger::{Event, hex, sha256};
use sluis_store::Credentials;

use crate::Web;
use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{Done, Shown, go, respond};
use crate::password::{Passwords, judge};
use crate::people::access::{self, Shut};
use crate::people::measures::{self, Noted};
use crate::people::words;
use crate::visitor::{self, Visitor};

use keys::{Held, Wish};

#[derive(Template)]
#[template(path = "me.html")]
struct Me {
    shown: Shown,
    person: Arc<Person>,
    roles: Vec<(&'static str, &'static str)>,
    relation: &'static str,
    signed: Vec<Signed>,
    shut: Vec<Shut>,
    noted: Vec<Noted>,
    /// What a measure has to follow for somebody who works here as they do.
    route: &'static str,
    has_password: bool,
    has_code: bool,
    keys: Vec<Held>,
    wish: Wish,
    terms: [(&'static str, String); 4],
}

/// A version of the policy that was signed.
struct Signed {
    one: Acknowledgement,
    /// The beginning of the hash of the text.
    hash: String,
    /// Whether the version can be looked at.
    known: bool,
}

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/mijn-gegevens", get(show))
        .route("/mijn-gegevens/wachtwoord", post(change_password))
        .route("/mijn-gegevens/overal-afmelden", post(sign_out_everywhere))
        .merge(second_step::routes())
        .merge(keys::routes())
}

async fn show(
    State(web): State<Arc<Web>>,
    mut visitor: Visitor,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let shown = &visitor.shown;
    let notice = match done.gelukt.as_str() {
        "wachtwoord" => Some(shown.say(
            "Je hebt een nieuw wachtwoord. Op andere apparaten ben je afgemeld.",
            "You have a new password. On other devices you are signed out.",
        )),
        "code-aan" => Some(shown.say(
            "De tweede stap staat aan. Voortaan vul je ook een code in als je je aanmeldt.",
            "The second step is on. From now on you also enter a code when you sign in.",
        )),
        "sleutel-weg" => Some(shown.say(
            "De sleutel is ingetrokken. Hij werkt binnen twee seconden niet meer.",
            "The key is revoked. Within two seconds it works no more.",
        )),
        "code-uit" => Some(shown.say("De tweede stap staat uit.", "The second step is off.")),
        _ => None,
    };
    visitor.shown.notice = notice.map(str::to_owned);
    page(&web, visitor, Errors::default()).await
}

/// The page, with what is wrong with one of its forms.
async fn page(web: &Web, visitor: Visitor, errors: Errors) -> Result<Response, Failure> {
    page_with(web, visitor, Wish::default(), errors).await
}

/// The same, with what was typed for a key.
async fn page_with(web: &Web, visitor: Visitor, wish: Wish, errors: Errors) -> Result<Response, Failure> {
    let keys = keys::held(web, &visitor).await?;
    let person = visitor.person;
    let versions = web.store.versions().await?;
    let signed = web.store.acknowledgements_of(&person.id).await?;
    let suspensions = web.store.suspensions_of(&person.id).await?;
    let credentials = web.store.credentials(&person.id).await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let language = visitor.shown.language;
    let me = Me {
        roles: person.roles.iter().map(|&role| words::role(role, language)).collect(),
        relation: words::relation(person.relation, language),
        signed: signed.into_iter().map(|one| Signed::of(one, &versions)).collect(),
        shut: suspensions.into_iter().map(|one| access::shown(one, visitor.now)).collect(),
        noted: measures::noted(web, &person.id).await?,
        route: measures::route(person.relation, language),
        keys,
        wish,
        terms: terms(&visitor.shown),
        has_password: credentials.is_some(),
        has_code: credentials.is_some_and(|credentials| credentials.totp.is_some()),
        shown: visitor.shown.with_errors(errors),
        person,
    };
    Ok(respond(status, &me))
}

/// How long a key can work, as value and text.
fn terms(shown: &Shown) -> [(&'static str, String); 4] {
    [
        ("30", shown.say("30 dagen", "30 days").to_owned()),
        ("90", shown.say("90 dagen", "90 days").to_owned()),
        ("180", shown.say("Een half jaar", "Half a year").to_owned()),
        ("365", shown.say("Een jaar", "A year").to_owned()),
    ]
}

impl Signed {
    fn of(one: Acknowledgement, versions: &[Published]) -> Self {
        let known = versions.iter().any(|version| version.number == one.policy);
        Self { hash: hex(&one.hash[..8]), known, one }
    }
}

async fn change_password(
    State(web): State<Arc<Web>>,
    Extension(passwords): Extension<Arc<Passwords>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Failure> {
    let mut errors = Errors::default();
    let new = form.raw("nieuw");
    if let Some(weak) = judge(new, &visitor.person.name, &visitor.person.email) {
        let (nl, en) = weak.words();
        errors.add("nieuw", visitor.shown.say(nl, en));
    } else if let Err(text) = is_me(&web, &passwords, &visitor, form.raw("huidig")).await? {
        errors.add("huidig", text);
    }
    if errors.any() {
        return page(&web, visitor, errors).await;
    }
    let id = &visitor.person.id;
    let password = passwords.hash(&web, new).await?;
    let totp = web.store.credentials(id).await?.and_then(|credentials| credentials.totp);
    web.store.set_credentials(id, &Credentials { password, totp }).await?;
    web.store.end_sessions_of(id).await?;
    visitor::record(&web, Event::PersonChanged, id, id).await?;
    visitor::sign_in(&web, id, "/mijn-gegevens?gelukt=wachtwoord").await
}

/// Whether this is the password of who is signed in; otherwise, what to say.
pub(crate) async fn is_me(
    web: &Web,
    passwords: &Passwords,
    visitor: &Visitor,
    password: &str,
) -> Result<Result<(), String>, Failure> {
    let shown = &visitor.shown;
    let account = sha256(format!("me:{}", visitor.person.id).as_bytes());
    if !passwords.may_try(account, visitor.now) {
        let text = shown.say(
            "Je hebt het te vaak geprobeerd. Wacht een minuut.",
            "You have tried too often. Wait a minute.",
        );
        return Ok(Err(text.to_owned()));
    }
    let credentials = web.store.credentials(&visitor.person.id).await?;
    let hash = credentials.as_ref().map(|credentials| credentials.password.as_str());
    if passwords.verify(password, hash).await? {
        passwords.forget(account);
        return Ok(Ok(()));
    }
    let text = shown.say("Dit is niet je wachtwoord van nu.", "This is not your present password.");
    Ok(Err(text.to_owned()))
}

async fn sign_out_everywhere(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    _form: Form,
) -> Result<Response, Failure> {
    web.store.end_sessions_of(&visitor.person.id).await?;
    Ok(visitor::signed_out(&web, "/aanmelden"))
}

/// On to the page, with the word for what was done.
fn done(what: &str) -> Response {
    go(&format!("/mijn-gegevens?gelukt={what}"))
}
