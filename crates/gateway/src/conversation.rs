//! Which conversation a request belongs to: the scope in which a value keeps its token.

use aws_lc_rs::hmac;
use axum::http::HeaderMap;
use serde_json::Value;
use sluis_store::MasterKey;

use crate::dialect::Dialect;

/// A client can name its conversation in this header; then tokens of earlier turns come back even when the
/// history is not sent along.
pub const CONVERSATION_HEADER: &str = "x-sluis-conversation";

/// Stands between a provider's response id and the conversation it belongs to.
const MARK: &str = ".sluis-";

/// The scope of a request's tokens.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Decides the tokens when nothing is kept.
    pub secret: [u8; 32],
    /// The name under which the vault keeps this conversation, when it does.
    pub kept_under: Option<[u8; 32]>,
    /// Set when the provider keeps the history: the name to find the conversation by next time.
    pub kept_by_provider: Option<String>,
}

/// Finds the scope. In order: the header, the provider's own conversation (Responses), and else the beginning
/// of the conversation itself: clients that send the whole history each turn always send the same beginning.
/// Scopes never cross principals.
///
/// `fresh` names a conversation that starts now at a provider that keeps it.
pub fn scope(
    secret: &hmac::Key,
    principal: &str,
    dialect: Dialect,
    headers: &HeaderMap,
    body: &mut Value,
    fresh: impl FnOnce() -> String,
) -> Scope {
    let keyed = |label: &str, name: &str| keyed(secret, [label, principal, name]);
    let named = headers.get(CONVERSATION_HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut kept_by_provider = None;
    if dialect == Dialect::Responses {
        let continued = take_mark(body);
        let own = match body.get("conversation") {
            Some(Value::String(id)) => Some(id.clone()),
            Some(Value::Object(object)) => object.get("id").and_then(Value::as_str).map(str::to_owned),
            _ => None,
        };
        let stored = body.get("store") != Some(&Value::Bool(false));
        kept_by_provider = continued.or(own).or_else(|| stored.then(fresh));
    }
    let name = named
        .map(|name| keyed("header", &name))
        .or_else(|| kept_by_provider.as_ref().map(|name| keyed("provider", name)));
    let secret = keyed("beginning", &beginning(body));
    Scope { secret, kept_under: name, kept_by_provider }
}

fn keyed(secret: &hmac::Key, parts: [&str; 3]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(secret);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.sign().as_ref());
    out
}

/// The key of all scopes of a node.
pub(crate) fn scopes(master: &MasterKey) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, &master.derive("conversation-scopes"))
}

/// The name under which the vault keeps the conversation that `principal` calls `name` in [`CONVERSATION_HEADER`].
#[must_use]
pub fn kept_name(master: &MasterKey, principal: &str, name: &str) -> [u8; 32] {
    keyed(&scopes(master), ["header", principal, name])
}

/// Adds the conversation to a response's id on the way to the client.
#[must_use]
pub fn mark(id: &str, conversation: &str) -> String {
    format!("{id}{MARK}{conversation}")
}

/// Takes the conversation out of `previous_response_id` on the way to the provider.
fn take_mark(body: &mut Value) -> Option<String> {
    let Some(Value::String(id)) = body.get_mut("previous_response_id") else { return None };
    let (own, conversation) = id.split_once(MARK)?;
    let (own, conversation) = (own.to_owned(), conversation.to_owned());
    *id = own;
    Some(conversation)
}

/// The first thing the person said.
fn beginning(body: &Value) -> String {
    let history = body.get("messages").or_else(|| body.get("input"));
    match history {
        Some(Value::Array(turns)) => turns
            .iter()
            .find(|turn| turn.get("role").and_then(Value::as_str) == Some("user"))
            .or_else(|| turns.first())
            .map(|turn| turn.get("content").unwrap_or(turn).to_string())
            .unwrap_or_default(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// The last thing the person said, as text; empty when it was not a person who spoke last.
pub(crate) fn question(body: &Value) -> String {
    let text = |content: &Value| match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str));
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    };
    match body.get("messages").or_else(|| body.get("input")) {
        Some(Value::Array(turns)) => turns
            .last()
            .filter(|turn| turn.get("role").and_then(Value::as_str) == Some("user"))
            .and_then(|turn| turn.get("content"))
            .map(text)
            .unwrap_or_default(),
        Some(Value::String(said)) => said.clone(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(principal: &str, dialect: Dialect, headers: &HeaderMap, body: &mut Value) -> Scope {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
        scope(&key, principal, dialect, headers, body, || "fresh".into())
    }

    #[test]
    fn a_growing_history_stays_in_its_scope_and_principals_stay_apart() {
        let none = HeaderMap::new();
        let system = |text: &str| json!({"role": "system", "content": text});
        let first = json!({"role": "user", "content": "Hoi Jan"});
        let mut one = json!({"messages": [system("maandag"), first]});
        let mut two =
            json!({"messages": [system("dinsdag"), first, {"role": "assistant", "content": "Hoi"}]});
        let secret = of("a", Dialect::Chat, &none, &mut one).secret;
        assert_eq!(of("a", Dialect::Chat, &none, &mut two).secret, secret);
        assert_ne!(of("b", Dialect::Chat, &none, &mut one).secret, secret);
        assert_eq!(of("a", Dialect::Chat, &none, &mut one).kept_under, None);
    }

    #[test]
    fn the_question_is_what_the_person_said_last() {
        for (body, expected) in [
            (json!({"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]}), "b"),
            (
                json!({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}),
                "",
            ),
            (
                json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]}),
                "a\nb",
            ),
            (json!({"input": "a"}), "a"),
            (json!({"input": [{"role": "user", "content": [{"type": "input_text", "text": "a"}]}]}), "a"),
            (json!({}), ""),
        ] {
            assert_eq!(question(&body), expected, "{body}");
        }
    }

    #[test]
    fn a_named_conversation_is_kept_and_belongs_to_one_principal() {
        let mut headers = HeaderMap::new();
        headers.insert(CONVERSATION_HEADER, "zaak-7".parse().unwrap());
        let mut body = json!({"messages": []});
        let a = of("a", Dialect::Chat, &headers, &mut body).kept_under;
        assert!(a.is_some());
        assert_ne!(of("b", Dialect::Chat, &headers, &mut body).kept_under, a);
    }

    #[test]
    fn a_response_that_the_provider_keeps_carries_its_conversation() {
        let none = HeaderMap::new();
        let mut start = json!({"input": "x"});
        let started = of("a", Dialect::Responses, &none, &mut start);
        assert_eq!(started.kept_by_provider.as_deref(), Some("fresh"));
        let mut next = json!({"input": "y", "previous_response_id": mark("resp_1", "fresh")});
        assert_eq!(of("a", Dialect::Responses, &none, &mut next).kept_under, started.kept_under);
        assert_eq!(next["previous_response_id"], "resp_1");
        let mut apart = json!({"input": "x", "store": false});
        assert_eq!(of("a", Dialect::Responses, &none, &mut apart).kept_under, None);
    }
}
