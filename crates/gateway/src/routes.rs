//! The routes. Every one that carries text goes through [`pass`].

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::routing::{get, post};

use crate::Gateway;
use crate::dialect::Dialect;
use crate::models;
use crate::pass::pass;
use crate::problem::Problem;
use crate::upstream::Deployment;

/// All routes of the gateway.
pub fn router(gateway: Arc<Gateway>) -> Router {
    let text = |dialect: Dialect| {
        post(move |State(gateway): State<Arc<Gateway>>, request: Request| async move {
            let (head, body) = request.into_parts();
            pass(gateway, dialect, None, head.headers, body).await
        })
    };
    Router::new()
        .route("/v1/chat/completions", text(Dialect::Chat))
        .route("/v1/responses", text(Dialect::Responses))
        .route("/v1/embeddings", text(Dialect::Embeddings))
        .route("/v1/messages", text(Dialect::Messages))
        .route("/v1/messages/count_tokens", text(Dialect::CountTokens))
        .route("/openai/v1/chat/completions", text(Dialect::Chat))
        .route("/openai/v1/responses", text(Dialect::Responses))
        .route("/openai/v1/embeddings", text(Dialect::Embeddings))
        .route("/openai/deployments/{deployment}/chat/completions", azure(Dialect::Chat))
        .route("/openai/deployments/{deployment}/embeddings", azure(Dialect::Embeddings))
        .route(
            "/v1/models",
            get(|State(gateway): State<Arc<Gateway>>, request: Request| async move {
                models::list(gateway, request.headers().clone()).await
            }),
        )
        .route("/health", get(|| async { "ok\n" }))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .with_state(gateway)
}

#[derive(serde::Deserialize)]
struct AzureQuery {
    #[serde(rename = "api-version")]
    api_version: Option<String>,
}

fn azure(dialect: Dialect) -> axum::routing::MethodRouter<Arc<Gateway>> {
    post(
        move |State(gateway): State<Arc<Gateway>>,
              Path(name): Path<String>,
              Query(query): Query<AzureQuery>,
              request: Request| async move {
            let plain = |text: &str| {
                text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
            };
            if !plain(&name) || !query.api_version.as_deref().is_none_or(plain) {
                return Problem::NotFound.respond(dialect, gateway.language);
            }
            let (head, body) = request.into_parts();
            let deployment = Deployment { name, api_version: query.api_version };
            pass(gateway, dialect, Some(deployment), head.headers, body).await
        },
    )
}

async fn not_found(State(gateway): State<Arc<Gateway>>, request: Request) -> Response<Body> {
    let anthropic = request.headers().contains_key("anthropic-version");
    let dialect = if anthropic { Dialect::Messages } else { Dialect::Chat };
    Problem::NotFound.respond(dialect, gateway.language)
}

/// Ready is: the evidence can be written to.
async fn ready(State(gateway): State<Arc<Gateway>>) -> (StatusCode, &'static str) {
    match gateway.store.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}

async fn metrics(State(gateway): State<Arc<Gateway>>) -> Response<Body> {
    let mut response = Response::new(Body::from(gateway.metrics.text()));
    let media_type = HeaderValue::from_static("text/plain; version=0.0.4");
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    response
}
