//! Errors look like the provider's own, in the reader's language, and say what to do.

use insta::assert_snapshot;

use crate::harness::{World, echo};

const SETTINGS: &str = "language = \"LANGUAGE\"\n[tools.t]\nurl = \"UPSTREAM/v1\"\ntrust = \"contracted\"\n";

async fn world(language: &str) -> World {
    World::new(&SETTINGS.replace("LANGUAGE", language), echo).await
}

#[tokio::test]
async fn a_blocked_prompt_says_why_and_what_to_do() {
    let world = world("nl").await;
    let body = r#"{"model":"m","messages":[{"role":"user","content":"Het wachtwoord is Xk9#mP2$vL8q"}]}"#;
    let (status, text) = world.post("/v1/chat/completions", body).await;
    assert_snapshot!(status, @"403 Forbidden");
    assert_snapshot!(text, @r#"{"error":{"message":"Dit is niet verstuurd: in de tekst staat een wachtwoord of sleutel. Haal het wachtwoord of de sleutel weg en probeer het opnieuw. Is het al gedeeld? Vervang het dan meteen.","type":"permission_error","param":null,"code":"policy_blocked"}}"#);
    assert_eq!(world.received(), "");
    let entries = world.evidence().await;
    assert_eq!(entries.last().unwrap()["event"], "blocked");
    assert_eq!(entries.last().unwrap()["findings"]["credential"], 1);
}

#[tokio::test]
async fn a_wrong_key_is_told_in_either_protocol() {
    let world = world("en").await;
    let wrong = [("authorization", "Bearer sluis-wrong")];
    let (status, text) = world.post_with("/v1/chat/completions", "{}", &wrong).await;
    assert_snapshot!(status, @"401 Unauthorized");
    assert_snapshot!(text, @r#"{"error":{"message":"This key is not right. Use one made with \"sluis key make\".","type":"authentication_error","param":null,"code":"invalid_api_key"}}"#);
    let (status, text) = world.post_with("/v1/messages", "{}", &[("x-api-key", "nonsense")]).await;
    assert_snapshot!(status, @"401 Unauthorized");
    assert_snapshot!(text, @r#"{"type":"error","error":{"type":"authentication_error","message":"This key is not right. Use one made with \"sluis key make\".","code":"invalid_api_key"}}"#);
    assert!(world.evidence().await.is_empty(), "guesses at keys cannot fill the ledger");
}

#[tokio::test]
async fn bad_requests_are_refused_clearly_and_nothing_leaves() {
    let world = world("en").await;
    let deep = format!("{{\"messages\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    for (body, status, code) in [
        ("", 400, "invalid_json"),
        ("niet json", 400, "invalid_json"),
        (deep.as_str(), 400, "invalid_json"),
        (r#"{"model":"m","model":"n","messages":[]}"#, 400, "invalid_json"),
        (r#"{"model":"m"}"#, 400, "unreadable_content"),
        (r#"{"messages":[]}"#, 404, "model_not_found"),
        (r#"{"model":"m","messages":[],"background":true}"#, 400, "unsupported_option"),
        (
            r#"{"model":"m","messages":[{"role":"user","content":"x"}],"metadata":{"jan@voorbeeld.nl":"x"}}"#,
            400,
            "personal_data_in_key",
        ),
    ] {
        let (got, text) = world.post("/v1/chat/completions", body.to_owned()).await;
        assert_eq!(got.as_u16(), status, "{text}");
        assert!(text.contains(code), "{code}: {text}");
        let entry = world.evidence().await.pop().unwrap();
        assert_eq!(entry["outcome"], code, "a known key's refusal stands in the evidence");
    }
    assert_eq!(world.received(), "");
}

#[tokio::test]
async fn an_address_that_is_not_there_is_told_in_the_callers_protocol() {
    let world = world("en").await;
    let (status, text) = world.post_with("/v1/files", "x", &[("anthropic-version", "2023-06-01")]).await;
    assert_snapshot!(status, @"404 Not Found");
    assert!(text.starts_with(r#"{"type":"error","error":{"type":"not_found_error""#), "{text}");
}
