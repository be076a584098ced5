//! Passing a question on to the gateway in this process, in the name of the visitor.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use serde_json::{Value, json};
use sluis_core::session::PAGE_HEADER;
use tower::ServiceExt as _;

use crate::Web;

/// The gateway's doors.
pub(super) const CHAT: &str = "/v1/chat/completions";
pub(super) const MESSAGES: &str = "/v1/messages";

/// The most bytes of an answer that is shown as a whole.
const MAX_ANSWER: usize = 4 << 20;

/// The most tokens of an answer, at the door where there has to be a number.
const MAX_TOKENS: u32 = 4_096;

/// A question without a conversation.
pub(super) struct Question<'a> {
    /// Which door.
    pub(super) door: &'static str,
    /// Tool and model.
    pub(super) model: &'a str,
    pub(super) text: &'a str,
    /// From an earlier answer that asked whether it may go.
    pub(super) receipt: Option<&'a str>,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The text of the answer.
    Answer(String),
    /// The gateway said no, with this status.
    Refused(Refusal, StatusCode),
    /// Something came that is no answer.
    Broken,
}

/// Why there is no answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// In words, from the gateway.
    pub(crate) message: String,
    /// Its stable code.
    pub(crate) code: String,
    /// With what the person can say that it may go all the same.
    pub(crate) receipt: Option<String>,
    /// A page that helps, and the text of the link there.
    pub(crate) way: Option<(&'static str, &'static str)>,
}

/// Passes the question on and waits for the answer.
pub(super) async fn pass(web: &Web, headers: &HeaderMap, question: Question<'_>) -> Outcome {
    let mut body = json!({
        "model": question.model,
        "messages": [{"role": "user", "content": question.text}],
    });
    if question.door == MESSAGES {
        body["max_tokens"] = MAX_TOKENS.into();
    }
    let Some(mut request) = request(Method::POST, question.door, headers, Body::from(body.to_string()))
    else {
        return Outcome::Broken;
    };
    let json_type = HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::CONTENT_TYPE, json_type);
    if let Some(receipt) = question.receipt.and_then(|receipt| HeaderValue::from_str(receipt).ok()) {
        request.headers_mut().insert(HeaderName::from_static("x-sluis-receipt"), receipt);
    }
    let Some((status, answer)) = send(web, request).await else { return Outcome::Broken };
    if status.is_success() { answered(&answer) } else { refused(&answer, status) }
}

/// The tools and models that the gateway knows of for this visitor.
pub(super) async fn models(web: &Web, headers: &HeaderMap) -> Vec<(String, String)> {
    let Some(request) = request(Method::GET, "/v1/models", headers, Body::empty()) else { return Vec::new() };
    let Some((_, list)) = send(web, request).await else { return Vec::new() };
    let text = |model: &Value, name: &str| model.get(name).and_then(Value::as_str).map(str::to_owned);
    let pair = |model: &Value| Some((text(model, "owned_by")?, text(model, "id")?));
    list.get("data").and_then(Value::as_array).into_iter().flatten().filter_map(pair).collect()
}

/// A request of this page: with the session of the visitor, and what the browser said of where it comes from.
fn request(method: Method, door: &str, headers: &HeaderMap, body: Body) -> Option<Request<Body>> {
    let mut request = Request::builder().method(method).uri(door).body(body).ok()?;
    for name in [header::COOKIE, header::HOST, HeaderName::from_static("sec-fetch-site")] {
        for value in headers.get_all(&name) {
            request.headers_mut().append(name.clone(), value.clone());
        }
    }
    request.headers_mut().insert(HeaderName::from_static(PAGE_HEADER), HeaderValue::from_static("1"));
    Some(request)
}

async fn send(web: &Web, request: Request<Body>) -> Option<(StatusCode, Value)> {
    // Whatever goes wrong in the gateway is an answer too.
    let Ok(response) = web.gateway.clone().oneshot(request).await;
    let status = response.status();
    let bytes = to_bytes(response.into_body(), MAX_ANSWER).await.ok()?;
    Some((status, serde_json::from_slice(&bytes).ok()?))
}

/// The text in an answer, as the one or the other door writes it.
fn answered(answer: &Value) -> Outcome {
    if let Some(text) = answer.pointer("/choices/0/message/content").and_then(Value::as_str) {
        return Outcome::Answer(text.to_owned());
    }
    let parts = answer.get("content").and_then(Value::as_array);
    let texts = parts.into_iter().flatten().filter_map(|part| part.get("text")?.as_str());
    let text: String = texts.collect();
    if text.is_empty() { Outcome::Broken } else { Outcome::Answer(text) }
}

fn refused(answer: &Value, status: StatusCode) -> Outcome {
    let text = |name: &str| answer.pointer("/error").and_then(|error| error.get(name)?.as_str());
    let Some(message) = text("message") else { return Outcome::Broken };
    Outcome::Refused(
        Refusal {
            message: without_address(message).to_owned(),
            code: text("code").unwrap_or_default().to_owned(),
            receipt: text("receipt").map(str::to_owned),
            way: None,
        },
        status,
    )
}

/// For programs the gateway puts the address of a page behind what it says; here that is a link.
fn without_address(message: &str) -> &str {
    match message.rsplit_once(' ') {
        Some((said, address)) if address.starts_with("https://") || address.starts_with("http://") => said,
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_both_doors_are_read() {
        let chat = json!({"choices": [{"message": {"role": "assistant", "content": "Dag"}}]});
        assert_eq!(answered(&chat), Outcome::Answer("Dag".into()));
        let messages =
            json!({"content": [{"type": "thinking"}, {"type": "text", "text": "Da"}, {"text": "g"}]});
        assert_eq!(answered(&messages), Outcome::Answer("Dag".into()));
        for other in [json!({}), json!([]), json!({"choices": []}), json!({"content": "x"})] {
            assert_eq!(answered(&other), Outcome::Broken, "{other}");
        }
    }

    #[test]
    fn a21_a_refusal_keeps_its_words_its_code_and_its_receipt() {
        let said = json!({"error": {"message": "Lees eerst het beleid. https://ai.example/beleid", "code": "policy_not_acknowledged"}});
        let Outcome::Refused(refusal, status) = refused(&said, StatusCode::FORBIDDEN) else { panic!() };
        assert_eq!((refusal.message.as_str(), status), ("Lees eerst het beleid.", StatusCode::FORBIDDEN));
        assert_eq!(refusal.code, "policy_not_acknowledged");
        let asks = json!({"error": {"message": "Zeker?", "code": "policy_asks", "receipt": "abc"}});
        let Outcome::Refused(refusal, _) = refused(&asks, StatusCode::CONFLICT) else { panic!() };
        assert_eq!(refusal.receipt.as_deref(), Some("abc"));
        assert_eq!(refused(&json!("no"), StatusCode::BAD_GATEWAY), Outcome::Broken);
    }

    #[test]
    fn only_the_session_and_its_origin_go_along() {
        let mut headers = HeaderMap::new();
        headers.insert("cookie", HeaderValue::from_static("sluis=geheim"));
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        headers.insert("authorization", HeaderValue::from_static("Bearer x"));
        let request = request(Method::GET, "/v1/models", &headers, Body::empty()).unwrap();
        assert_eq!(request.headers().len(), 3);
        assert_eq!(request.headers()[PAGE_HEADER], "1");
    }
}
