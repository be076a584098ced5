//! Signing in and out.

use axum::http::StatusCode;

use crate::harness::{MINUTE, PASSWORD, Place, but, pass};

const GOOD: [(&str, &str); 3] =
    [("email", "jo@linde.example"), ("wachtwoord", PASSWORD), ("naar", "/mensen?richting=af")];

#[tokio::test]
async fn who_signs_in_goes_on_to_where_they_wanted_to_be() {
    let place = Place::new().await;
    place.set_up().await;
    let mut browser = place.browser();
    let asked = browser.get("/mensen?richting=af").await;
    assert_eq!(asked.path, "/aanmelden?naar=%2Fmensen%3Frichting%3Daf");
    assert!(asked.has("value=\"/mensen?richting=af\""));
    let answer = browser.post("/aanmelden", &GOOD).await;
    assert_eq!((answer.status, answer.path.as_str()), (StatusCode::OK, "/mensen?richting=af"));

    // Signed out, the session is gone on the server too.
    let before = browser.clone();
    browser.post("/afmelden", &[]).await;
    for mut browser in [browser, before] {
        assert!(browser.get("/mensen").await.path.starts_with("/aanmelden"));
    }
    let mut elsewhere = place.browser();
    elsewhere.get("/aanmelden").await;
    let answer = elsewhere.post("/aanmelden", &but(&GOOD, "naar", "//evil.example")).await;
    assert_eq!(answer.path, "/");
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_are_answered_alike() {
    let place = Place::new().await;
    place.set_up().await;
    let mut browser = place.browser();
    browser.get("/aanmelden").await;
    let mut texts = Vec::new();
    for (name, value) in [("wachtwoord", "een ander wachtwoord"), ("email", "jo@linde.exampl"), ("email", "")]
    {
        let answer = browser.post("/aanmelden", &but(&GOOD, name, value)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!answer.has(PASSWORD) && !answer.has("een ander wachtwoord"));
        texts.push(answer.between("role=\"alert\"", "</div>").to_owned());
    }
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    assert_eq!(place.count("signed_in").await, 1, "from setting up");
}

#[tokio::test]
async fn after_five_mistakes_the_right_password_has_to_wait_too() {
    let place = Place::new().await;
    place.set_up().await;
    let mut browser = place.browser();
    browser.get("/aanmelden").await;
    for _ in 0..5 {
        browser.post("/aanmelden", &but(&GOOD, "wachtwoord", "een ander wachtwoord")).await;
    }
    let answer = browser.post("/aanmelden", &GOOD).await;
    assert!(answer.has("Wacht een minuut"));
    pass(MINUTE);
    assert_eq!(browser.post("/aanmelden", &GOOD).await.path, "/mensen?richting=af");
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours() {
    let place = Place::new().await;
    let mut browser = place.set_up().await;
    pass(12 * 60 * MINUTE - 1);
    assert_eq!(browser.get("/mijn-gegevens").await.status, StatusCode::OK);
    pass(1);
    assert!(browser.get("/mijn-gegevens").await.path.starts_with("/aanmelden"));
}
