//! Signing in with the organisation's own account (OpenID Connect): authorization code with PKCE, state and nonce.

mod account;
mod attempt;
mod id_token;
mod issuer;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use sluis_core::person::{Person, Role};

use crate::Web;
use crate::error::Failure;
use crate::page::{Shown, go, respond};
use crate::sign_in::Next;
use crate::visitor::{self, Visitor, leading_to, local};

use attempt::Attempt;
use issuer::BACK;
pub use issuer::Issuer;
pub(crate) use issuer::Refused;

/// Where an attempt begins.
const START: &str = "/aanmelden/extern";

/// The most characters of what the browser brings back.
const MAX_QUERY: usize = 8 * 1024;

#[derive(Template)]
#[template(path = "oidc.html")]
struct NotIn {
    shown: Shown,
    refused: Refused,
    again: String,
}

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new().route(START, get(start)).route(BACK, get(back))
}

/// The address of the button that begins an attempt.
pub(crate) fn start_address(next: &str) -> String {
    leading_to(START, next)
}

/// Whether somebody may sign in with a password here: everybody, or else only the administrator who is here longest of
/// those with one, so that a provider that is away shuts nobody out for good.
pub(crate) async fn may_use_password(web: &Web, id: &str, now: i64) -> Result<bool, Failure> {
    if web.sign_in.passwords {
        return Ok(true);
    }
    let admin = |person: &&Person| person.works_here(now) && person.is(&[Role::Admin]);
    for person in web.store.people().await?.iter().filter(admin) {
        if web.store.credentials(&person.id).await?.is_some() {
            return Ok(person.id == id);
        }
    }
    Ok(false)
}

async fn start(
    State(web): State<Arc<Web>>,
    shown: Shown,
    Query(next): Query<Next>,
) -> Result<Response, Failure> {
    let issuer = web.issuer.as_ref().ok_or(Failure::NotFound)?;
    let next = local(&next.naar);
    if shown.person.is_some() {
        return Ok(go(next));
    }
    let attempt = Attempt::new(&web, next);
    match issuer.address(&attempt, (web.source.now)()).await {
        Ok(address) => {
            let mut response = go(&address);
            let cookie = attempt.cookie(&web).ok_or(Failure::Store)?;
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(refused) => Ok(not_in(shown, refused, next)),
    }
}

async fn back(
    State(web): State<Arc<Web>>,
    before: Result<Visitor, Failure>,
    shown: Shown,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let issuer = web.issuer.as_ref().ok_or(Failure::NotFound)?;
    let attempt = Attempt::of(&web, &headers);
    let next = attempt.as_ref().map_or("/", |attempt| local(&attempt.next)).to_owned();
    let brought = Brought::read(query.as_deref().unwrap_or_default());
    let now = (web.source.now)();
    let mut response = match admit(&web, issuer, attempt, brought, now).await? {
        Ok(person) => {
            if let Ok(before) = before {
                web.store.end_session(&before.session).await?;
            }
            visitor::sign_in(&web, &person.id, &next).await?
        }
        Err(refused) => not_in(shown, refused, &next),
    };
    response.headers_mut().append(header::SET_COOKIE, Attempt::over(&web));
    Ok(response)
}

/// Who it is, if the answer belongs to this browser's attempt and the provider stands by it.
async fn admit(
    web: &Web,
    issuer: &Issuer,
    attempt: Option<Attempt>,
    brought: Option<Brought>,
    now: i64,
) -> Result<Result<Person, Refused>, Failure> {
    let (Some(attempt), Some(brought)) = (attempt, brought) else { return Ok(Err(Refused::Expired)) };
    if brought.state.as_ref() != Some(&attempt.state) {
        return Ok(Err(Refused::Expired));
    }
    match issuer.is_answer_of(brought.issuer.as_deref(), now).await {
        Ok(true) => {}
        Ok(false) => return Ok(Err(Refused::Untrusted)),
        Err(refused) => return Ok(Err(refused)),
    }
    let code = match (brought.code, brought.error.as_deref()) {
        (_, Some("server_error" | "temporarily_unavailable")) => return Ok(Err(Refused::Unreachable)),
        (_, Some(_)) => return Ok(Err(Refused::Denied)),
        (Some(code), None) => code,
        (None, None) => return Ok(Err(Refused::Expired)),
    };
    match issuer.claims(&code, &attempt, now).await {
        Ok(claims) => account::person(web, issuer, &claims, now).await,
        Err(refused) => Ok(Err(refused)),
    }
}

/// What the browser brings back from the provider.
#[derive(Debug, Default, PartialEq, Eq)]
struct Brought {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    issuer: Option<String>,
}

impl Brought {
    /// Reads it; `None` if it is too long or says something twice.
    fn read(query: &str) -> Option<Self> {
        if query.len() > MAX_QUERY {
            return None;
        }
        let mut brought = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let field = match name.as_ref() {
                "state" => &mut brought.state,
                "code" => &mut brought.code,
                "error" => &mut brought.error,
                "iss" => &mut brought.issuer,
                _ => continue,
            };
            if field.replace(value.into_owned()).is_some() {
                return None;
            }
        }
        Some(brought)
    }
}

fn not_in(shown: Shown, refused: Refused, next: &str) -> Response {
    let status = match refused {
        Refused::Expired => StatusCode::BAD_REQUEST,
        Refused::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
        Refused::Denied | Refused::Clock | Refused::Untrusted | Refused::Unknown | Refused::Left => {
            StatusCode::FORBIDDEN
        }
    };
    respond(status, &NotIn { shown, refused, again: visitor::sign_in_address(next) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_brought_back_is_read_once() {
        let brought =
            Brought::read("code=a%20b&state=s&iss=https%3A%2F%2Fidp.example&session_state=x").unwrap();
        assert_eq!(brought.code.as_deref(), Some("a b"));
        assert_eq!(brought.issuer.as_deref(), Some("https://idp.example"));
        assert_eq!(Brought::read("state=a&state=b"), None);
        assert_eq!(Brought::read(&format!("code={}", "a".repeat(MAX_QUERY))), None);
        assert_eq!(Brought::read(""), Some(Brought::default()));
    }
}
