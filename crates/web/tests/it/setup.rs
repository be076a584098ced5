//! The first visit.

use axum::http::StatusCode;
use sluis_core::person::Role;
use sluis_store::Purpose;

use crate::harness::{PASSWORD, Place, SET_UP, START, but, pass};

#[tokio::test]
async fn a03_from_empty_to_published_with_four_answers() {
    let place = Place::new().await;
    let mut browser = place.set_up().await;
    let versions = place.store.versions().await.unwrap();
    assert_eq!(versions.len(), 1);
    let a4 = &versions[0].a4;
    assert_eq!(a4.organisation, "Huisartsenpraktijk De Linde");
    assert_eq!(a4.tools.iter().collect::<Vec<_>>(), ["mistral"]);
    assert_eq!((a4.may.len(), a4.may_not.len()), (4, 4));

    let people = place.store.people().await.unwrap();
    assert_eq!(people.len(), 1);
    let person = &people[0];
    assert_eq!(person.email, "jo@linde.example");
    assert!(
        [Role::Employee, Role::Admin, Role::Management, Role::ContactPoint]
            .iter()
            .all(|role| person.is(&[*role]))
    );
    assert_eq!(versions[0].by, person.id);
    for event in ["person_added", "policy_published", "signed_in"] {
        assert_eq!(place.count(event).await, 1, "{event}");
    }
    let ledger = place.ledger().await;
    assert!(ledger.contains(&a4.sheet().version()));
    for text in ["Jo de Vries", "linde.example", PASSWORD] {
        assert!(!ledger.contains(text), "{text}");
    }

    // They are signed in, and the pages carry the name of the organisation.
    let answer = browser.get("/mijn-gegevens").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.has("Jo de Vries") && answer.has("Huisartsenpraktijk De Linde"));
}

#[tokio::test]
async fn a55_without_a_valid_policy_nothing_is_made_and_the_link_keeps_working() {
    let place = Place::new().await;
    let link = place.set_up_link().await;
    let mut browser = place.browser();
    browser.get(&link).await;
    let without_tools: Vec<_> = SET_UP.into_iter().filter(|(name, _)| *name != "toepassing").collect();
    let long = "x".repeat(201);
    for (fields, field) in [
        (but(&SET_UP, "organisatie", " "), "organisatie"),
        (but(&SET_UP, "aanspreekpunt", ""), "aanspreekpunt"),
        (but(&SET_UP, "aanspreekpunt", &long), "aanspreekpunt"),
        (but(&SET_UP, "geldt_voor", ""), "geldt_voor"),
        (but(&SET_UP, "geldt_voor", "te lang voor de pagina"), "geldt_voor"),
        (but(&SET_UP, "ingang", "morgen"), "ingang"),
        (but(&SET_UP, "toepassing", "onbekend"), "toepassingen"),
        (without_tools, "toepassingen"),
        (but(&SET_UP, "email", "jo"), "email"),
        (but(&SET_UP, "naam", ""), "naam"),
        (but(&SET_UP, "wachtwoord", "kort"), "wachtwoord"),
    ] {
        let answer = browser.post(&link, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(answer.has(&format!("href=\"#{field}\"")), "{field}: {}", answer.text);
        assert!(answer.has(&format!("id=\"{field}\"")), "{field}");
        assert!(answer.has("<title>Fout: "), "{field}");
        assert!(!answer.has(PASSWORD), "{field}");
    }
    let kept = browser.post(&link, &but(&SET_UP, "ingang", "")).await;
    assert!(kept.has("value=\"Huisartsenpraktijk De Linde\"") && kept.has("value=\"mistral\" checked"));
    assert!(place.store.people().await.unwrap().is_empty());
    assert!(place.store.versions().await.unwrap().is_empty());
    assert_eq!(browser.post(&link, &SET_UP).await.path, "/mijn-gegevens/tweede-stap?nieuw=ja");
}

#[tokio::test]
async fn a23_no_chatbots_is_a_policy_too() {
    let place = Place::new().await;
    let link = place.set_up_link().await;
    let mut browser = place.browser();
    browser.get(&link).await;
    browser.post(&link, &but(&SET_UP, "chatbots", "nee")).await;
    let versions = place.store.versions().await.unwrap();
    assert!(!versions[0].a4.chatbots && versions[0].a4.tools.is_empty());
}

#[tokio::test]
async fn a_link_works_once_in_time_and_for_its_purpose() {
    let place = Place::new().await;
    place.ticket("uitnodiging", Purpose::Invite).await;
    for path in ["/opzetten/bestaat-niet", "/opzetten/uitnodiging", "/uitnodiging/uitnodiging"] {
        assert_eq!(place.browser().get(path).await.status, StatusCode::GONE, "{path}");
    }
    place.set_up().await;
    let mut late = place.browser();
    assert_eq!(late.get("/opzetten/code").await.status, StatusCode::GONE);
    assert_eq!(late.post("/opzetten/code", &SET_UP).await.status, StatusCode::GONE);

    let other = Place::new().await;
    let link = other.set_up_link().await;
    pass(START);
    assert_eq!(other.browser().get(&link).await.status, StatusCode::GONE);
}
