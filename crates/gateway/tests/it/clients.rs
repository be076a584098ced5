//! Chat clients that people have: shut gates as messages, and the person behind a shared key.

use std::collections::HashMap;

use axum::http::StatusCode;
use serde_json::{Value, json};
use sluis_core::key::{VirtualKey, secret_hash};
use sluis_core::person::Acknowledgement;
use sluis_gateway::behind::{EMAIL_HEADER, SECRET_HEADER};

use crate::gates::{FENNA, KEY, SETTINGS, policy, world_with};
use crate::harness::{CLIENT_SECRET, World};

const SHARED: &str = "sluis-shared";

/// With a key of a chat client that the organisation shares, and this in the client's settings.
async fn world(client: &str) -> World {
    let world =
        world_with(&format!("{SETTINGS}[clients.chat]\nkeys = [\"key-3\", \"key-2\"]\n{client}")).await;
    let (key, _) = VirtualKey::make("chat".into(), 0, |bytes| bytes.fill(3));
    let key = VirtualKey { id: "key-3".into(), secret_hash: secret_hash(SHARED), ..key };
    world.store.insert_key(&key).await.unwrap();
    world
}

fn chat(stream: bool) -> String {
    json!({"model": "m", "stream": stream, "messages": [{"role": "user", "content": "Dag"}]}).to_string()
}

/// Posts with a key and headers; gives status, headers and text.
async fn post(
    world: &World,
    path: &str,
    body: String,
    key: &str,
    more: &[(&str, &str)],
) -> (StatusCode, HashMap<String, String>, String) {
    let mut request =
        reqwest::Client::builder().no_proxy().build().unwrap().post(format!("{}{path}", world.url));
    request = request.header("authorization", format!("Bearer {key}")).body(body);
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let headers = response.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    (response.status(), headers, response.text().await.unwrap())
}

#[tokio::test]
async fn a58_a_shut_gate_is_a_message_where_the_client_wants_it() {
    let world = world("gates = \"message\"\n").await;
    policy(&world).await;
    let says = "https://sluis.example/beleid";
    for (stream, kind) in [(false, "application/json"), (true, "text/event-stream")] {
        let (status, headers, text) = post(&world, "/v1/chat/completions", chat(stream), KEY, &[]).await;
        assert_eq!((status, headers["content-type"].as_str()), (StatusCode::OK, kind), "{text}");
        assert_eq!(headers["x-sluis-gate"], "policy_not_acknowledged");
        assert!(text.contains(says) && text.contains("\"finish_reason\":\"stop\""), "{text}");
        assert_eq!(text.ends_with("data: [DONE]\n\n"), stream);
    }
    let body = json!({"model": "m", "input": "Dag"}).to_string();
    let (_, headers, text) = post(&world, "/v1/responses", body, KEY, &[]).await;
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(headers["x-sluis-gate"], "policy_not_acknowledged");
    assert!(answer["output"][0]["content"][0]["text"].as_str().unwrap().contains(says), "{text}");
    assert_eq!(answer["usage"]["total_tokens"], 0);
    // Where no assistant speaks, and for everything that is no gate, there is an error as ever.
    let body = json!({"model": "m", "input": "Dag"}).to_string();
    assert_eq!(post(&world, "/v1/embeddings", body, KEY, &[]).await.0, StatusCode::FORBIDDEN);
    let body = json!({"model": "onbekend", "messages": []}).to_string();
    assert_eq!(post(&world, "/v1/chat/completions", body, KEY, &[]).await.0, StatusCode::NOT_FOUND);

    assert_eq!(world.received(), "", "nothing went out");
    let refused: Vec<Value> =
        world.evidence().await.into_iter().filter(|one| one["event"] == "refused").collect();
    assert_eq!(refused.len(), 5);
    assert!(
        refused[..4]
            .iter()
            .all(|one| { one["outcome"] == "policy_not_acknowledged" && one["principal"] == FENNA })
    );
}

#[tokio::test]
async fn a_shut_gate_stays_an_error_for_keys_of_other_programs() {
    let world = world_with(SETTINGS).await;
    policy(&world).await;
    let (status, headers, _) = post(&world, "/v1/chat/completions", chat(false), KEY, &[]).await;
    assert_eq!((status, headers.get("x-sluis-gate")), (StatusCode::FORBIDDEN, None));
}

#[tokio::test]
async fn the_person_behind_a_client_is_named_only_with_proof() {
    let world = world("identity = \"headers\"\nsecret_env = \"S\"\n").await;
    let hash = policy(&world).await;
    let ask = async |headers: &[(&str, &str)]| {
        let (status, _, text) = post(&world, "/v1/chat/completions", chat(false), SHARED, headers).await;
        let code = serde_json::from_str::<Value>(&text).unwrap()["error"]["code"].clone();
        (status, code)
    };
    let (email, secret) = ((EMAIL_HEADER, "Fenna@example.org"), (SECRET_HEADER, CLIENT_SECRET));
    let shut = |code: &str| (StatusCode::FORBIDDEN, json!(code));
    assert_eq!(ask(&[email]).await, shut("identity_not_proven"));
    assert_eq!(ask(&[email, (SECRET_HEADER, "guess")]).await, shut("identity_not_proven"));
    assert_eq!(ask(&[]).await, shut("identity_not_proven"));
    assert_eq!(ask(&[(EMAIL_HEADER, "x@example.org"), secret]).await, shut("unknown_person"));
    // Their own gates count.
    assert_eq!(ask(&[email, secret]).await, shut("policy_not_acknowledged"));
    let signed = Acknowledgement { person: FENNA.into(), policy: 1, hash, at: 1 };
    world.store.acknowledge(&signed).await.unwrap();
    assert_eq!(ask(&[email, secret]).await, (StatusCode::OK, Value::Null));
    assert_eq!(ask(&[email]).await, shut("identity_not_proven"), "also after it once was proven");

    let evidence = world.evidence().await;
    let sent: Vec<&Value> = evidence.iter().filter(|one| one["event"] == "sent").collect();
    assert_eq!((sent.len(), &sent[0]["principal"]), (1, &json!(FENNA)));
    let unproven: Vec<&Value> =
        evidence.iter().filter(|one| one["outcome"] == "identity_not_proven").collect();
    assert!(unproven.len() == 4 && unproven.iter().all(|one| one["principal"] == "key-3"));
    assert!(!evidence.iter().any(|one| one.to_string().contains("example.org")));
}

#[tokio::test]
async fn headers_that_name_somebody_count_for_nothing_with_other_keys() {
    let world = world("identity = \"headers\"\nsecret_env = \"S\"\n").await;
    let headers = [(EMAIL_HEADER, "fenna@example.org"), (SECRET_HEADER, CLIENT_SECRET)];
    let (status, _, _) =
        post(&world, "/v1/chat/completions", chat(false), crate::harness::KEY, &headers).await;
    assert_eq!(status, StatusCode::OK, "there is no policy yet, and a program has no gates");
    let sent = world.evidence().await.into_iter().find(|one| one["event"] == "sent").unwrap();
    assert_eq!(sent["principal"], "key-1");
}
