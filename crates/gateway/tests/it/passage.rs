//! Whole passages: what leaves, what comes back, what is recorded.

use std::sync::OnceLock;

use axum::body::{Body, Bytes};
use axum::http::Response;
use serde_json::{Value, json};

use crate::harness::{KEY, World, echo, json as json_answer};

const SETTINGS: &str = "[tools.t]\nurl = \"UPSTREAM/v1\"\ntrust = \"contracted\"\n";
const LETTER: &str =
    "Beste mevrouw Annelies de Wit, uw BSN is 111222333 en uw nummer 06 12 34 56 78. Groet, Annelies de Wit";

fn chat(content: &str) -> Value {
    json!({"model": "m", "messages": [{"role": "user", "content": content}]})
}

#[tokio::test]
async fn a_letter_goes_out_with_pseudonyms_and_comes_back_to_the_letter() {
    let world = World::new(SETTINGS, echo).await;
    let (status, text) = world.post("/v1/chat/completions", chat(LETTER).to_string()).await;
    assert_eq!(status, 200, "{text}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["choices"][0]["message"]["content"], LETTER);
    assert!(text.contains(r#""x_unknown":{"kept":[1.5,"ja"]}"#), "unknown fields survive: {text}");
    let received = world.received();
    for value in ["Annelies", "de Wit", "111222333", "06 12", "78"] {
        assert!(!received.contains(value), "{value} in {received}");
    }
    assert!(received.contains("[PERSON_") && received.contains("[BSN_") && received.contains("[PHONE_"));
    let evidence = world.evidence().await;
    let events: Vec<_> = evidence.iter().map(|entry| entry["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["sent", "answered"]);
    assert_eq!(evidence[0]["findings"]["bsn"], 1);
    assert_eq!(evidence[1]["restored"], 4);
    assert_eq!(evidence[1]["tokens_out"], 7);
    assert_eq!(evidence[0]["request"], evidence[1]["request"]);
}

#[tokio::test]
async fn lesson_6_a_value_keeps_its_token_in_later_turns_and_two_people_never_share_one() {
    let world = World::new(SETTINGS, echo).await;
    let first = json!({"role": "user", "content": "Bel mevrouw Annelies de Wit."});
    let turns = [
        json!([first]),
        json!([first, {"role": "assistant", "content": "Ik bel Annelies de Wit."},
            {"role": "user", "content": "En daarna mevrouw Karin Bakker, en weer Annelies de Wit."}]),
    ];
    for messages in turns {
        let body = json!({"model": "m", "messages": messages}).to_string();
        assert_eq!(world.post("/v1/chat/completions", body).await.0, 200);
    }
    let received = world.received();
    let tokens: std::collections::BTreeSet<&str> =
        received.match_indices("[PERSON_").map(|(at, _)| &received[at..at + 15]).collect();
    assert_eq!(tokens.len(), 2, "{received}");
}

#[tokio::test]
async fn typed_tokens_come_back_as_they_were_typed() {
    let world = World::new(SETTINGS, echo).await;
    let (_, text) =
        world.post("/v1/chat/completions", chat("Bel mevrouw Annelies de Wit.").to_string()).await;
    assert!(text.contains("Annelies de Wit"));
    let received = world.received();
    let at = received.find("[PERSON_").unwrap();
    let token = &received[at..at + 15];
    let pasted = format!("Bel mevrouw Annelies de Wit. Ik zag {token} en [PERSON_123456] staan.");
    let (_, text) = world.post("/v1/chat/completions", chat(&pasted).to_string()).await;
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["choices"][0]["message"]["content"], pasted.as_str());
}

/// A model with a memory: asked to repeat, it says the first token it ever saw.
fn remembering(body: &Bytes) -> Response<Body> {
    static SEEN: OnceLock<String> = OnceLock::new();
    let text = String::from_utf8_lossy(body);
    let token = SEEN.get_or_init(|| {
        let at = text.find("[PERSON_").expect("the first turn has a token");
        text[at..at + 15].to_owned()
    });
    json_answer(
        &json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": format!("Dat was {token}.")}}]}),
    )
}

#[tokio::test]
async fn a_named_conversation_knows_the_tokens_of_its_earlier_turns_and_no_other_does() {
    let world = World::new(SETTINGS, remembering).await;
    let bearer = format!("Bearer {KEY}");
    let named = |name| [("authorization", bearer.clone()), ("x-sluis-conversation", name)];
    let ask = |text: &str, name: &str| {
        let headers = named(name.to_owned());
        let body = chat(text).to_string();
        let world = &world;
        async move {
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            world.post_with("/v1/chat/completions", body, &headers).await.1
        }
    };
    ask("Bel mevrouw Annelies de Wit.", "zaak-7").await;
    assert!(ask("Wie was dat?", "zaak-7").await.contains("Dat was Annelies de Wit."));
    assert!(ask("Wie was dat?", "zaak-8").await.contains("Dat was [PERSON_"));
}

#[tokio::test]
async fn ask_wants_a_receipt_that_fits_this_very_text() {
    let settings = "[policy.table.contracted]\npersonal = \"ask\"\n[tools.t]\nurl = \"UPSTREAM/v1\"\ntrust = \"contracted\"\n";
    let world = World::new(settings, echo).await;
    let (status, text) =
        world.post("/v1/chat/completions", chat("Bel mevrouw Karin Bakker.").to_string()).await;
    assert_eq!(status, 409, "{text}");
    assert_eq!(world.received(), "");
    let error: Value = serde_json::from_str(&text).unwrap();
    let receipt = error["error"]["receipt"].as_str().unwrap();
    let bearer = format!("Bearer {KEY}");
    let headers = [("authorization", bearer.as_str()), ("x-sluis-receipt", receipt)];
    let other = chat("Bel mevrouw Annelies de Wit.").to_string();
    assert_eq!(world.post_with("/v1/chat/completions", other, &headers).await.0, 409);
    let same = chat("Bel mevrouw Karin Bakker.").to_string();
    assert_eq!(world.post_with("/v1/chat/completions", same, &headers).await.0, 200);
    assert!(!world.received().contains("Karin"), "what is recognised goes as a pseudonym all the same");
}

#[tokio::test]
async fn b14_a_decision_on_a_person_waits_for_a_person_and_b15_a_prohibited_practice_does_not_leave() {
    let world = World::new("[tools.t]\nurl = \"UPSTREAM/v1\"\ntrust = \"contracted\"\n", echo).await;
    let path = "/v1/chat/completions";
    let (status, text) = world.post(path, chat("Wie van deze drie moet ik ontslaan?").to_string()).await;
    assert_eq!(status, 409, "{text}");
    let error: Value = serde_json::from_str(&text).unwrap();
    let bearer = format!("Bearer {KEY}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("x-sluis-receipt", error["error"]["receipt"].as_str().unwrap()),
    ];
    assert_eq!(world.received(), "");
    let again = chat("Wie van deze drie moet ik ontslaan?").to_string();
    assert_eq!(world.post_with(path, again, &headers).await.0, 200);

    let emotion = chat("Bepaal of deze sollicitant liegt aan zijn stem.").to_string();
    let (status, text) = world.post(path, emotion).await;
    assert_eq!(status, 403);
    assert!(text.contains("artikel 5 lid 1 onder f"), "{text}");
    let question = chat("Mag ik de stem van een sollicitant op emoties laten beoordelen?").to_string();
    assert_eq!(world.post(path, question).await.0, 200);
}

#[tokio::test]
async fn a_tool_that_nobody_decided_on_gets_nothing() {
    let world = World::new("[tools.t]\nurl = \"UPSTREAM/v1\"\ntrust = \"unknown\"\n", echo).await;
    assert_eq!(world.post("/v1/chat/completions", chat("Hallo").to_string()).await.0, 403);
    assert_eq!(world.received(), "");
}

#[tokio::test]
async fn the_demonstration_model_speaks_every_protocol() {
    let world = World::new("demo = true\n", echo).await;
    let letter = "Schrijf aan mevrouw Annelies de Wit.";
    for (path, body) in [
        ("/v1/chat/completions", json!({"model": "demo", "messages": [{"role": "user", "content": letter}]})),
        (
            "/v1/chat/completions",
            json!({"model": "demo", "stream": true, "messages": [{"role": "user", "content": letter}]}),
        ),
        ("/v1/responses", json!({"model": "demo", "input": letter})),
        (
            "/v1/messages",
            json!({"model": "demo", "max_tokens": 9, "messages": [{"role": "user", "content": letter}]}),
        ),
    ] {
        let (status, text) = world.post(path, body.to_string()).await;
        assert_eq!(status, 200, "{text}");
        assert!(text.contains("PERSON\u{b7}"), "it shows what it got: {text}");
    }
    let (status, text) =
        world.post("/v1/embeddings", json!({"model": "demo", "input": [letter]}).to_string()).await;
    assert_eq!(status, 200, "{text}");
}
