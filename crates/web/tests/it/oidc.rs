//! Signing in with the organisation's own account, at a provider that is honest, broken or hostile.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::json;
use sluis_core::person::{Person, Relation, Role};
use sluis_core::verdict::Language;

use crate::harness::{Answer, Browser, MINUTE, PASSWORD, Place, now, pass};
use crate::provider::Provider;

/// A place where Jo has set everything up, and its provider.
async fn place(more: &str) -> (Place, Provider) {
    let provider = Provider::start().await;
    let place = Place::open_to(provider.doors(more)).await;
    place.set_up().await;
    (place, provider)
}

/// Signs in, and gives the page that it ends on.
async fn sign_in(provider: &Provider, browser: &mut Browser) -> Answer {
    let back = provider.visit(browser, "/mijn-gegevens").await;
    browser.get(&back).await
}

fn person(id: &str, email: &str, left_at: Option<i64>) -> Person {
    Person {
        id: id.into(),
        name: format!("Name of {id}"),
        email: email.into(),
        roles: BTreeSet::from([Role::Employee]),
        relation: Relation::default(),
        department: String::new(),
        language: Language::Nl,
        created_at: now(),
        left_at,
    }
}

#[tokio::test]
async fn b19_who_is_known_comes_in_and_goes_on_to_where_they_wanted_to_be() {
    let (place, provider) = place("").await;
    let mut browser = place.browser();
    let page = browser.get("/aanmelden?naar=/mijn-gegevens").await;
    assert!(page.has("Aanmelden met Linde") && page.has("href=\"/aanmelden/extern?naar=%2Fmijn-gegevens\""));
    assert!(page.has("name=\"wachtwoord\""));
    let answer = sign_in(&provider, &mut browser).await;
    assert_eq!((answer.status, answer.path.as_str()), (StatusCode::OK, "/mijn-gegevens"), "{}", answer.text);
    assert!(answer.has("Jo de Vries"));
    assert!(!browser.cookies.contains_key("extern"), "an attempt counts once");
    assert_eq!(place.count("signed_in").await, 2);
}

#[tokio::test]
async fn an_account_is_bound_to_the_person_and_its_address_no_longer_looked_at() {
    let (place, provider) = place("").await;
    sign_in(&provider, &mut place.browser()).await;
    place.store.insert_person(&person("bo", "bo@linde.example", None)).await.unwrap();

    // The same account with the address of another stays who it was, also when it is not verified any more.
    provider.says(json!({"sub": "jo", "email": "bo@linde.example", "email_verified": true}));
    assert!(sign_in(&provider, &mut place.browser()).await.has("Jo de Vries"));
    provider.says(json!({"sub": "jo"}));
    assert!(sign_in(&provider, &mut place.browser()).await.has("Jo de Vries"));

    // Another account that got the old address is not that person.
    provider.says(json!({"sub": "new", "email": "jo@linde.example", "email_verified": true}));
    let answer = sign_in(&provider, &mut place.browser()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.has("hoort nog bij niemand"));
}

#[tokio::test]
async fn an_administrator_unlinks_an_account_that_was_made_anew() {
    let (place, provider) = place("").await;
    place.store.insert_person(&person("bo", "bo@linde.example", None)).await.unwrap();
    let bo = |sub: &str| json!({"sub": sub, "email": "bo@linde.example", "email_verified": true});
    provider.says(bo("old"));
    let mut browser = place.browser();
    assert!(sign_in(&provider, &mut browser).await.has("Name of bo"));
    // Not by themselves, and not the account of somebody who has none.
    assert_eq!(browser.post("/mensen/bo/losmaken", &[]).await.status, StatusCode::FORBIDDEN);
    let jo = place.store.person_by_email("jo@linde.example").await.unwrap().unwrap();
    let mut admin = place.signed_in(&jo.id).await;
    assert!(!admin.get(&format!("/mensen/{}", jo.id)).await.has("Account losmaken"));
    assert!(admin.get("/mensen/bo").await.has("Account losmaken"));
    let answer = admin.post("/mensen/bo/losmaken", &[]).await;
    assert!(answer.has("Het account is losgemaakt") && !answer.has("Account losmaken"));
    assert!(browser.get("/mijn-gegevens").await.path.starts_with("/aanmelden"));
    provider.says(bo("new"));
    assert!(sign_in(&provider, &mut place.browser()).await.has("Name of bo"));
    provider.says(bo("old"));
    assert_eq!(sign_in(&provider, &mut place.browser()).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn strangers_stay_out_unless_their_domain_may_come_in() {
    let (place, provider) = place("create = true\ndomains = [\"linde.example\"]\n").await;
    for (sub, claims) in [
        ("a", json!({"email": "an@elders.example", "email_verified": true})),
        ("b", json!({"email": "an@linde.example", "email_verified": false})),
        ("c", json!({"email": "an@linde.example.elders.example", "email_verified": true})),
        ("d", json!({"preferred_username": "an@linde.example"})),
        ("e", json!({})),
    ] {
        let mut said = claims.clone();
        said["sub"] = sub.into();
        provider.says(said);
        let answer = sign_in(&provider, &mut place.browser()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{claims}");
        assert!(answer.has("hoort nog bij niemand"), "{claims}");
    }
    assert_eq!(place.store.people().await.unwrap().len(), 1);

    provider
        .says(json!({"sub": "f", "email": "An@Linde.example", "email_verified": true, "name": "An Smit"}));
    let mut browser = place.browser();
    assert!(sign_in(&provider, &mut browser).await.has("An Smit"));
    let an = place.store.person_by_email("an@linde.example").await.unwrap().unwrap();
    assert_eq!(an.roles, BTreeSet::from([Role::Employee]));
    assert_eq!(place.store.credentials(&an.id).await.unwrap(), None);
    assert_eq!(place.count("person_added").await, 2);
    assert_eq!(browser.get("/mensen").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn without_create_nobody_is_added() {
    let (place, provider) = place("").await;
    provider.says(json!({"sub": "f", "email": "an@linde.example", "email_verified": true}));
    assert_eq!(sign_in(&provider, &mut place.browser()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(place.store.people().await.unwrap().len(), 1);
}

#[tokio::test]
async fn who_has_left_stays_out() {
    let (place, provider) = place("").await;
    place.store.insert_person(&person("bo", "bo@linde.example", None)).await.unwrap();
    let bo = json!({"sub": "bo", "email": "bo@linde.example", "email_verified": true});
    provider.says(bo.clone());
    assert!(sign_in(&provider, &mut place.browser()).await.has("Name of bo"));
    place.store.update_person(&person("bo", "bo@linde.example", Some(now()))).await.unwrap();
    let answer = sign_in(&provider, &mut place.browser()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.has("werk je hier niet meer"));
    // Also when they never signed in before.
    place.store.insert_person(&person("cy", "cy@linde.example", Some(now()))).await.unwrap();
    provider.says(json!({"sub": "cy", "email": "cy@linde.example", "email_verified": true}));
    assert!(sign_in(&provider, &mut place.browser()).await.has("werk je hier niet meer"));
    assert_eq!(place.store.identity(&provider.url, "sub:cy").await.unwrap(), None);
}

#[tokio::test]
async fn groups_give_and_take_roles_and_the_last_administrator_stays() {
    let (place, provider) =
        place("[sign_in.groups]\n\"Beheer\" = [\"admin\", \"hr\"]\n\"Directie\" = [\"management\"]\n").await;
    place.store.insert_person(&person("bo", "bo@linde.example", None)).await.unwrap();
    let roles = async |sub: &str, groups: serde_json::Value| {
        provider.says(json!({"sub": sub, "email": format!("{sub}@linde.example"), "email_verified": true, "groups": groups}));
        let answer = sign_in(&provider, &mut place.browser()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let found = place.store.person_by_email(&format!("{sub}@linde.example")).await.unwrap();
        found.unwrap().roles.iter().map(|role| role.name()).collect::<Vec<_>>()
    };
    assert_eq!(roles("bo", json!(["Directie", "Beheerders"])).await, ["employee", "management"]);
    // Jo has the roles of who sets up; those that no group gives stay, and somebody has to be administrator.
    assert_eq!(roles("jo", json!([])).await, ["employee", "contact_point", "admin"]);
    assert_eq!(roles("bo", json!(["Beheer"])).await, ["employee", "hr", "admin"]);
    assert_eq!(roles("jo", json!([])).await, ["employee", "contact_point"]);
    assert_eq!(place.count("person_changed").await, 4);
}

#[tokio::test]
async fn an_answer_counts_once_in_its_own_browser_and_in_time() {
    let (place, provider) = place("").await;
    let expired = "in een andere browser begonnen";

    // Used before: the cookie is gone, and the provider gives nothing for the code again.
    let mut browser = place.browser();
    let back = provider.visit(&mut browser, "/").await;
    let before = browser.clone();
    assert_eq!(browser.get(&back).await.path, "/");
    browser.post("/afmelden", &[]).await;
    assert!(browser.get(&back).await.has(expired));
    let mut copied = before;
    assert!(copied.get(&back).await.has(expired));

    // Somebody else's browser, with and without an attempt of its own.
    let back = provider.visit(&mut place.browser(), "/").await;
    let mut other = place.browser();
    assert!(other.get(&back).await.has(expired));
    provider.visit(&mut other, "/").await;
    let answer = other.get(&back).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.has(expired));

    // Too late.
    let mut late = place.browser();
    let back = provider.visit(&mut late, "/").await;
    pass(10 * MINUTE);
    assert!(late.get(&back).await.has(expired));

    // A changed cookie, a changed state, none at all.
    for change in ["cookie", "state", "none", "twice"] {
        let mut browser = place.browser();
        let back = provider.visit(&mut browser, "/").await;
        let back = match change {
            "cookie" => {
                let cookie = browser.cookies.get_mut("extern").unwrap();
                let last = if cookie.ends_with('A') { 'B' } else { 'A' };
                cookie.pop();
                cookie.push(last);
                back
            }
            "state" => format!("{back}x"),
            "none" => "/aanmelden/extern/terug?code=abc".into(),
            _ => format!("{back}&code=def"),
        };
        assert!(browser.get(&back).await.has(expired), "{change}");
        assert!(!browser.cookies.contains_key("sluis"), "{change}");
    }
    assert_eq!(place.count("signed_in").await, 2, "setting up, and the first");
}

#[tokio::test]
async fn what_is_not_the_providers_word_lets_nobody_in() {
    let (place, provider) = place("").await;
    let jo = json!({"sub": "jo", "email": "jo@linde.example", "email_verified": true});
    for (name, value, says) in [
        ("nonce", json!("other"), "niet vaststellen"),
        ("iss", json!("https://evil.example"), "niet vaststellen"),
        ("aud", json!("other"), "niet vaststellen"),
        ("aud", json!(["sluis", "other"]), "niet vaststellen"),
        ("azp", json!("other"), "niet vaststellen"),
        ("exp", json!(now() / 1_000_000 - 3_600), "lopen niet gelijk"),
        ("iat", json!(now() / 1_000_000 + 3_600), "lopen niet gelijk"),
    ] {
        let mut claims = jo.clone();
        claims[name] = value;
        provider.says(claims);
        let mut browser = place.browser();
        let answer = sign_in(&provider, &mut browser).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
        assert!(answer.has(says) && !browser.cookies.contains_key("sluis"), "{name}: {}", answer.text);
    }
    provider.says(jo);
    for alg in ["none", "HS256", "RS256"] {
        provider.script.lock().unwrap().alg = alg.into();
        assert!(sign_in(&provider, &mut place.browser()).await.has("niet vaststellen"), "{alg}");
    }
    provider.script.lock().unwrap().alg = "EdDSA".into();

    // The word of another provider, and no word where there is always one.
    let mut browser = place.browser();
    let back = provider.visit(&mut browser, "/").await;
    assert!(browser.get(&format!("{back}&iss=https%3A%2F%2Fevil.example")).await.has("niet vaststellen"));
    let mut browser = place.browser();
    let back = provider.visit(&mut browser, "/").await;
    let good = format!("{back}&iss={}", provider.url.replace(':', "%3A").replace('/', "%2F"));
    assert_eq!(browser.get(&good).await.path, "/");
}

#[tokio::test]
async fn new_keys_are_fetched_at_most_once_a_minute() {
    let (place, provider) = place("").await;
    sign_in(&provider, &mut place.browser()).await;
    assert_eq!(provider.script.lock().unwrap().looks, 1);
    provider.script.lock().unwrap().renew("2");
    assert!(sign_in(&provider, &mut place.browser()).await.has("niet vaststellen"));
    assert_eq!(provider.script.lock().unwrap().looks, 1);
    pass(MINUTE);
    assert!(sign_in(&provider, &mut place.browser()).await.has("Jo de Vries"));
    assert_eq!(provider.script.lock().unwrap().looks, 2);
    // The same name with another key is no reason to look.
    provider.script.lock().unwrap().renew("2");
    pass(MINUTE);
    assert!(sign_in(&provider, &mut place.browser()).await.has("niet vaststellen"));
    assert_eq!(provider.script.lock().unwrap().looks, 2);
}

#[tokio::test]
async fn a_provider_that_says_no_or_nothing_lets_nobody_in() {
    let (place, provider) = place("").await;
    for (error, status, says) in [
        ("access_denied", StatusCode::FORBIDDEN, "gestopt of niet toegestaan"),
        ("temporarily_unavailable", StatusCode::SERVICE_UNAVAILABLE, "antwoordt nu niet goed"),
    ] {
        let mut browser = place.browser();
        let back = provider.visit(&mut browser, "/").await.replace("code=abc", &format!("error={error}"));
        let answer = browser.get(&back).await;
        assert_eq!(answer.status, status);
        assert!(answer.has(says) && !answer.has(error));
    }
    for (status, says) in [
        (StatusCode::BAD_REQUEST, "in een andere browser begonnen"),
        (StatusCode::INTERNAL_SERVER_ERROR, "antwoordt nu niet goed"),
        (StatusCode::TEMPORARY_REDIRECT, "antwoordt nu niet goed"),
    ] {
        provider.script.lock().unwrap().refuses = Some(status);
        assert!(sign_in(&provider, &mut place.browser()).await.has(says), "{status}");
    }
}

#[tokio::test]
async fn a_description_that_leads_elsewhere_is_not_followed() {
    for doors in [
        json!({"issuer": "https://evil.example"}),
        json!({"token_endpoint": "http://evil.example/token"}),
        json!({"authorization_endpoint": "javascript:alert(1)"}),
        json!({"jwks_uri": "http://evil.example/keys"}),
        json!({"userinfo_endpoint": "ftp://evil.example"}),
        json!({"padding": "x".repeat(300_000)}),
    ] {
        let (place, provider) = place("").await;
        provider.script.lock().unwrap().doors = doors;
        let mut browser = place.browser();
        browser.headers.push(("accept-language", "en".into()));
        let answer = browser.send("GET", "/aanmelden/extern", Body::empty()).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.has("Nothing is wrong with your account"));
        assert!(!answer.headers.contains_key("location"));
    }
}

#[tokio::test]
async fn without_passwords_only_the_first_administrator_has_one_for_emergencies() {
    let (place, provider) = place("passwords = false\n").await;
    let mut browser = place.browser();
    let page = browser.get("/aanmelden").await;
    assert!(page.has("Aanmelden met Linde") && !page.has("name=\"wachtwoord\""));
    let page = browser.get("/aanmelden?wachtwoord=ja").await;
    assert!(page.has("name=\"wachtwoord\"") && page.has("alleen voor de beheerder"));

    // Somebody with a password from before, also as an administrator.
    let jo = place.store.person_by_email("jo@linde.example").await.unwrap().unwrap();
    let credentials = place.store.credentials(&jo.id).await.unwrap().unwrap();
    let mut bo = person("bo", "bo@linde.example", None);
    bo.created_at += 1;
    bo.roles.insert(Role::Admin);
    place.store.insert_person(&bo).await.unwrap();
    place.store.set_credentials("bo", &credentials).await.unwrap();
    let answer = browser.post("/aanmelden", &[("email", "bo@linde.example"), ("wachtwoord", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.has("horen niet bij elkaar"));
    let answer = browser.post("/aanmelden", &[("email", "jo@linde.example"), ("wachtwoord", PASSWORD)]).await;
    assert_eq!((answer.status, answer.path.as_str()), (StatusCode::OK, "/"));
    provider.says(json!({"sub": "bo", "email": "bo@linde.example", "email_verified": true}));
    assert!(sign_in(&provider, &mut place.browser()).await.has("Name of bo"));

    // Who is invited is sent to the provider, and not given a link to choose a password with.
    let answer = browser.post("/mensen/uitnodigen", &[("naam", "Cy"), ("email", "cy@linde.example")]).await;
    assert!(answer.has("http://sluis.example/aanmelden<") && !answer.has("/uitnodiging/"), "{}", answer.text);
}

#[tokio::test]
async fn without_a_provider_there_is_no_way_to_one() {
    let place = Place::new().await;
    let mut browser = place.browser();
    for path in ["/aanmelden/extern", "/aanmelden/extern/terug?code=a&state=b"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND);
    }
    assert!(!browser.get("/aanmelden").await.has("/aanmelden/extern"));
}
