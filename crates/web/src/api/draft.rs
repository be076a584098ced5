//! The draft of the next version. Its revision is the `ETag`; who changes it says which one they saw.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sluis_store::Draft;
use utoipa::ToSchema;

use super::body::{Fields, Json};
use super::fields::PolicyFields;
use super::policy::WholeVersion;
use super::problem::{Mistake, Problem, Told, mistakes};
use super::schema::moment;
use crate::Web;
use crate::policy::agreements::{Agreements, Position};
use crate::policy::editor::{WRITERS, check};
use crate::policy::publication::{Outcome, release};
use crate::visitor::Visitor;

/// The draft.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftPolicy {
    /// Goes up with every change; between quotation marks it is the `ETag`.
    revision: i64,
    /// Identifier of who saved it.
    saved_by: String,
    /// When.
    #[schema(format = DateTime)]
    saved_at: String,
    /// What is filled in.
    fields: PolicyFields,
}

/// What keeps the draft from being published.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problems {
    /// Nothing here: it can be published. The pointers are into `fields`.
    problems: Vec<Mistake>,
}

impl From<&Draft> for DraftPolicy {
    fn from(draft: &Draft) -> Self {
        Self {
            revision: draft.revision,
            saved_by: draft.by.clone(),
            saved_at: moment(draft.at),
            fields: PolicyFields::from(&draft.a4),
        }
    }
}

fn tagged(status: StatusCode, draft: &DraftPolicy) -> Response {
    (status, [(header::ETAG, format!("\"{}\"", draft.revision))], Json(draft)).into_response()
}

/// The revision in `If-Match`.
fn condition(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().ok().map(str::trim);
    let tag = text.and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
    let digits = tag.filter(|tag| tag.bytes().all(|byte| byte.is_ascii_digit()));
    Ok(Some(digits.and_then(|digits| digits.parse().ok()).ok_or(Problem::Condition)?))
}

/// The draft of the next version.
#[utoipa::path(
    get,
    path = "/api/v1/policy/draft",
    tag = "policy",
    responses(
        (status = 200, description = "The draft", body = DraftPolicy, headers(("ETag" = String, description = "Its revision"))),
        (status = 404, description = "There is no draft", body = Told, content_type = "application/problem+json"),
    )
)]
pub(super) async fn draft(State(web): State<Arc<Web>>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.officer(&WRITERS)?;
    let draft = web.store.draft().await?.ok_or(Problem::NotFound)?;
    Ok(tagged(StatusCode::OK, &DraftPolicy::from(&draft)))
}

/// Save the draft: with `If-Match` the one you saw, without it a new one.
#[utoipa::path(
    put,
    path = "/api/v1/policy/draft",
    tag = "policy",
    params(("If-Match" = String, Header, description = "The ETag of the draft that this takes the place of; without it there must be none", pattern = "^\"[0-9]{1,18}\"$")),
    request_body = PolicyFields,
    responses(
        (status = 200, description = "Saved", body = DraftPolicy, headers(("ETag" = String, description = "Its new revision"))),
        (status = 201, description = "A new draft", body = DraftPolicy, headers(("ETag" = String, description = "Its revision"))),
        (status = 412, description = "The draft is another one", body = Told, content_type = "application/problem+json"),
    )
)]
pub(super) async fn save_draft(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    headers: HeaderMap,
    Fields(fields): Fields<PolicyFields>,
) -> Result<Response, Problem> {
    visitor.officer(&WRITERS)?;
    let expected = condition(&headers)?;
    let a4 = fields.a4(visitor.shown.language)?;
    let by = &visitor.person.id;
    let saved = web.store.save_draft(&a4, expected, by, visitor.now).await?;
    let revision = saved.ok_or(Problem::DraftChanged)?;
    let draft = DraftPolicy::from(&Draft { revision, a4, by: by.clone(), at: visitor.now });
    let status = if expected.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    Ok(tagged(status, &draft))
}

/// Throw the draft away.
#[utoipa::path(
    delete,
    path = "/api/v1/policy/draft",
    tag = "policy",
    params(("If-Match" = String, Header, description = "The ETag of the draft that you saw", pattern = "^\"[0-9]{1,18}\"$")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 412, description = "The draft is another one, or gone", body = Told, content_type = "application/problem+json"),
    )
)]
pub(super) async fn drop_draft(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    visitor.officer(&WRITERS)?;
    let revision = condition(&headers)?.ok_or(Problem::NoCondition)?;
    let is_gone = web.store.drop_draft(revision).await?;
    if is_gone { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::DraftChanged) }
}

/// What keeps the draft from being published.
#[utoipa::path(
    get,
    path = "/api/v1/policy/draft/problems",
    tag = "policy",
    responses(
        (status = 200, description = "All problems; none means that it can be published", body = Problems),
        (status = 404, description = "There is no draft", body = Told, content_type = "application/problem+json"),
    )
)]
pub(super) async fn draft_problems(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
) -> Result<Json<Problems>, Problem> {
    visitor.officer(&WRITERS)?;
    let draft = web.store.draft().await?.ok_or(Problem::NotFound)?;
    let node = Agreements::read(&web, visitor.today).await?.judged(&web.node);
    let errors = check(&web, &node, &draft.a4, visitor.shown.language).await?;
    Ok(Json(Problems { problems: mistakes(errors) }))
}

/// Publish the draft: from its first day on it counts, and everybody is asked to sign it.
#[utoipa::path(
    post,
    path = "/api/v1/policy/draft/publish",
    tag = "policy",
    params(("If-Match" = String, Header, description = "The ETag of the draft that you saw", pattern = "^\"[0-9]{1,18}\"$")),
    responses(
        (status = 201, description = "Published", body = WholeVersion),
        (status = 412, description = "The draft is another one, or gone", body = Told, content_type = "application/problem+json"),
        (status = 422, description = "Something keeps it from being published", body = Told, content_type = "application/problem+json"),
    )
)]
pub(super) async fn publish_draft(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<WholeVersion>), Problem> {
    visitor.officer(&WRITERS)?;
    let revision = condition(&headers)?.ok_or(Problem::NoCondition)?;
    match release(&web, &visitor, revision).await? {
        Outcome::Changed => Err(Problem::DraftChanged),
        Outcome::Problems(errors) => Err(errors.into()),
        Outcome::Published(version) => {
            let agreements = Agreements::read(&web, visitor.today).await?;
            let position = Position::read(&web, &visitor).await?;
            Ok((StatusCode::CREATED, Json(WholeVersion::new(&version, &agreements, &position))))
        }
    }
}
