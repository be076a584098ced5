//! Around every request: whose key it is, and the headers and problems of every answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use sluis_core::key::{KEY_PREFIX, Rates, Refusal, VirtualKey, secret_hash};

use super::DESCRIPTION;
use super::problem::Problem;
use crate::Web;
use crate::error::Failure;
use crate::visitor::{self, Caller};

/// The longest secret that is looked up.
const MAX_SECRET: usize = 128;

/// What the frame needs.
pub(super) type Place = (Arc<Web>, Arc<Rates>);

/// Lets people in by their key, writes problems, and adds the headers.
pub(super) async fn frame(State((web, rates)): State<Place>, mut request: Request, next: Next) -> Response {
    let language = visitor::preferred(request.headers()).unwrap_or(web.language);
    let is_open = request.uri().path() == DESCRIPTION;
    let outcome = if is_open {
        Ok(None)
    } else {
        let (headers, path) = (request.headers().clone(), request.uri().path().to_owned());
        recognise(&web, &rates, &headers, &path).await.map(Some)
    };
    let mut response = match outcome {
        Ok(found) => {
            if let Some((caller, key)) = found {
                request.extensions_mut().insert(caller);
                request.extensions_mut().insert(key);
            }
            next.run(request).await
        }
        Err(problem) => problem.respond(language),
    };
    let failed = response.extensions().get::<Failure>().copied().map(Problem::from);
    if let Some(problem) = response.extensions_mut().remove::<Problem>().or(failed) {
        let allowed = response.headers_mut().remove(header::ALLOW);
        response = problem.respond(language);
        if let Some(allowed) = allowed {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
    }
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if web.secure {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// The person whose key it is. Cookies of the pages count for nothing here.
async fn recognise(
    web: &Web,
    rates: &Rates,
    headers: &HeaderMap,
    path: &str,
) -> Result<(Caller, Arc<VirtualKey>), Problem> {
    let secret = secret(headers).ok_or(Problem::Key(Refusal::Unknown))?;
    let key = web.store.key_by_hash(&secret_hash(secret)).await?.ok_or(Problem::Key(Refusal::Unknown))?;
    let now = (web.source.now)();
    key.check(now).map_err(Problem::Key)?;
    if !rates.admits(&key, now) {
        return Err(Problem::Key(Refusal::Rate));
    }
    let id = key.person.as_deref().ok_or(Problem::NotAPerson)?;
    let person = web.store.person(id).await?.filter(|person| person.works_here(now)).ok_or(Problem::Left)?;
    let mut shown = visitor::stranger(web, &HeaderMap::new(), path);
    shown.language = visitor::preferred(headers).unwrap_or(person.language);
    shown.person = Some(Arc::new(person));
    Ok((Caller::by_key(shown, now), Arc::new(key)))
}

fn secret(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    let secret = secret.trim();
    let is_one =
        scheme.eq_ignore_ascii_case("bearer") && secret.starts_with(KEY_PREFIX) && secret.len() <= MAX_SECRET;
    is_one.then_some(secret)
}
