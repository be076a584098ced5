//! Everything the pages do, for programs that people use: JSON under `/api/v1`, with a key of theirs. The rules are those of the
//! pages, in the same functions; only what goes in and comes out differs.

mod access;
mod body;
mod draft;
mod fields;
mod frame;
mod keys;
mod me;
mod people;
mod policy;
mod problem;
mod schema;
mod text;
mod tools;

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, delete, get, post};
use sluis_core::key::Rates;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use crate::Web;
use problem::{Problem, Told};

/// Where the description of the API is fetched. It needs no key.
const DESCRIPTION: &str = "/api/v1/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sluis",
        version = "1",
        description = "What the pages of Sluis do, for programs that people use. Make a key at My data (/mijn-gegevens) and send it as `Authorization: Bearer sluis-…`. A program does what you may do, under your name. Problems come as `application/problem+json` with a stable `code`, in the language of `Accept-Language` (nl or en). Bodies have at most 64 KiB; texts to check or to mask, 1 MiB."
    ),
    paths(
        me::me,
        keys::keys,
        keys::make_key,
        keys::revoke_key,
        policy::policy,
        policy::versions,
        policy::version,
        policy::sheet,
        policy::sign,
        draft::draft,
        draft::save_draft,
        draft::drop_draft,
        draft::draft_problems,
        draft::publish_draft,
        tools::tools,
        text::check_text,
        text::mask_text,
        people::people,
        people::add_person,
        people::person,
        people::change_person,
        access::suspend,
        access::lift,
    ),
    components(schemas(Told)),
    tags(
        (name = "me", description = "You and your keys"),
        (name = "policy", description = "The policy on one A4: reading, signing, writing"),
        (name = "tools", description = "AI tools"),
        (name = "text", description = "Looking at a text without sending it"),
        (name = "people", description = "The people of the organisation, for administrators and personnel"),
    ),
    modifiers(&Common),
    security(("key" = []))
)]
struct Description;

/// What holds for every operation.
struct Common;

impl Modify for Common {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let mut scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        scheme.description = Some("A key of a person, made at My data".into());
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(scheme));
        for path in api.paths.paths.values_mut() {
            // Who saves without a condition makes a new draft.
            let saving = path.put.iter_mut().filter_map(|operation| operation.parameters.as_mut());
            for parameter in saving.flatten() {
                if let RefOr::T(parameter) = parameter {
                    parameter.required = Required::False;
                }
            }
            let all = [&mut path.get, &mut path.put, &mut path.post, &mut path.patch, &mut path.delete];
            for operation in all.into_iter().flatten() {
                let mut common = vec![
                    ("401", "There is no key, or it is not let in"),
                    ("403", "It is for people with another role, or the key is a program's"),
                    ("429", "Too many requests come in with this key"),
                    ("503", "Not now"),
                ];
                if operation.request_body.is_some() {
                    common.extend([
                        ("400", "It cannot be read"),
                        ("413", "It is too large"),
                        ("415", "It is not said to be JSON"),
                        ("422", "Something is not right in the fields"),
                    ]);
                }
                let conditional =
                    operation.parameters.as_ref().is_some_and(|all| all.iter().any(is_condition));
                if conditional {
                    common.extend([
                        ("400", "It cannot be read"),
                        ("428", "There has to be a condition in If-Match"),
                    ]);
                }
                for (status, description) in common {
                    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
                    let response = ResponseBuilder::new()
                        .description(description)
                        .content("application/problem+json", content.build())
                        .build();
                    let responses = &mut operation.responses.responses;
                    responses.entry(status.into()).or_insert(response.into());
                }
            }
        }
    }
}

fn is_condition(parameter: &RefOr<Parameter>) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.name == "If-Match")
}

/// The description of the API, as OpenAPI 3.1 has it.
#[must_use]
pub fn openapi() -> String {
    // Plain data of our own always becomes JSON.
    Description::openapi().to_pretty_json().unwrap_or_default() + "\n"
}

/// Every address, with what it does.
fn routes() -> [(&'static str, MethodRouter<Arc<Web>>); 18] {
    [
        ("/api/v1/me", get(me::me)),
        ("/api/v1/me/keys", get(keys::keys).post(keys::make_key)),
        ("/api/v1/me/keys/{id}", delete(keys::revoke_key)),
        ("/api/v1/policy", get(policy::policy)),
        ("/api/v1/policy/versions", get(policy::versions)),
        ("/api/v1/policy/versions/{number}", get(policy::version)),
        ("/api/v1/policy/versions/{number}/sheet.pdf", get(policy::sheet)),
        ("/api/v1/policy/acknowledgements", post(policy::sign)),
        ("/api/v1/policy/draft", get(draft::draft).put(draft::save_draft).delete(draft::drop_draft)),
        ("/api/v1/policy/draft/problems", get(draft::draft_problems)),
        ("/api/v1/policy/draft/publish", post(draft::publish_draft)),
        ("/api/v1/tools", get(tools::tools)),
        ("/api/v1/check", post(text::check_text)),
        ("/api/v1/mask", post(text::mask_text)),
        ("/api/v1/people", get(people::people).post(people::add_person)),
        ("/api/v1/people/{id}", get(people::person).patch(people::change_person)),
        ("/api/v1/people/{id}/suspensions", post(access::suspend)),
        ("/api/v1/people/{id}/suspensions/{suspension}", delete(access::lift)),
    ]
}

/// The API. It answers every address.
pub(crate) fn router(web: &Arc<Web>) -> Router {
    let mut router = Router::new().route(DESCRIPTION, get(describe));
    for (path, methods) in routes() {
        router = router.route(path, methods);
    }
    router
        .fallback(async || Problem::NotFound)
        .method_not_allowed_fallback(async || Problem::Method)
        .layer(from_fn_with_state((Arc::clone(web), Arc::new(Rates::default())), frame::frame))
        .with_state(Arc::clone(web))
}

async fn describe() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], openapi())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_address_is_described_and_every_described_one_is_there() {
        let served: BTreeSet<String> = routes().into_iter().map(|(path, _)| path.to_owned()).collect();
        let described: BTreeSet<String> = Description::openapi().paths.paths.into_keys().collect();
        assert_eq!(served, described);
    }
}
