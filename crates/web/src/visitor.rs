//! Who looks at a page: the session, the language, and what their roles let them do.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::civil::Date;
use sluis_core::calendar;
use sluis_core::gate::in_force;
use sluis_core::person::{Person, Role};
use sluis_core::report::blurred;
use sluis_core::session::{COOKIE, SECURE_COOKIE};
use sluis_core::verdict::Language;
use sluis_ledger::{Event, sha256};
use sluis_store::Session;

use crate::error::Failure;
use crate::form::{Errors, Form};
use crate::page::{self, Shown, go};
use crate::{Web, cross_site};

/// Microseconds in a second.
pub(crate) const SECOND: i64 = 1_000_000;

/// How long a session lasts, in seconds.
const SESSION_SECONDS: i64 = 12 * 3_600;

/// The most characters of an address to go on to.
const MAX_NEXT: usize = 512;

/// What was found out about who looks, once for each request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) shown: Shown,
    /// What the token of their forms is bound to.
    pub(crate) seed: [u8; 32],
    /// The cookie for forms, when they had none.
    pub(crate) new_cookie: Option<HeaderValue>,
    session: [u8; 32],
    now: i64,
}

impl Caller {
    /// Somebody who shows a key of theirs: there is no session, and no form of theirs is taken.
    pub(crate) const fn by_key(shown: Shown, now: i64) -> Self {
        Self { shown, seed: [0; 32], new_cookie: None, session: [0; 32], now }
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// Who.
    pub(crate) person: Arc<Person>,
    /// Hash of the session.
    pub(crate) session: [u8; 32],
    /// The day of this request, where the pages are.
    pub(crate) today: Date,
    /// Its moment, in Unix microseconds.
    pub(crate) now: i64,
    /// For the frame of the page.
    pub(crate) shown: Shown,
}

impl Visitor {
    /// Lets only people with one of these roles on.
    pub(crate) fn officer(&self, roles: &[Role]) -> Result<(), Failure> {
        if self.person.is(roles) { Ok(()) } else { Err(Failure::Forbidden) }
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let caller = parts.extensions.get::<Caller>().ok_or(Failure::Store)?;
        let person = caller.shown.person.clone().ok_or(Failure::SignIn)?;
        Ok(Self {
            person,
            session: caller.session,
            today: calendar::day(caller.now),
            now: caller.now,
            shown: caller.shown.clone(),
        })
    }
}

pub(crate) fn routes() -> Router<Arc<Web>> {
    Router::new().route("/taal", post(set_language))
}

/// Looks who it is.
pub(crate) async fn recognise(web: &Web, headers: &HeaderMap, path: &str) -> Result<Caller, Failure> {
    let now = (web.source.now)();
    let mut shown = stranger(web, headers, path);
    let versions = web.store.versions().await?;
    if let Some(policy) = in_force(&versions, calendar::day(now)).or(versions.last()) {
        shown.organisation.clone_from(&policy.a4.organisation);
    }
    if let Some(hash) = cookie(headers, session_cookie(web)).map(|secret| sha256(secret.as_bytes()))
        && let Some(session) = web.store.session(&hash, now).await?
        && let Some(person) = web.store.person(&session.person).await?.filter(|person| person.works_here(now))
    {
        shown.language = person.language;
        shown.csrf = cross_site::token(&web.form_key, &hash);
        shown.person = Some(Arc::new(person));
        return Ok(Caller { shown, seed: hash, new_cookie: None, session: hash, now });
    }
    let name = if web.secure { "__Host-vorm" } else { "vorm" };
    let (secret, new_cookie) = if let Some(secret) = cookie(headers, name) {
        (secret.to_owned(), None)
    } else {
        let secret = secret(web);
        let cookie = set_cookie(web, name, &secret, SESSION_SECONDS);
        (secret, Some(cookie))
    };
    let seed = sha256(secret.as_bytes());
    shown.csrf = cross_site::token(&web.form_key, &seed);
    Ok(Caller { shown, seed, new_cookie, session: [0; 32], now })
}

/// What a page shows to somebody of whom nothing is known.
pub(crate) fn stranger(web: &Web, headers: &HeaderMap, path: &str) -> Shown {
    Shown {
        language: cookie(headers, "taal")
            .and_then(language)
            .or_else(|| preferred(headers))
            .unwrap_or(web.language),
        csrf: String::new(),
        path: path.to_owned(),
        organisation: "Sluis".into(),
        person: None,
        errors: Errors::default(),
        notice: None,
    }
}

fn language(name: &str) -> Option<Language> {
    match name {
        "nl" => Some(Language::Nl),
        "en" => Some(Language::En),
        _ => None,
    }
}

/// The first language of the browser that the pages have. Weights are not looked at: browsers send the best first.
pub(crate) fn preferred(headers: &HeaderMap) -> Option<Language> {
    let list = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    list.split(',').take(20).find_map(|one| language(&one.trim().get(..2)?.to_ascii_lowercase()))
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(|line| line.split(';').find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('=')))
}

/// A cookie that script cannot read; without seconds to live it is taken away.
pub(crate) fn set_cookie(web: &Web, name: &str, value: &str, seconds: i64) -> HeaderValue {
    let secure = if web.secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

fn session_cookie(web: &Web) -> &'static str {
    if web.secure { SECURE_COOKIE } else { COOKIE }
}

/// 256 random bits that can stand in a cookie or an address.
pub(crate) fn secret(web: &Web) -> String {
    let mut bytes = [0; 32];
    (web.source.random)(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A random identifier: 32 hexadecimal digits.
pub(crate) fn identifier(web: &Web) -> String {
    let mut bytes = [0; 16];
    (web.source.random)(&mut bytes);
    sluis_ledger::hex(&bytes)
}

/// Signs somebody in: keeps the session, records it, and sends the browser on with the cookie.
pub(crate) async fn sign_in(web: &Web, person: &str, next: &str) -> Result<Response, Failure> {
    let now = (web.source.now)();
    let secret = secret(web);
    web.store.purge_sessions(now).await?;
    web.store
        .insert_session(&Session {
            hash: sha256(secret.as_bytes()),
            person: person.to_owned(),
            created_at: now,
            expires_at: now + SESSION_SECONDS * SECOND,
        })
        .await?;
    record(web, Event::SignedIn, person, person).await?;
    let mut response = go(local(next));
    let cookie = set_cookie(web, session_cookie(web), &secret, SESSION_SECONDS);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Takes the cookie of the session away.
pub(crate) fn signed_out(web: &Web, next: &str) -> Response {
    let mut response = go(next);
    response.headers_mut().append(header::SET_COOKIE, set_cookie(web, session_cookie(web), "", 0));
    response
}

/// Records what happened to somebody, and who did it, under the version of the policy that is in force.
pub(crate) async fn record(web: &Web, event: Event, person: &str, by: &str) -> Result<(), Failure> {
    let versions = web.store.versions().await?;
    let policy = in_force(&versions, calendar::day((web.source.now)()));
    record_under(web, event, person, by, policy.map(|policy| policy.a4.sheet().version())).await
}

/// Records what happened to somebody, and who did it, under this version of the policy.
pub(crate) async fn record_under(
    web: &Web,
    event: Event,
    person: &str,
    by: &str,
    policy: Option<String>,
) -> Result<(), Failure> {
    let mut entry = web.store.entry(event);
    person.clone_into(&mut entry.principal);
    entry.policy = policy.unwrap_or_default();
    if by != person {
        entry.rest.insert("by".into(), by.into());
    }
    web.store.append(entry).await?;
    Ok(())
}

/// Records what happened to something of this identifier. Who did it is named, or else (H-01, H-09) nobody is, and of the
/// moment only the day is kept.
pub(crate) async fn record_thing(
    web: &Web,
    event: Event,
    (kind, id): (&str, &str),
    by: Option<&str>,
) -> Result<(), Failure> {
    let mut entry = web.store.entry(event);
    let versions = web.store.versions().await?;
    let policy = in_force(&versions, calendar::day(entry.at));
    entry.policy = policy.map(|policy| policy.a4.sheet().version()).unwrap_or_default();
    entry.rest.insert(kind.into(), id.into());
    match by {
        Some(by) => by.clone_into(&mut entry.principal),
        None => entry.at = blurred(entry.at),
    }
    web.store.append(entry).await?;
    Ok(())
}

/// An address to go on to, if it is on this site; otherwise the first page.
pub(crate) fn local(path: &str) -> &str {
    let rest = path.strip_prefix('/');
    let is_local = rest.is_some_and(|rest| !rest.starts_with(['/', '\\']));
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_local && is_plain && path.len() <= MAX_NEXT { path } else { "/" }
}

/// The page to sign in on, which leads back to this address.
pub(crate) fn sign_in_address(next: &str) -> String {
    match local(next) {
        "/" => "/aanmelden".into(),
        next => leading_to("/aanmelden", next),
    }
}

/// A page that leads on to another.
pub(crate) fn leading_to(path: &str, next: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("naar", next).finish();
    format!("{path}?{query}")
}

/// The form with the languages in the footer.
async fn set_language(State(web): State<Arc<Web>>, shown: Shown, form: Form) -> Result<Response, Failure> {
    let language = language(form.text("taal")).ok_or(Failure::Unreadable)?;
    if let Some(person) = shown.person.filter(|person| person.language != language) {
        let person = Person { language, ..(*person).clone() };
        web.store.update_person(&person).await?;
    }
    let mut response = go(local(form.text("naar")));
    let cookie = set_cookie(&web, "taal", page::lang(language), 365 * 86_400);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_site_are_gone_on_to() {
        for good in ["/", "/beleid", "/mensen?sorteer=naam", "/vraag/"] {
            assert_eq!(local(good), good);
        }
        let long = format!("/{}", "a".repeat(MAX_NEXT));
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\nb",
            "/a\\b",
            "/é",
            "beleid",
            &long,
        ] {
            assert_eq!(local(bad), "/", "{bad}");
        }
        assert_eq!(sign_in_address("/mensen?a=b"), "/aanmelden?naar=%2Fmensen%3Fa%3Db");
        assert_eq!(sign_in_address("//evil.example"), "/aanmelden");
    }

    #[test]
    fn cookies_and_languages_are_read() {
        let mut headers = HeaderMap::new();
        headers.insert("cookie", "a=1; sluis=geheim;taal=en".parse().unwrap());
        assert_eq!(cookie(&headers, "sluis"), Some("geheim"));
        assert_eq!(cookie(&headers, "slui"), None);
        assert_eq!(cookie(&headers, "taal").and_then(language), Some(Language::En));
        for (list, expected) in [
            ("nl-BE,nl;q=0.9,en;q=0.8", Some(Language::Nl)),
            ("fr, en-GB", Some(Language::En)),
            ("de", None),
            ("*", None),
        ] {
            headers.insert("accept-language", list.parse().unwrap());
            assert_eq!(preferred(&headers), expected, "{list}");
        }
    }
}
