//! The organisation's directory keeps people and groups up to date here (SCIM 2.0: RFC 7643 and RFC 7644). It shows a
//! secret of its own, and has no session.

mod describe;
mod filter;
mod groups;
mod patch;
mod problem;
mod record;
mod resource;
mod users;

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use sluis_ledger::sha256;
use tokio::sync::Mutex;

use crate::Web;
use crate::people::invite;
use filter::Filter;
use problem::Problem;
use resource::Wanted;

/// Where the directory finds this.
pub(crate) const BASE: &str = "/scim/v2";

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// Who changed something, in the evidence, when it was the directory.
const DIRECTORY: &str = "directory";

/// The most bytes of a request.
const MAX_BODY: usize = 1 << 20;

/// The most resources in an answer.
const MAX_PAGE: usize = 200;

struct Scim {
    web: Arc<Web>,
    /// One change at a time: each looks at what is there before it writes.
    turn: Mutex<()>,
}

/// One request of the directory.
struct Call<'a> {
    web: &'a Web,
    /// Where the resources are found, as the directory reaches them.
    base: String,
    now: i64,
}

/// An answer: status and, unless there is nothing to say, a body.
type Answer = Result<(StatusCode, Value), Problem>;

pub(crate) fn router(web: Arc<Web>) -> Router {
    let scim = Arc::new(Scim { web, turn: Mutex::default() });
    Router::new().fallback(serve).with_state(scim)
}

async fn serve(State(scim): State<Arc<Scim>>, request: Request) -> Response {
    let (status, body) =
        answer(&scim, request).await.unwrap_or_else(|problem| (problem.status, problem.body()));
    let mut response = if body.is_null() {
        status.into_response()
    } else {
        (status, Body::from(body.to_string())).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"scim\""));
    }
    let place = body["meta"]["location"].as_str().filter(|_| status == StatusCode::CREATED);
    if let Some(place) = place.and_then(|place| HeaderValue::from_str(place).ok()) {
        headers.insert(header::LOCATION, place);
    }
    response
}

async fn answer(scim: &Scim, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let web = scim.web.as_ref();
    let secret = web.directory.ok_or(Problem::NOT_FOUND)?;
    if !shows(&parts.headers, &secret) {
        return Err(Problem::UNAUTHORIZED);
    }
    let call = Call { web, base: invite::link(web, &parts.headers, BASE), now: (web.source.now)() };
    let path: Vec<&str> = parts.uri.path().trim_matches('/').split('/').collect();
    let query = parts.uri.query().unwrap_or_default();
    if parts.method == Method::GET {
        return call.look(&path, &Query::read(query)?).await;
    }
    let body = to_bytes(body, MAX_BODY).await.map_err(|_| Problem::TOO_LARGE)?;
    let json = || serde_json::from_slice::<Value>(&body).map_err(|_| Problem::SYNTAX);
    if let (&Method::POST, [way @ .., ".search"]) = (&parts.method, &path[..]) {
        return call.search(way, &json()?).await;
    }
    let _turn = scim.turn.lock().await;
    let (status, value) = match (&parts.method, &path[..]) {
        (&Method::POST, ["Users"]) => (StatusCode::CREATED, call.create_user(json()?).await?),
        (&Method::PUT, ["Users", id]) => (StatusCode::OK, call.replace_user(id, json()?).await?),
        (&Method::PATCH, ["Users", id]) => (StatusCode::OK, call.patch_user(id, &json()?).await?),
        (&Method::DELETE, ["Users", id]) => (StatusCode::NO_CONTENT, call.delete_user(id).await?),
        (&Method::POST, ["Groups"]) => (StatusCode::CREATED, call.create_group(json()?).await?),
        (&Method::PUT, ["Groups", id]) => (StatusCode::OK, call.replace_group(id, json()?).await?),
        (&Method::PATCH, ["Groups", id]) => (StatusCode::OK, call.patch_group(id, &json()?).await?),
        (&Method::DELETE, ["Groups", id]) => (StatusCode::NO_CONTENT, call.delete_group(id).await?),
        (_, ["Users" | "Groups" | "ServiceProviderConfig" | "ResourceTypes" | "Schemas", ..]) => {
            return Err(Problem::METHOD);
        }
        _ => return Err(Problem::NOT_FOUND),
    };
    Ok((status, Query::read(query)?.wanted.of(value)))
}

/// Whether the request shows the secret. Takes the same time wherever the first difference is.
fn shows(headers: &HeaderMap, secret: &[u8; 32]) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((scheme, token)) = given.and_then(|given| given.split_once(' ')) else { return false };
    scheme.eq_ignore_ascii_case("bearer")
        && verify_slices_are_equal(&sha256(token.trim().as_bytes()), secret).is_ok()
}

impl Call<'_> {
    async fn look(&self, path: &[&str], query: &Query) -> Answer {
        let value = match path {
            ["Users"] => list(self.users().await?, query),
            ["Users", id] => query.wanted.of(self.user(id).await?),
            ["Groups"] => list(self.groups().await?, query),
            ["Groups", id] => query.wanted.of(self.group(id).await?),
            ["ServiceProviderConfig"] => describe::config(&self.base),
            ["ResourceTypes"] => list(describe::resource_types(&self.base), &Query::default()),
            ["ResourceTypes", name] => describe::one(describe::resource_types(&self.base), name)?,
            ["Schemas"] => list(describe::schemas(&self.base), &Query::default()),
            ["Schemas", id] => describe::one(describe::schemas(&self.base), id)?,
            _ => return Err(Problem::NOT_FOUND),
        };
        Ok((StatusCode::OK, value))
    }

    async fn search(&self, path: &[&str], body: &Value) -> Answer {
        let query = Query::of(body)?;
        let all = match path {
            ["Users"] => self.users().await?,
            ["Groups"] => self.groups().await?,
            [] => [self.users().await?, self.groups().await?].concat(),
            _ => return Err(Problem::NOT_FOUND),
        };
        Ok((StatusCode::OK, list(all, &query)))
    }

    /// The address of a resource.
    fn location(&self, kind: &str, id: &str) -> String {
        format!("{}/{kind}/{id}", self.base)
    }

    fn meta(&self, kind: &str, id: &str, created: i64, changed: i64) -> Value {
        json!({
            "resourceType": kind,
            "created": moment(created),
            "lastModified": moment(changed),
            "location": self.location(&format!("{kind}s"), id),
        })
    }
}

/// A moment as the protocol writes it.
fn moment(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at).map(|at| at.to_string()).unwrap_or_default()
}

/// What is asked for of a list.
#[derive(Debug, Default)]
struct Query {
    filter: Option<Filter>,
    /// From one.
    start: Option<usize>,
    count: Option<usize>,
    wanted: Wanted,
}

impl Query {
    fn read(query: &str) -> Result<Self, Problem> {
        let mut read = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let names = || value.split(',').map(str::to_owned).collect();
            match name.as_ref() {
                "filter" => read.filter = Some(Filter::parse(&value)?),
                // What is below the least counts as the least.
                "startIndex" => read.start = Some(number(value.parse().ok())?),
                "count" => read.count = Some(number(value.parse().ok())?),
                "attributes" => read.wanted.only = names(),
                "excludedAttributes" => read.wanted.without = names(),
                _ => {}
            }
        }
        Ok(read)
    }

    fn of(body: &Value) -> Result<Self, Problem> {
        let Value::Object(body) = body else { return Err(Problem::SYNTAX) };
        let names = |name: &str| -> Vec<String> {
            let list = body.get(name).and_then(Value::as_array).into_iter().flatten();
            list.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let amount = |name: &str| body.get(name).map(|value| number(value.as_i64())).transpose();
        let filter = body.get("filter").map(|filter| filter.as_str().ok_or(Problem::FILTER));
        Ok(Self {
            filter: filter.transpose()?.map(Filter::parse).transpose()?,
            start: amount("startIndex")?,
            count: amount("count")?,
            wanted: Wanted { only: names("attributes"), without: names("excludedAttributes") },
        })
    }
}

fn number(value: Option<i64>) -> Result<usize, Problem> {
    Ok(usize::try_from(value.ok_or(Problem::VALUE)?.max(0)).unwrap_or(usize::MAX))
}

/// A page of what the filter lets through.
fn list(mut all: Vec<Value>, query: &Query) -> Value {
    if let Some(filter) = &query.filter {
        all.retain(|one| filter.holds(one));
    }
    let start = query.start.unwrap_or(1).max(1);
    let count = query.count.unwrap_or(MAX_PAGE).min(MAX_PAGE);
    let total = all.len();
    let page: Vec<Value> =
        all.into_iter().skip(start - 1).take(count).map(|one| query.wanted.of(one)).collect();
    json!({
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": page.len(),
        "Resources": page,
    })
}
