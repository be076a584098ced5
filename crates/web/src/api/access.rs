//! Shutting somebody's access for a time, and opening it again.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sluis_core::person::Suspension;
use utoipa::ToSchema;

use super::body::{Fields, Json};
use super::problem::{Problem, Told};
use super::schema::moment;
use crate::Web;
use crate::people::KEEPERS;
use crate::people::access::{Access, open, shut};
use crate::visitor::Visitor;

/// Somebody's access is or was shut. It is a measure of safety, no sanction.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuspendedAccess {
    id: String,
    /// To this tool; without one, to all.
    tool: Option<String>,
    /// Why. The person reads this.
    reason: String,
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    until: String,
    /// When it was opened before its time.
    #[schema(format = DateTime)]
    lifted_at: Option<String>,
    /// Whether it shuts something now.
    is_on: bool,
}

/// Access to shut.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessToShut {
    /// Why. The person reads this.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// Name of a tool; without one, all.
    #[serde(default)]
    tool: Option<String>,
    /// For how many days.
    #[schema(minimum = 1, maximum = 90)]
    days: u32,
}

impl SuspendedAccess {
    pub(super) fn new(one: &Suspension, now: i64) -> Self {
        Self {
            id: one.id.clone(),
            tool: one.tool.clone(),
            reason: one.reason.clone(),
            from: moment(one.from),
            until: moment(one.until),
            lifted_at: one.lifted_at.map(moment),
            is_on: one.is_on(now),
        }
    }
}

/// Shut somebody's access to AI for a time, for safety.
#[utoipa::path(
    post,
    path = "/api/v1/people/{id}/suspensions",
    tag = "people",
    params(("id" = String, Path, description = "Identifier of the person")),
    request_body = AccessToShut,
    responses(
        (status = 201, description = "It is shut", body = SuspendedAccess),
        (status = 404, description = "There is no such person", body = Told, content_type = "application/problem+json"),
    )
)]
pub(super) async fn suspend(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Fields(fields): Fields<AccessToShut>,
) -> Result<(StatusCode, Json<SuspendedAccess>), Problem> {
    visitor.officer(&KEEPERS)?;
    let person = web.store.person(&id).await?.ok_or(Problem::NotFound)?;
    let access = Access {
        reason: fields.reason.trim().to_owned(),
        tool: fields.tool.unwrap_or_default(),
        days: fields.days.to_string(),
    };
    let suspension = shut(&web, &visitor, &person, &access).await??;
    Ok((StatusCode::CREATED, Json(SuspendedAccess::new(&suspension, visitor.now))))
}

/// Open somebody's access again.
#[utoipa::path(
    delete,
    path = "/api/v1/people/{id}/suspensions/{suspension}",
    tag = "people",
    params(
        ("id" = String, Path, description = "Identifier of the person"),
        ("suspension" = String, Path, description = "Identifier of the suspension"),
    ),
    responses(
        (status = 204, description = "It is open"),
        (status = 404, description = "There is no such person or suspension", body = Told, content_type = "application/problem+json"),
    )
)]
pub(super) async fn lift(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path((id, suspension)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    visitor.officer(&KEEPERS)?;
    let person = web.store.person(&id).await?.ok_or(Problem::NotFound)?;
    open(&web, &visitor, &person, &suspension).await?;
    Ok(StatusCode::NO_CONTENT)
}
