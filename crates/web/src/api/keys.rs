//! The keys of the person whose key it is.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sluis_core::key::VirtualKey;
use utoipa::ToSchema;

use super::body::{Fields, Json};
use super::problem::{Problem, Told};
use super::schema::moment;
use crate::Web;
use crate::me::keys::{Wish, held, make, revoke};
use crate::visitor::Visitor;

/// A key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Key {
    /// How lists and the evidence name it.
    id: String,
    /// What you called it.
    label: String,
    /// Whether it lets anybody in now.
    works: bool,
    #[schema(format = DateTime)]
    created_at: String,
    /// Until when it works.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
}

/// Your keys.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Keys {
    /// The newest first.
    keys: Vec<Key>,
}

/// A key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyWish {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100)]
    label: String,
    /// Days until it expires; no more than the key that you use now has left.
    #[schema(minimum = 1, maximum = 365)]
    days: u32,
}

/// A new key, with its secret: it is shown once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewKey {
    #[serde(flatten)]
    key: Key,
    /// What to send as `Authorization: Bearer …`.
    secret: String,
}

impl Key {
    fn new(key: VirtualKey, works: bool) -> Self {
        Self {
            id: key.id,
            label: key.label,
            works,
            created_at: moment(key.created_at),
            expires_at: key.expires_at.map(moment),
            revoked_at: key.revoked_at.map(moment),
        }
    }
}

/// Your keys.
#[utoipa::path(
    get,
    path = "/api/v1/me/keys",
    tag = "me",
    responses((status = 200, description = "Revoked and expired ones too", body = Keys))
)]
pub(super) async fn keys(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Json<Keys>, Problem> {
    let keys = held(&web, &visitor).await?;
    Ok(Json(Keys { keys: keys.into_iter().map(|one| Key::new(one.key, one.works)).collect() }))
}

/// Make a key. It is yours, and works no longer than the one that makes it.
#[utoipa::path(
    post,
    path = "/api/v1/me/keys",
    tag = "me",
    request_body = KeyWish,
    responses((status = 201, description = "The key with its secret, which is shown once", body = NewKey))
)]
pub(super) async fn make_key(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Extension(own): Extension<Arc<VirtualKey>>,
    Fields(wish): Fields<KeyWish>,
) -> Result<(StatusCode, Json<NewKey>), Problem> {
    let wish = Wish { label: wish.label.trim().to_owned(), days: wish.days.to_string() };
    let (key, secret) = make(&web, &visitor, &wish, own.expires_at).await??;
    Ok((StatusCode::CREATED, Json(NewKey { key: Key::new(key, true), secret })))
}

/// Revoke a key of yours.
#[utoipa::path(
    delete,
    path = "/api/v1/me/keys/{id}",
    tag = "me",
    params(("id" = String, Path, description = "Identifier of the key")),
    responses(
        (status = 204, description = "It works no more"),
        (status = 404, description = "You have no such key", body = Told, content_type = "application/problem+json"),
    )
)]
pub(super) async fn revoke_key(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    revoke(&web, &visitor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
