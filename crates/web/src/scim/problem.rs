//! Why the directory does not get what it asks for (RFC 7644, section 3.12). No sentence repeats what was sent.

use axum::http::StatusCode;
use serde_json::{Value, json};
use sluis_store::StoreError;

/// A refusal: status, keyword and a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    kind: &'static str,
    detail: &'static str,
}

impl Problem {
    pub(super) const UNAUTHORIZED: Self = Self::new(StatusCode::UNAUTHORIZED, "", "The token is not right.");
    pub(super) const NOT_FOUND: Self = Self::new(StatusCode::NOT_FOUND, "", "There is no such resource.");
    pub(super) const METHOD: Self =
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "", "This is not done at this address.");
    pub(super) const TOO_LARGE: Self =
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "", "More was sent than is read.");
    pub(super) const SYNTAX: Self = Self::bad("invalidSyntax", "This is not the JSON that is expected here.");
    pub(super) const FILTER: Self =
        Self::bad("invalidFilter", "Filters have eq and pr, joined with and, on attributes that are kept.");
    pub(super) const PATH: Self = Self::bad("invalidPath", "There is no such attribute.");
    pub(super) const VALUE: Self = Self::bad("invalidValue", "A value has another shape, or is too long.");
    pub(super) const MEMBER: Self = Self::bad("invalidValue", "A member is not known here.");
    pub(super) const NO_TARGET: Self = Self::bad("noTarget", "This needs a path.");
    pub(super) const READ_ONLY: Self = Self::bad("mutability", "This attribute cannot be changed.");
    pub(super) const TAKEN: Self =
        Self::new(StatusCode::CONFLICT, "uniqueness", "This name or address is somebody else's.");
    pub(super) const LAST: Self = Self::new(
        StatusCode::CONFLICT,
        "mutability",
        "This is the only administrator. Make somebody else administrator first.",
    );
    pub(super) const BUSY: Self = Self::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "",
        "It cannot be kept right now. The same request can succeed later.",
    );

    const fn new(status: StatusCode, kind: &'static str, detail: &'static str) -> Self {
        Self { status, kind, detail }
    }

    const fn bad(kind: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, kind, detail)
    }

    /// As the protocol says it.
    pub(super) fn body(self) -> Value {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": self.status.as_str(),
            "detail": self.detail,
        });
        if !self.kind.is_empty() {
            body["scimType"] = self.kind.into();
        }
        body
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error == StoreError::Duplicate { Self::TAKEN } else { Self::BUSY }
    }
}

impl From<crate::error::Failure> for Problem {
    fn from(_: crate::error::Failure) -> Self {
        Self::BUSY
    }
}
