//! What can keep a page from being shown. Pages never tell details of the database.

use askama::Template;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use sluis_store::StoreError;

use crate::page::{Shown, go, respond};

/// Why there is no page. As a response it is empty: [`crate::page::frame`] puts the page in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Nobody is signed in.
    SignIn,
    /// There is no such page, or it is somebody else's.
    NotFound,
    /// The page is for people with another role.
    Forbidden,
    /// The form does not come from this site, or is too old.
    Forged,
    /// More was sent than is read.
    TooLarge,
    /// What was sent is no form.
    Unreadable,
    /// The store does not answer.
    Store,
    /// Too many people want the same at once.
    Busy,
}

impl Failure {
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::SignIn => StatusCode::SEE_OTHER,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::Forged => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::Store | Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(_: StoreError) -> Self {
        Self::Store
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    shown: Shown,
    failure: Failure,
}

/// The page that says it.
pub(crate) fn page(failure: Failure, shown: Shown) -> Response {
    respond(failure.status(), &ErrorPage { shown, failure })
}

/// For addresses that only take forms: on to the page that the form stands on, such as after a change of language.
pub(crate) async fn form_only(method: Method, address: Uri) -> Response {
    match address.path().rsplit_once('/') {
        Some((parent, _)) if method == Method::GET => go(if parent.is_empty() { "/" } else { parent }),
        _ => Failure::NotFound.into_response(),
    }
}

/// For addresses that do not exist.
pub(crate) async fn unknown() -> Failure {
    Failure::NotFound
}
