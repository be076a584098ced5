//! What every page has: its frame, the words in two languages, and the headers that keep it safe.

use std::borrow::Borrow;
use std::sync::Arc;

use askama::Template;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;
use sluis_core::calendar;
use sluis_core::person::{Person, Role};
use sluis_core::question::ANSWERERS;
use sluis_core::report::OFFICERS;
use sluis_core::verdict::Language;

use crate::error::Failure;
use crate::form::{Errors, Form, max_body};
use crate::visitor::{self, Caller};
use crate::{Web, asset, cross_site, error};

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// What was just done, as the address of the page says after a form was taken.
#[derive(Deserialize)]
pub(crate) struct Done {
    /// A word for it; empty for nothing.
    #[serde(default)]
    pub(crate) gelukt: String,
}

/// What the frame of a page shows. Templates that extend `page.html` have it as their field `shown`.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// Language of the page.
    pub(crate) language: Language,
    /// The hidden field of every form.
    pub(crate) csrf: String,
    /// Address of the page, without its query.
    pub(crate) path: String,
    /// Name of the organisation; "Sluis" as long as there is none.
    pub(crate) organisation: String,
    /// Who is signed in.
    pub(crate) person: Option<Arc<Person>>,
    /// What is wrong with the form: stands at the top and beside the fields.
    pub(crate) errors: Errors,
    /// What was just done: stands at the top.
    pub(crate) notice: Option<String>,
}

impl Shown {
    /// One of two texts, by the language of the page.
    pub(crate) fn say<'a>(&self, nl: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Nl => nl,
            Language::En => en,
        }
    }

    /// The value of `lang`.
    pub(crate) fn lang(&self) -> &'static str {
        lang(self.language)
    }

    /// Whether somebody is signed in who has one of these roles.
    pub(crate) fn is(&self, roles: &[Role]) -> bool {
        self.person.as_ref().is_some_and(|person| person.is(roles))
    }

    /// Whether they see the list of people.
    pub(crate) fn sees_people(&self) -> bool {
        self.is(&[Role::Admin, Role::Hr])
    }

    /// Whether they write the policy.
    pub(crate) fn writes_policy(&self) -> bool {
        self.is(&[Role::Admin, Role::Management])
    }

    /// Whether they answer questions.
    pub(crate) fn answers_questions(&self) -> bool {
        self.is(&ANSWERERS)
    }

    /// Whether they read reports.
    pub(crate) fn reads_reports(&self) -> bool {
        self.is(&OFFICERS)
    }

    /// Whether the page stands at this address or under it.
    pub(crate) fn at(&self, path: &str) -> bool {
        self.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// A day: 21-11-2026.
    #[expect(clippy::unused_self, reason = "templates reach it through what is shown")]
    pub(crate) fn day(&self, date: impl Borrow<Date>) -> String {
        calendar::written(*date.borrow())
    }

    /// A moment, from Unix microseconds: 21-11-2026 14:05.
    #[expect(clippy::unused_self, reason = "templates reach it through what is shown")]
    pub(crate) fn moment(&self, at: impl Borrow<i64>) -> String {
        calendar::moment(*at.borrow())
    }

    /// The day of a moment, from Unix microseconds: 21-11-2026.
    #[expect(clippy::unused_self, reason = "templates reach it through what is shown")]
    pub(crate) fn day_of(&self, at: impl Borrow<i64>) -> String {
        calendar::written(calendar::day(*at.borrow()))
    }

    /// Where a static file is fetched.
    #[expect(clippy::unused_self, reason = "templates reach it through what is shown")]
    pub(crate) fn asset(&self, name: &str) -> String {
        asset::address(name)
    }

    /// What is wrong with the field of this id.
    pub(crate) fn error(&self, field: &str) -> Option<&str> {
        self.errors.of(field)
    }

    /// The same with what is wrong with a form.
    pub(crate) fn with_errors(mut self, errors: Errors) -> Self {
        self.errors = errors;
        self
    }
}

impl<S: Sync> FromRequestParts<S> for Shown {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Caller>().map(|caller| caller.shown.clone()).ok_or(Failure::Store)
    }
}

/// The value of `lang` for a language.
pub(crate) const fn lang(language: Language) -> &'static str {
    match language {
        Language::Nl => "nl",
        Language::En => "en",
    }
}

/// A whole page.
pub(crate) fn respond(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, Html(text)).into_response(),
        // Templates write into memory only, which does not fail.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// After a form was handled: on to a page that can be loaded again without doing it again.
pub(crate) fn go(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// Recognises the visitor, refuses forged forms, puts pages in for failures, and adds the headers.
pub(crate) async fn frame(State(web): State<Arc<Web>>, request: Request, next: Next) -> Response {
    let is_static = request.uri().path().starts_with("/static/");
    let mut response =
        if is_static { next.run(request).await } else { dynamic(web.as_ref(), request, next).await };
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if web.secure {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

async fn dynamic(web: &Web, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let naar = parts.uri.path_and_query().map_or("/", |whole| whole.as_str()).to_owned();
    let is_get = matches!(parts.method, Method::GET | Method::HEAD);
    let caller = match visitor::recognise(web, &parts.headers, &path).await {
        Ok(caller) => caller,
        Err(failure) => return error::page(failure, visitor::stranger(web, &parts.headers, &path)),
    };
    let shown = caller.shown.clone();
    let cookie = caller.new_cookie.clone();
    let body = if is_get {
        body
    } else {
        match accept(web, &caller, &parts.headers, &path, body).await {
            Ok(form) => {
                parts.extensions.insert(form);
                Body::empty()
            }
            Err(failure) => return error::page(failure, shown),
        }
    };
    parts.extensions.insert(caller);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if let Some(&failure) = response.extensions().get::<Failure>() {
        response = match failure {
            Failure::SignIn => go(&visitor::sign_in_address(if is_get { &naar } else { "/" })),
            failure => error::page(failure, shown),
        };
    }
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The form, if it comes from this site.
async fn accept(
    web: &Web,
    caller: &Caller,
    headers: &HeaderMap,
    path: &str,
    body: Body,
) -> Result<Form, Failure> {
    if !cross_site::is_from_here(headers) {
        return Err(Failure::Forged);
    }
    let body = to_bytes(body, max_body(path)).await.map_err(|_| Failure::TooLarge)?;
    let form = Form::parse(&body).ok_or(Failure::TooLarge)?;
    if !cross_site::is_token(&web.form_key, &caller.seed, form.raw(cross_site::FIELD)) {
        return Err(Failure::Forged);
    }
    Ok(form)
}

#[cfg(test)]
mod tests {

    use super::*;

    fn shown(language: Language) -> Shown {
        Shown {
            language,
            csrf: "token".into(),
            path: "/mensen/12".into(),
            organisation: "Sluis".into(),
            person: None,
            errors: Errors::default(),
            notice: None,
        }
    }

    #[test]
    fn a_page_knows_where_it_stands() {
        let shown = shown(Language::En);
        assert!(shown.at("/mensen") && !shown.at("/mens") && !shown.at("/mensen/1"));
        assert_eq!(shown.say("ja", "yes"), "yes");
    }
}
