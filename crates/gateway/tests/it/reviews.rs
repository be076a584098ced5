//! Looking at a text before it goes, masking more, and letting go of a false alarm.

use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::StatusCode;
use serde_json::{Value, json};
use sluis_core::key::VirtualKey;
use sluis_core::key::secret_hash;
use sluis_store::Source;

use crate::harness::{KEY, SOURCE, World, echo};

static NOW: AtomicI64 = AtomicI64::new(1_795_219_200_000_000);

const CLOCK: Source = Source { now: || NOW.load(Ordering::Relaxed), random: SOURCE.random };

const SETTINGS: &str = "tools.mistral = { url = \"UPSTREAM/v1\", models = [\"m\"], trust = \"contracted\" }\n\
                        tools.gratis = { url = \"UPSTREAM/v1\", models = [\"gratis\"], trust = \"open\" }\n";

const TEXT: &str = "Schilderij van mevrouw Annelies Steen, project Zilvervos, mail aan mevrouw Vermeer.";

/// Asks about a text, with this said about its review; gives status and the whole answer.
async fn ask(world: &World, key: &str, text: &str, review: Option<&str>, wish: Value) -> (StatusCode, Value) {
    ask_model(world, key, "m", text, review, wish).await
}

async fn ask_model(
    world: &World,
    key: &str,
    model: &str,
    text: &str,
    review: Option<&str>,
    wish: Value,
) -> (StatusCode, Value) {
    let mut body = json!({"model": model, "messages": [{"role": "user", "content": text}]});
    if !wish.is_null() {
        body["sluis"] = wish;
    }
    let bearer = format!("Bearer {key}");
    let mut headers = vec![("authorization", bearer.as_str())];
    headers.extend(review.map(|review| ("x-sluis-review", review)));
    let (status, answer) = world.post_with("/v1/chat/completions", body.to_string(), &headers).await;
    (status, serde_json::from_str(&answer).unwrap())
}

fn error(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or_default()
}

/// What was found, as text and kind.
fn found(text: &str, answer: &Value) -> Vec<(String, String, Value)> {
    let part = |finding: &Value| {
        let number = |name: &str| usize::try_from(finding[name].as_u64().unwrap()).unwrap();
        let (start, end) = (number("start"), number("end"));
        let surface: String = text.chars().skip(start).take(end - start).collect();
        (surface, finding["kind"].as_str().unwrap().to_owned(), finding.clone())
    };
    answer["error"]["findings"].as_array().unwrap().iter().map(part).collect()
}

#[tokio::test]
async fn a_request_that_asks_for_it_is_shown_before_it_goes_and_others_are_not() {
    let world = World::new(SETTINGS, echo).await;
    let text = "Één vraag: schrijf aan mevrouw Annelies Steen.";
    let (status, answer) = ask(&world, KEY, text, Some("1"), Value::Null).await;
    assert_eq!((status, error(&answer)), (StatusCode::CONFLICT, "review"));
    assert_eq!(answer["error"]["verdict"], "pseudonymise");
    let findings = found(text, &answer);
    assert_eq!((findings[0].0.as_str(), findings[0].1.as_str()), ("Annelies Steen", "person"));
    assert!(findings[0].2["token"].as_str().unwrap().starts_with("[PERSON_"));
    assert_eq!(findings[0].2["may_release"], true);
    assert!(!answer.to_string().contains("Annelies"), "what was found is never said back");
    assert_eq!(world.received(), "", "nothing was sent");
    let entry = world.evidence().await.pop().unwrap();
    assert_eq!((entry["event"].as_str(), entry["outcome"].as_str()), (Some("reviewed"), Some("review")));

    // With the receipt it goes, as it was shown.
    let receipt = &answer["error"]["receipt"];
    let (status, _) = ask(&world, KEY, text, Some("1"), json!({"receipt": receipt})).await;
    assert_eq!(status, StatusCode::OK);
    assert!(world.received().contains(findings[0].2["token"].as_str().unwrap()));
    assert!(!world.received().contains("sluis") && !world.received().contains("Annelies"));

    // Nothing to show: it goes. Asked for in any case: it does not.
    assert_eq!(ask(&world, KEY, "Wat is btw?", Some("1"), Value::Null).await.0, StatusCode::OK);
    let (status, answer) = ask(&world, KEY, "Wat is btw?", Some("always"), Value::Null).await;
    assert_eq!((status, &answer["error"]["findings"]), (StatusCode::CONFLICT, &json!([])));
    // A program that does not know of this notices nothing of it.
    assert_eq!(ask(&world, KEY, text, None, Value::Null).await.0, StatusCode::OK);
}

#[tokio::test]
async fn what_somebody_masks_by_hand_stays_here_and_comes_back() {
    let world = World::new(SETTINGS, echo).await;
    let wish =
        json!({"mask": [{"text": "zilvervos", "kind": "other"}, {"text": "Schilderij", "kind": "person"}]});
    let (status, answer) = ask(&world, KEY, TEXT, None, wish).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["choices"][0]["message"]["content"], TEXT, "the answer has the real words back");
    let sent = world.received();
    assert!(sent.contains("project [DETAIL_") && sent.contains("[PERSON_"), "{sent}");
    assert!(!sent.contains("ilvervos") && !sent.contains("Schilderij") && !sent.contains("sluis"), "{sent}");
    let entries = world.evidence().await;
    let entry = entries.iter().find(|entry| entry["event"] == "sent").unwrap();
    assert_eq!(entry["added"], json!({"confidential_term": 1, "person": 1}));
    assert_eq!(entry.get("released"), None);
    assert!(!entries.iter().any(|entry| entry.to_string().to_lowercase().contains("zilvervos")));
    // Not a matter of trust: masked as something else it also goes to a tool that gets no confidential words.
    let wish = json!({"mask": [{"text": "Zilvervos", "kind": "other"}]});
    let text = "Bedenk een logo voor Zilvervos.";
    let (status, _) = ask_model(&world, KEY, "gratis", text, None, wish).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!world.received().contains("ilvervos"));
}

#[tokio::test]
async fn a_false_alarm_is_let_go_of_with_the_receipt_of_this_text() {
    let world = World::new(SETTINGS, echo).await;
    let (_, answer) = ask(&world, KEY, TEXT, Some("always"), Value::Null).await;
    let receipt = &answer["error"]["receipt"];
    let wish = json!({"release": ["Annelies Steen"], "receipt": receipt});
    assert_eq!(ask(&world, KEY, TEXT, None, wish).await.0, StatusCode::OK);
    let sent = world.received();
    assert!(sent.contains("mevrouw Annelies Steen, project") && !sent.contains("Vermeer"), "{sent}");
    let entry = world.evidence().await.into_iter().find(|entry| entry["event"] == "sent").unwrap();
    assert_eq!(entry["released"], json!({"person": 1}));
    // Looked at again with the choice, it is shown as let go of.
    let wish = json!({"release": ["Annelies Steen"]});
    let (_, answer) = ask(&world, KEY, TEXT, Some("always"), wish).await;
    let findings = found(TEXT, &answer);
    let gone = findings.iter().find(|(text, ..)| text == "Annelies Steen").unwrap();
    assert_eq!((&gone.2["released"], &gone.2["token"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn a_receipt_of_somebody_else_of_another_text_forged_or_missing_is_refused() {
    let world = World::at(CLOCK, SETTINGS, echo).await;
    let other = VirtualKey {
        id: "key-2".into(),
        secret_hash: secret_hash("sluis-other"),
        ..world.store.key_by_hash(&secret_hash(KEY)).await.unwrap().unwrap()
    };
    world.store.insert_key(&other).await.unwrap();
    let (_, answer) = ask(&world, KEY, TEXT, Some("1"), Value::Null).await;
    let receipt = answer["error"]["receipt"].as_str().unwrap().to_owned();
    let with = |receipt: &str| json!({"release": ["Annelies Steen"], "receipt": receipt});
    let (until, mac) = receipt.split_once('.').unwrap();
    let later = format!("{}.{mac}", until.parse::<i64>().unwrap() + 60_000_000);
    for (key, text, wish, why) in [
        ("sluis-other", TEXT, with(&receipt), "somebody else's"),
        (KEY, "Schrijf aan mevrouw Annelies Steen.", with(&receipt), "another text"),
        (KEY, TEXT, with(&later), "forged"),
        (KEY, TEXT, with("nee"), "no receipt at all"),
        (KEY, TEXT, json!({"release": ["Annelies Steen"]}), "missing"),
    ] {
        let (status, answer) = ask(&world, key, text, None, wish).await;
        assert_eq!((status, error(&answer)), (StatusCode::CONFLICT, "receipt_not_valid"), "{why}");
    }
    NOW.fetch_add(600_000_000, Ordering::Relaxed);
    let (status, answer) = ask(&world, KEY, TEXT, None, with(&receipt)).await;
    assert_eq!((status, error(&answer)), (StatusCode::CONFLICT, "receipt_not_valid"), "expired");
    assert_eq!(world.received(), "", "nothing was sent");
    let outcome = world.evidence().await.pop().unwrap();
    assert_eq!(
        (outcome["event"].as_str(), outcome["outcome"].as_str()),
        (Some("refused"), Some("receipt_not_valid"))
    );
}

#[tokio::test]
async fn what_may_not_be_let_go_of_stays_masked_or_stopped() {
    let strict = format!("policy.overrides = \"forbid\"\n{SETTINGS}");
    let numbers = "Klant Annelies Steen, BSN 111222333, mail a.steen@voorbeeld.nl.";
    let health = "Mevrouw Annelies Steen heeft diabetes.";
    for (settings, model, text, release, status) in [
        (strict.as_str(), "m", TEXT, "Annelies Steen", StatusCode::OK),
        (SETTINGS, "m", numbers, "111222333", StatusCode::OK),
        (SETTINGS, "m", numbers, "a.steen@voorbeeld.nl", StatusCode::OK),
        (SETTINGS, "m", health, "diabetes", StatusCode::FORBIDDEN),
        (SETTINGS, "gratis", TEXT, "Annelies Steen", StatusCode::FORBIDDEN),
    ] {
        let world = World::new(settings, echo).await;
        let (_, answer) = ask_model(&world, KEY, model, text, Some("always"), Value::Null).await;
        let findings = found(text, &answer);
        let it = findings.iter().find(|(surface, ..)| surface == release).expect(release);
        assert_eq!(it.2["may_release"], false, "{release}");
        let wish = json!({"release": [release], "receipt": answer["error"]["receipt"]});
        let (given, _) = ask_model(&world, KEY, model, text, None, wish).await;
        assert_eq!(given, status, "{release}");
        assert!(!world.received().contains(release), "{release}");
    }
}
