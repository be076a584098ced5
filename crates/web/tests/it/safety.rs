//! What keeps pages safe whatever stands on them.

use axum::body::Body;
use axum::http::StatusCode;

use crate::harness::{PASSWORD, Place};

#[tokio::test]
async fn a_form_without_its_token_does_nothing() {
    let place = Place::new().await;
    let mut browser = place.set_up().await;
    let person = place.store.people().await.unwrap().remove(0);
    let path = format!("/mensen/{}", person.id);
    let fields = [("naam", "Anders"), ("email", "anders@linde.example"), ("rollen", "admin")];
    let good = browser.csrf.clone();
    let mut stranger = place.browser();
    stranger.get("/aanmelden").await;
    for csrf in ["", "fout", &stranger.csrf.clone()] {
        let answer = browser.post_once(&path, &fields, csrf).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{csrf}");
        assert!(answer.has("Dit is niet gedaan"));
    }
    browser.headers = vec![("sec-fetch-site", "cross-site".into())];
    assert_eq!(browser.post_once(&path, &fields, &good).await.status, StatusCode::FORBIDDEN);
    browser.headers = vec![("origin", "https://evil.example".into())];
    assert_eq!(browser.post_once(&path, &fields, &good).await.status, StatusCode::FORBIDDEN);
    assert_eq!(place.store.people().await.unwrap(), std::slice::from_ref(&person));

    browser.headers = vec![("origin", "https://sluis.example".into())];
    assert_eq!(browser.post_once(&path, &fields, &good).await.status, StatusCode::SEE_OTHER);
    assert_ne!(place.store.people().await.unwrap(), [person]);
}

#[tokio::test]
async fn every_answer_has_the_headers() {
    let place = Place::with(true).await;
    let mut browser = place.browser();
    for path in ["/aanmelden", "/bestaat-niet", "/static/sluis.css", "/static/bestaat-niet", "/opzetten/x"] {
        let answer = browser.get(path).await;
        let header = |name: &str| answer.headers.get(name).map_or("", |value| value.to_str().unwrap());
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        let is_kept = path == "/static/sluis.css";
        assert_eq!(header("cache-control").contains("no-store"), !is_kept, "{path}");
        assert!(header("strict-transport-security").starts_with("max-age="), "{path}");
        if !is_kept {
            for word in ["<style", " style=\"", " onclick=", "<script>"] {
                assert!(!answer.has(word), "{path}: {word}");
            }
        }
    }
    assert!(browser.cookies.keys().all(|name| name.starts_with("__Host-")), "{:?}", browser.cookies);
}

#[tokio::test]
async fn forms_have_a_limit() {
    let place = Place::new().await;
    let mut browser = place.browser();
    browser.get("/aanmelden").await;
    let text = "x".repeat(70_000);
    let answer = browser.post("/aanmelden", &[("email", &text), ("wachtwoord", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let many: Vec<(&str, &str)> = std::iter::repeat_n(("a", "b"), 2_000).collect();
    assert_eq!(browser.post("/aanmelden", &many).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let answer = browser.send("POST", "/aanmelden", Body::from(vec![0xff; 100])).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn pages_come_in_the_language_of_the_visitor() {
    let place = Place::new().await;
    let mut browser = place.browser();
    assert!(browser.get("/aanmelden").await.has("<html lang=\"nl\">"));
    browser.headers = vec![("accept-language", "en-GB,en;q=0.9,nl;q=0.8".into())];
    let english = browser.get("/aanmelden").await;
    assert!(english.has("<html lang=\"en\">") && english.has("<h1>Sign in</h1>"));
    let answer = browser.post("/taal", &[("taal", "nl"), ("naar", "/aanmelden")]).await;
    assert!(answer.has("<h1>Aanmelden</h1>"));

    let mut signed_in = place.set_up().await;
    signed_in.post("/taal", &[("taal", "en"), ("naar", "/mijn-gegevens")]).await;
    signed_in.cookies.remove("taal");
    assert!(signed_in.get("/mijn-gegevens").await.has("<h1>My data</h1>"));
    assert_eq!(signed_in.post("/taal", &[("taal", "xx")]).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_address_for_forms_leads_to_the_page_of_the_form() {
    let place = Place::new().await;
    let mut browser = place.set_up().await;
    assert_eq!(browser.get("/mijn-gegevens/wachtwoord").await.path, "/mijn-gegevens");
    assert_eq!(browser.get("/afmelden").await.path, "/");
    assert_eq!(browser.send("PUT", "/afmelden", Body::empty()).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn when_the_store_does_not_answer_the_page_says_so_without_details() {
    let place = Place::new().await;
    let mut browser = place.set_up().await;
    place.store.close().await;
    let answer = browser.get("/mijn-gegevens").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.has("Probeer het zo opnieuw") && !answer.has("closed"));
}
