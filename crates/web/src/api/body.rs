//! JSON as it comes in: the media type, the size and the shape are checked before anything is done.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::problem::Problem;

/// The most bytes that are read.
const MAX_BODY: usize = 64 * 1024;

/// The most bytes where whole texts are sent to look at.
const MAX_TEXT_BODY: usize = 1024 * 1024;

/// Where that is.
const TEXTS: [&str; 2] = ["/api/v1/check", "/api/v1/mask"];

/// The fields that were sent.
#[derive(Debug)]
pub(crate) struct Fields<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Fields<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::MediaType);
        }
        let most = if TEXTS.contains(&request.uri().path()) { MAX_TEXT_BODY } else { MAX_BODY };
        let bytes = to_bytes(request.into_body(), most).await.map_err(|_| Problem::TooLarge)?;
        // What is wrong in detail would quote what was sent.
        serde_json::from_slice(&bytes).map(Self).map_err(|error| match error.classify() {
            Category::Data => Problem::Shape,
            Category::Io | Category::Syntax | Category::Eof => Problem::Json,
        })
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let kind = [(header::CONTENT_TYPE, "application/json")];
        // Our own plain data always becomes JSON.
        (kind, serde_json::to_vec(&self.0).unwrap_or_default()).into_response()
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
