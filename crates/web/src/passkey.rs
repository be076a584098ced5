//! Passkeys: signing in with what a phone, computer or key holds, which asks who somebody is by itself. The browser's part
//! of it needs script; a password with a code is the way without.

mod ceremony;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sluis_ledger::{Event, hex, sha256};
use sluis_store::{Passkey, Purpose, StoreError, Ticket};

use crate::Web;
use crate::error::Failure;
use crate::form::Form;
use crate::me::is_me;
use crate::oidc::may_use_password;
use crate::page::{Done, Shown, go, respond};
use crate::password::Passwords;
use crate::visitor::{self, Caller, SECOND, Visitor, local};

use ceremony::{ALGORITHMS, Act, Answered, Expected, PATIENCE, challenge};

pub use ceremony::Party;

/// The most passkeys of one person.
const MAX_PASSKEYS: usize = 20;

/// The most characters of what somebody calls theirs.
const MAX_LABEL: usize = 60;

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new()
        .route("/mijn-gegevens/passkeys", get(show).post(keep))
        .route("/mijn-gegevens/passkeys/vraag", post(ask_to_make))
        .route("/mijn-gegevens/passkeys/{hash}/weg", post(take_away))
        .route("/aanmelden/passkey", post(sign_in))
        .route("/aanmelden/passkey/vraag", post(ask_to_sign))
}

#[derive(Template)]
#[template(path = "passkeys.html")]
struct PasskeysPage {
    shown: Shown,
    passkeys: Vec<(String, Passkey)>,
    /// Whether this site can have passkeys at all.
    possible: bool,
    /// Whether there is a password to ask for.
    has_password: bool,
    may_add: bool,
    email: String,
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// What the script gets.
fn answer(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

/// What the script tells the person.
fn told(text: &str) -> Response {
    answer(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "fout": text }))
}

/// On to the next page, which the script fetches by itself: a redirect would be followed out of its sight.
fn onward(to: &str) -> Response {
    answer(StatusCode::OK, &json!({ "naar": to }))
}

async fn show(
    State(web): State<Arc<Web>>,
    mut visitor: Visitor,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let notice = match done.gelukt.as_str() {
        "erbij" => Some(visitor.shown.say(
            "Je passkey is bewaard. Je kunt je er nu mee aanmelden.",
            "Your passkey is kept. You can sign in with it now.",
        )),
        "weg" => Some(visitor.shown.say("De passkey is weg.", "The passkey is gone.")),
        _ => None,
    };
    visitor.shown.notice = notice.map(str::to_owned);
    let passkeys = web.store.passkeys_of(&visitor.person.id).await?;
    let page = PasskeysPage {
        possible: web.party.is_some() && may_use_password(&web, &visitor.person.id, visitor.now).await?,
        has_password: web.store.credentials(&visitor.person.id).await?.is_some(),
        may_add: passkeys.len() < MAX_PASSKEYS,
        passkeys: passkeys.into_iter().map(|one| (hex(&one.hash), one)).collect(),
        email: visitor.person.email.clone(),
        shown: visitor.shown,
    };
    Ok(respond(StatusCode::OK, &page))
}

/// A question for a browser, bound to it.
fn question(web: &Web, act: Act, caller: &Caller) -> String {
    let mut random = [0; 16];
    (web.source.random)(&mut random);
    let until = (web.source.now)() + PATIENCE * SECOND;
    encode(&challenge(&web.form_key, act, &caller.seed, until, random))
}

/// Whoever adds a passkey says once more who they are: a browser that was left open is not enough.
async fn ask_to_make(
    State(web): State<Arc<Web>>,
    Extension(passwords): Extension<Arc<Passwords>>,
    Extension(caller): Extension<Caller>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Failure> {
    let party = web.party.as_ref().ok_or(Failure::NotFound)?;
    if web.store.credentials(&visitor.person.id).await?.is_some()
        && let Err(text) = is_me(&web, &passwords, &visitor, form.raw("wachtwoord")).await?
    {
        return Ok(told(&text));
    }
    let own = web.store.passkeys_of(&visitor.person.id).await?;
    if own.len() >= MAX_PASSKEYS {
        let text = visitor.shown.say("Je hebt al genoeg passkeys.", "You have passkeys enough.");
        return Ok(told(text));
    }
    let parameters = ALGORITHMS.map(|number| json!({ "type": "public-key", "alg": number }));
    let exclude = own.iter().map(|one| json!({ "type": "public-key", "id": encode(&one.id) }));
    let question = json!({
        "challenge": question(&web, Act::Create, &caller),
        "rp": { "id": party.id, "name": visitor.shown.organisation },
        "user": {
            "id": encode(visitor.person.id.as_bytes()),
            "name": visitor.person.email,
            "displayName": visitor.person.name,
        },
        "pubKeyCredParams": parameters,
        "excludeCredentials": exclude.collect::<Vec<_>>(),
        "authenticatorSelection": { "residentKey": "required", "userVerification": "required" },
        "attestation": "none",
        "timeout": PATIENCE * 1_000,
    });
    Ok(answer(StatusCode::OK, &question))
}

async fn keep(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Failure> {
    let party = web.party.as_ref().ok_or(Failure::NotFound)?;
    let shown = &visitor.shown;
    let Some(label) = form.line("naam", MAX_LABEL).filter(|label| !label.is_empty()) else {
        return Ok(told(shown.say("Geef de passkey een naam.", "Give the passkey a name.")));
    };
    let expected = Expected { party, key: &web.form_key, seed: &caller.seed, now: visitor.now };
    let [client, authenticator, key] =
        ["client", "authenticator", "publiek"].map(|name| decode(form.text(name)).unwrap_or_default());
    let algorithm = form.read("algoritme").unwrap_or_default();
    let made = expected.made(&client, &authenticator, algorithm, &key);
    let own = web.store.passkeys_of(&visitor.person.id).await?.len();
    let wrong = shown.say(
        "Deze passkey kunnen we niet bewaren. Laad de pagina opnieuw en probeer het nog eens.",
        "We cannot keep this passkey. Load the page again and try once more.",
    );
    let Some(made) = made.filter(|_| own < MAX_PASSKEYS) else { return Ok(told(wrong)) };
    if !is_new(&web, made.answered).await? {
        return Ok(told(wrong));
    }
    let passkey = Passkey {
        hash: sha256(&made.id),
        person: visitor.person.id.clone(),
        id: made.id,
        key,
        algorithm,
        label: label.to_owned(),
        counter: made.counter,
        created_at: visitor.now,
        used_at: None,
    };
    match web.store.insert_passkey(&passkey).await {
        Err(StoreError::Duplicate) => return Ok(told(wrong)),
        kept => kept?,
    }
    visitor::record(&web, Event::PersonChanged, &visitor.person.id, &visitor.person.id).await?;
    Ok(onward("/mijn-gegevens/passkeys?gelukt=erbij"))
}

/// Whether this question was not answered before; from now on it was.
async fn is_new(web: &Web, answered: Answered) -> Result<bool, Failure> {
    let ticket =
        Ticket { hash: answered.hash, purpose: Purpose::Answered, person: None, expires_at: answered.until };
    match web.store.insert_ticket(&ticket).await {
        Ok(()) => Ok(true),
        Err(StoreError::Duplicate) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn take_away(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(hash): Path<String>,
    _form: Form,
) -> Result<Response, Failure> {
    let own = web.store.passkeys_of(&visitor.person.id).await?;
    let one = own.iter().find(|one| hex(&one.hash) == hash).ok_or(Failure::NotFound)?;
    if web.store.delete_passkey(&one.hash, &visitor.person.id).await? {
        visitor::record(&web, Event::PersonChanged, &visitor.person.id, &visitor.person.id).await?;
    }
    Ok(go("/mijn-gegevens/passkeys?gelukt=weg"))
}

async fn ask_to_sign(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    _form: Form,
) -> Result<Response, Failure> {
    let party = web.party.as_ref().ok_or(Failure::NotFound)?;
    let question = json!({
        "challenge": question(&web, Act::Get, &caller),
        "rpId": party.id,
        "userVerification": "required",
        "timeout": PATIENCE * 1_000,
    });
    Ok(answer(StatusCode::OK, &question))
}

/// A passkey asks who somebody is by itself, so no code is asked for besides. Where people sign in with the organisation's
/// account only, it opens no more than a password does.
async fn sign_in(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    before: Result<Visitor, Failure>,
    form: Form,
) -> Result<Response, Failure> {
    let party = web.party.as_ref().ok_or(Failure::NotFound)?;
    let now = (web.source.now)();
    let wrong = caller.shown.say(
        "Met deze passkey kunnen we je niet aanmelden. Probeer het opnieuw, of gebruik je wachtwoord.",
        "We cannot sign you in with this passkey. Try again, or use your password.",
    );
    let [id, client, authenticator, signature, handle] =
        ["id", "client", "authenticator", "handtekening", "wie"]
            .map(|name| decode(form.text(name)).unwrap_or_default());
    let Some(passkey) = web.store.passkey(&sha256(&id)).await? else { return Ok(told(wrong)) };
    let expected = Expected { party, key: &web.form_key, seed: &caller.seed, now };
    let key = (passkey.algorithm, passkey.key.as_slice());
    let signed = expected.signed(&client, &authenticator, key, &signature);
    let person = web.store.person(&passkey.person).await?.filter(|person| person.works_here(now));
    let person = match person {
        Some(person) if may_use_password(&web, &person.id, now).await? => Some(person),
        _ => None,
    };
    let (Some((answered, counter)), Some(person)) = (signed, person) else { return Ok(told(wrong)) };
    let is_theirs = handle.is_empty() || handle == person.id.as_bytes();
    if !is_theirs
        || !is_new(&web, answered).await?
        || !web.store.use_passkey(&passkey.hash, counter, now).await?
    {
        return Ok(told(wrong));
    }
    if let Ok(before) = before {
        web.store.end_session(&before.session).await?;
    }
    let next = local(form.text("naar"));
    let session = visitor::sign_in(&web, &person.id, next).await?;
    let mut response = onward(next);
    for cookie in session.headers().get_all(header::SET_COOKIE) {
        response.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    Ok(response)
}
