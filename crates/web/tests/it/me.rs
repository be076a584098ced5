//! What people see of themselves, and the second step.

use aws_lc_rs::hmac;
use axum::http::StatusCode;

use crate::harness::{Browser, MINUTE, PASSWORD, Place, now, pass};

const LOGIN: [(&str, &str); 2] = [("email", "jo@linde.example"), ("wachtwoord", PASSWORD)];

/// The code that an app would show.
fn code(letters: &str) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut secret, mut bits, mut count) = (Vec::new(), 0, 0);
    for letter in letters.chars() {
        bits = bits << 5 | alphabet.find(letter).unwrap();
        count += 5;
        if count >= 8 {
            count -= 8;
            secret.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
        bits &= 0xff;
    }
    let step = now() / 30_000_000;
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let at = usize::from(tag.as_ref()[19] & 15);
    let number = u32::from_be_bytes(tag.as_ref()[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// Switches the second step on and gives the secret.
async fn switch_on(browser: &mut Browser) -> String {
    let offer = browser.get("/mijn-gegevens/tweede-stap").await;
    let secret = offer.between("name=\"geheim\" value=\"", "\"").to_owned();
    assert!(offer.has("src=\"data:image/svg+xml;base64,"));
    let wrong = browser.post("/mijn-gegevens/tweede-stap", &[("geheim", &secret), ("code", "12345")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.has(&format!("value=\"{secret}\"")),
        "the same secret, so that the app need not be set again"
    );
    let done =
        browser.post("/mijn-gegevens/tweede-stap", &[("geheim", &secret), ("code", &code(&secret))]).await;
    assert_eq!(done.path, "/mijn-gegevens?gelukt=code-aan");
    secret
}

#[tokio::test]
async fn with_a_second_step_a_password_alone_opens_nothing() {
    let place = Place::new().await;
    let mut browser = place.set_up().await;
    let secret = switch_on(&mut browser).await;

    let mut other = place.browser();
    other.get("/aanmelden").await;
    let asked = other.post("/aanmelden", &LOGIN).await;
    assert_eq!(asked.path, "/aanmelden/code?naar=%2F");
    assert!(other.get("/mijn-gegevens").await.path.starts_with("/aanmelden"));
    // The code that switched it on counts no second time.
    let used = code(&secret);
    let again = other.post("/aanmelden/code", &[("code", &used)]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    pass(MINUTE / 2);
    assert_eq!(
        other.post("/aanmelden/code", &[("code", &code(&secret)), ("naar", "/mijn-gegevens")]).await.path,
        "/mijn-gegevens"
    );
    assert!(!other.cookies.contains_key("stap"));

    // Without the password just before, a code opens nothing.
    let mut third = place.browser();
    third.get("/aanmelden").await;
    pass(MINUTE / 2);
    assert_eq!(third.post("/aanmelden/code", &[("code", &code(&secret))]).await.path, "/aanmelden");
    third.post("/aanmelden", &LOGIN).await;
    pass(5 * MINUTE);
    assert_eq!(third.post("/aanmelden/code", &[("code", &code(&secret))]).await.path, "/aanmelden");
    // Nor does a cookie that somebody else made up.
    let id = place.store.people().await.unwrap()[0].id.clone();
    third.cookies.insert("stap".into(), format!("{id}.{}.AAAA", i64::MAX));
    assert_eq!(third.post("/aanmelden/code", &[("code", &code(&secret))]).await.path, "/aanmelden");
}

#[tokio::test]
async fn codes_cannot_be_tried_out() {
    let place = Place::new().await;
    let mut browser = place.set_up().await;
    let secret = switch_on(&mut browser).await;
    pass(MINUTE);
    let mut other = place.browser();
    other.get("/aanmelden").await;
    other.post("/aanmelden", &LOGIN).await;
    for _ in 0..5 {
        other.post("/aanmelden/code", &[("code", "00000x")]).await;
    }
    let answer = other.post("/aanmelden/code", &[("code", &code(&secret))]).await;
    assert!(answer.has("Wacht een minuut"));
}

#[tokio::test]
async fn the_second_step_goes_off_with_the_password_only() {
    let place = Place::new().await;
    let mut browser = place.set_up().await;
    switch_on(&mut browser).await;
    let path = "/mijn-gegevens/tweede-stap/uit";
    let wrong = browser.post(path, &[("wachtwoord", "een ander wachtwoord")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.post(path, &[("wachtwoord", PASSWORD)]).await.path, "/mijn-gegevens?gelukt=code-uit");
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let place = Place::new().await;
    let mut browser = place.set_up().await;
    let mut other = place.browser();
    other.get("/aanmelden").await;
    other.post("/aanmelden", &LOGIN).await;
    assert_eq!(other.get("/mijn-gegevens").await.status, StatusCode::OK);
    let path = "/mijn-gegevens/wachtwoord";
    let new = "een heel ander wachtwoord";
    let wrong = browser.post(path, &[("huidig", "dit is het niet"), ("nieuw", new)]).await;
    assert!(wrong.has("href=\"#huidig\"") && !wrong.has(new));
    let weak = browser.post(path, &[("huidig", PASSWORD), ("nieuw", "kort")]).await;
    assert!(weak.has("href=\"#nieuw\""));
    let done = browser.post(path, &[("huidig", PASSWORD), ("nieuw", new)]).await;
    assert_eq!(done.path, "/mijn-gegevens?gelukt=wachtwoord");
    assert!(other.get("/mijn-gegevens").await.path.starts_with("/aanmelden"));
    assert_eq!(other.post("/aanmelden", &LOGIN).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    let mut third = place.browser();
    third.get("/aanmelden").await;
    third.post("/aanmelden", &[("email", "jo@linde.example"), ("wachtwoord", new)]).await;
    browser.post("/mijn-gegevens/overal-afmelden", &[]).await;
    for mut one in [browser, third] {
        assert!(one.get("/mijn-gegevens").await.path.starts_with("/aanmelden"));
    }
}

#[tokio::test]
async fn people_see_all_that_is_kept_about_them() {
    let place = Place::new().await;
    let mut browser = place.set_up().await;
    let person = place.store.people().await.unwrap().remove(0);
    let version = place.store.versions().await.unwrap().remove(0);
    let signed = sluis_core::person::Acknowledgement {
        person: person.id.clone(),
        policy: version.number,
        hash: version.hash,
        at: now(),
    };
    place.store.acknowledge(&signed).await.unwrap();
    let page = browser.get("/mijn-gegevens").await;
    for text in
        ["Jo de Vries", "jo@linde.example", &person.id, "Beheerder", "Aanspreekpunt", "21-11-2026 14:00"]
    {
        assert!(page.has(text), "{text}");
    }
    assert!(page.has("href=\"/beleid/versies/1\""));
    assert!(page.has(&sluis_ledger::hex(&version.hash[..8])));
}
