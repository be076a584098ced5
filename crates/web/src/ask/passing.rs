//! Passing a question on to the gateway in this process, in the name of the visitor.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use serde_json::{Value, json};
use sluis_core::choice::Choices;
use sluis_core::session::PAGE_HEADER;
use sluis_core::verdict::Verdict;
use sluis_detect::Kind;
use tower::ServiceExt as _;

use crate::Web;

/// The gateway's doors.
pub(super) const CHAT: &str = "/v1/chat/completions";
pub(super) const MESSAGES: &str = "/v1/messages";

/// The most bytes of an answer that is shown as a whole.
const MAX_ANSWER: usize = 4 << 20;

/// The most tokens of an answer, at the door where there has to be a number.
const MAX_TOKENS: u32 = 4_096;

/// The most findings of a review that are read.
const MAX_SEEN: usize = 10_000;

/// A question, with what was said before it.
pub(super) struct Question<'a> {
    /// Which door.
    pub(super) door: &'static str,
    /// Tool and model.
    pub(super) model: &'a str,
    /// Questions and answers, the oldest first.
    pub(super) history: &'a [(String, String)],
    pub(super) text: &'a str,
    /// From an earlier answer that asked whether it may go.
    pub(super) receipt: Option<&'a str>,
    /// What the person decided about the text.
    pub(super) choices: &'a Choices,
    /// From an earlier look at this text.
    pub(super) seen: Option<&'a str>,
    /// Whether it is only looked at.
    pub(super) looks: bool,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The text of the answer, and the identifier of the request.
    Answer(String, String),
    /// What was found.
    Looked(Look),
    /// The gateway said no, with this status.
    Refused(Refusal, StatusCode),
    /// Something came that is no answer.
    Broken,
}

/// What the gateway found in a question that was only looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Look {
    /// In words, from the gateway.
    pub(crate) message: String,
    pub(crate) verdict: Verdict,
    /// What to send along with the choices.
    pub(crate) receipt: String,
    pub(crate) seen: Vec<Seen>,
}

/// One finding, by its place in the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// First character and one past the last.
    pub(crate) range: (usize, usize),
    pub(crate) kind: Kind,
    pub(crate) token: Option<String>,
    pub(crate) may_release: bool,
    pub(crate) released: bool,
    pub(crate) by_hand: bool,
    /// Why it was found, in Dutch and in English.
    pub(crate) why: (String, String),
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
    let mut body = json!({"model": question.model, "messages": messages(question.history, question.text)});
    if *question.choices != Choices::default() || question.seen.is_some() {
        let mask = question.choices.mask.iter().map(|one| {
            let kind = if one.person { "person" } else { "other" };
            json!({"text": one.text, "kind": kind})
        });
        body["sluis"] = json!({
            "mask": mask.collect::<Vec<_>>(),
            "release": question.choices.release,
            "receipt": question.seen,
        });
    }
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
    if question.looks {
        let always = HeaderValue::from_static("always");
        request.headers_mut().insert(HeaderName::from_static("x-sluis-review"), always);
    }
    let Some((status, id, answer)) = send(web, request).await else { return Outcome::Broken };
    match status {
        status if status.is_success() => answered(&answer, id),
        status => looked(&answer).map_or_else(|| refused(&answer, status), Outcome::Looked),
    }
}

/// A conversation as both doors take it.
fn messages(history: &[(String, String)], text: &str) -> Value {
    let said = |role: &str, text: &str| json!({"role": role, "content": text});
    let before = history.iter().flat_map(|(asked, answer)| [said("user", asked), said("assistant", answer)]);
    before.chain(std::iter::once(said("user", text))).collect()
}

/// The tools and models that the gateway knows of for this visitor.
pub(super) async fn models(web: &Web, headers: &HeaderMap) -> Vec<(String, String)> {
    let Some(request) = request(Method::GET, "/v1/models", headers, Body::empty()) else { return Vec::new() };
    let Some((_, _, list)) = send(web, request).await else { return Vec::new() };
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

/// Status, identifier of the request and body of the answer.
async fn send(web: &Web, request: Request<Body>) -> Option<(StatusCode, String, Value)> {
    // Whatever goes wrong in the gateway is an answer too.
    let Ok(response) = web.gateway.clone().oneshot(request).await;
    let status = response.status();
    let id = response.headers().get("x-sluis-request").and_then(|id| id.to_str().ok());
    let id = id.unwrap_or_default().to_owned();
    let bytes = to_bytes(response.into_body(), MAX_ANSWER).await.ok()?;
    Some((status, id, serde_json::from_slice(&bytes).ok()?))
}

/// The text in an answer, as the one or the other door writes it.
fn answered(answer: &Value, id: String) -> Outcome {
    if let Some(text) = answer.pointer("/choices/0/message/content").and_then(Value::as_str) {
        return Outcome::Answer(text.to_owned(), id);
    }
    let parts = answer.get("content").and_then(Value::as_array);
    let texts = parts.into_iter().flatten().filter_map(|part| part.get("text")?.as_str());
    let text: String = texts.collect();
    if text.is_empty() { Outcome::Broken } else { Outcome::Answer(text, id) }
}

/// What was found, if this is what the gateway says of a question that was only looked at.
fn looked(answer: &Value) -> Option<Look> {
    let error = answer.get("error").filter(|error| error["code"] == "review")?;
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let verdict = text(error, "verdict")?;
    let all = [Verdict::Allow, Verdict::Pseudonymise, Verdict::Ask, Verdict::Block];
    let one = |seen: &Value| {
        let number = |name: &str| seen.get(name)?.as_u64().and_then(|number| usize::try_from(number).ok());
        Some(Seen {
            range: (number("start")?, number("end")?),
            kind: Kind::from_name(seen.get("kind")?.as_str()?)?,
            token: text(seen, "token"),
            may_release: seen["may_release"] == true,
            released: seen["released"] == true,
            by_hand: seen["by_hand"] == true,
            why: (text(&seen["why"], "nl").unwrap_or_default(), text(&seen["why"], "en").unwrap_or_default()),
        })
    };
    Some(Look {
        message: text(error, "message")?,
        verdict: all.into_iter().find(|one| one.name() == verdict)?,
        receipt: text(error, "receipt")?,
        seen: error.get("findings")?.as_array()?.iter().take(MAX_SEEN).filter_map(one).collect(),
    })
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
        assert_eq!(answered(&chat, "1".into()), Outcome::Answer("Dag".into(), "1".into()));
        let messages =
            json!({"content": [{"type": "thinking"}, {"type": "text", "text": "Da"}, {"text": "g"}]});
        assert_eq!(answered(&messages, "1".into()), Outcome::Answer("Dag".into(), "1".into()));
        for other in [json!({}), json!([]), json!({"choices": []}), json!({"content": "x"})] {
            assert_eq!(answered(&other, String::new()), Outcome::Broken, "{other}");
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
    fn what_was_found_is_read_by_its_place() {
        let finding = json!({"part": 0, "start": 2, "end": 5, "kind": "person", "token": "[PERSON_1]",
            "may_release": true, "released": false, "by_hand": false, "why": {"nl": "Omdat.", "en": "Because."}});
        let unknown = json!({"start": 0, "end": 1, "kind": "moon"});
        let answer = json!({"error": {"code": "review", "message": "Kijk", "verdict": "pseudonymise",
            "receipt": "9.ab", "findings": [finding, unknown]}});
        let look = looked(&answer).unwrap();
        assert_eq!(
            (look.verdict, look.receipt.as_str(), look.seen.len()),
            (Verdict::Pseudonymise, "9.ab", 1)
        );
        assert_eq!((look.seen[0].range, look.seen[0].may_release), ((2, 5), true));
        assert_eq!(looked(&json!({"error": {"code": "policy_asks"}})), None);
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
