//! `GET /v1/models`: the models that a key can reach.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use serde_json::{Value, json};
use sluis_core::policy::Tool;

use crate::Gateway;
use crate::dialect::Dialect;
use crate::problem::Problem;

/// Lists the models by name. A tool whose models are not written down is asked; when it does not answer, its
/// models are missing from the list, and nothing else.
pub async fn list(gateway: Arc<Gateway>, headers: HeaderMap) -> Response<Body> {
    let now = (gateway.source.now)();
    let key = match gateway.doorman.identify(&gateway.store, &headers, now).await {
        Ok(Ok(caller)) => caller.key,
        Ok(Err((refusal, _))) => return Problem::Key(refusal).respond(Dialect::Chat, gateway.language),
        Err(_) => return Problem::Store.respond(Dialect::Chat, gateway.language),
    };
    let Ok(rules) = gateway.governance.rules(&gateway.store, now).await else {
        return Problem::Store.respond(Dialect::Chat, gateway.language);
    };
    let mut models = BTreeSet::new();
    for tool in rules.policy.tools.iter().filter(|tool| key.reaches(&tool.name)) {
        let written: Vec<&String> = tool.models.iter().filter(|model| !model.ends_with('*')).collect();
        if written.len() == tool.models.len() && !written.is_empty() {
            models.extend(written.into_iter().map(|model| (model.clone(), tool.name.clone())));
        } else {
            models.extend(ask(&gateway, tool).await.into_iter().map(|model| (model, tool.name.clone())));
        }
    }
    let data: Vec<Value> = models
        .iter()
        .map(|(model, tool)| {
            // The second name is what Anthropic's client reads.
            json!({"id": model, "object": "model", "created": 0, "owned_by": tool, "type": "model", "display_name": model})
        })
        .collect();
    let first = data.first().map(|model| model["id"].clone());
    let last = data.last().map(|model| model["id"].clone());
    let body = json!({"object": "list", "data": data, "has_more": false, "first_id": first, "last_id": last});
    let mut response = Response::new(Body::from(body.to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

async fn ask(gateway: &Gateway, tool: &Tool) -> Vec<String> {
    let Ok(bytes) = gateway.upstream.models(tool).await else { return Vec::new() };
    let Ok(list) = serde_json::from_slice::<Value>(&bytes) else { return Vec::new() };
    list.get("data")
        .and_then(Value::as_array)
        .map(|models| models.iter().filter_map(|model| model.get("id")?.as_str()).map(str::to_owned))
        .into_iter()
        .flatten()
        .filter(|model| tool.offers(model))
        .take(1_000)
        .collect()
}
