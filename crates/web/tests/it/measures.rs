//! Measures that were decided outside, beside suspensions.

use axum::http::StatusCode;
use sluis_core::person::{Relation, Role};

use crate::harness::{Place, but};

const GOOD: [(&str, &str); 4] =
    [("besloten_door", "mo"), ("sluiting", "los"), ("besloten_op", "2026-11-20"), ("kenmerk", "P-12/2026")];

#[tokio::test]
async fn h06_who_suspended_does_not_decide_on_the_measure_and_the_person_sees_both() {
    let place = Place::new().await;
    place.set_up().await;
    let mut anna = place.person("anna", "Anna Bakker", &[]).await;
    let mut hanna = place.person("hanna", "Hanna Smit", &[Role::Hr]).await;
    place.person("mo", "Mo Kaya", &[Role::Management]).await;
    hanna.get("/mensen/anna").await;
    let shut = [("toepassing", ""), ("dagen", "3"), ("reden", "We zoeken iets uit.")];
    hanna.post("/mensen/anna/sluiten", &shut).await;
    let suspension = place.store.suspensions_of("anna").await.unwrap().remove(0).id;
    let path = "/mensen/anna/maatregel";
    let page = hanna.get("/mensen/anna").await;
    assert!(page.has("arbeidsreglement") && page.has(&suspension));

    let same = but(&but(&GOOD, "besloten_door", "hanna"), "sluiting", &suspension);
    let refused = hanna.post(path, &same).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.has("beslist iemand anders") && refused.has("value=\"P-12/2026\""));
    let long = "x".repeat(101);
    for (name, value) in [
        ("besloten_door", ""),
        ("besloten_door", "anna"),
        ("besloten_door", "niemand"),
        ("sluiting", ""),
        ("sluiting", "iets"),
        ("besloten_op", ""),
        ("besloten_op", "2026-11-22"),
        ("kenmerk", ""),
        ("kenmerk", long.as_str()),
    ] {
        let again = hanna.post(path, &but(&GOOD, name, value)).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}={value}");
        assert!(again.has(&format!("href=\"#{name}\"")), "{name}={value}");
    }
    assert!(place.store.measures_of("anna").await.unwrap().is_empty());

    let done = hanna.post(path, &but(&GOOD, "sluiting", &suspension)).await;
    assert!(done.path.ends_with("?gelukt=maatregel") && done.has("P-12/2026"), "{}", done.text);
    let kept = place.store.measures_of("anna").await.unwrap().remove(0);
    assert_eq!((kept.decided_by.as_str(), kept.noted_by.as_str()), ("mo", "hanna"));
    assert_eq!(kept.suspension, Some(suspension));
    let seen = anna.get("/mijn-gegevens").await;
    for text in ["P-12/2026", "20-11-2026", "Mo Kaya", "staat los van het sluiten", "We zoeken iets uit."] {
        assert!(seen.has(text), "{text}");
    }
    assert_eq!(place.count("measure_noted").await, 1);
    assert!(!place.ledger().await.contains("P-12"));
}

#[tokio::test]
async fn h04_what_a_measure_follows_depends_on_how_somebody_works_here() {
    let place = Place::new().await;
    place.set_up().await;
    let mut hanna = place.person("hanna", "Hanna Smit", &[Role::Hr]).await;
    place.person("anna", "Anna Bakker", &[]).await;
    for (relation, word) in [
        (Relation::Employee, "arbeidsreglement"),
        (Relation::Temp, "uitzendbureau"),
        (Relation::Freelancer, "contract dat met deze persoon"),
        (Relation::Intern, "stageovereenkomst"),
        (Relation::Volunteer, "vrijwilligersovereenkomst"),
    ] {
        let mut anna = place.store.person("anna").await.unwrap().unwrap();
        anna.relation = relation;
        place.store.update_person(&anna).await.unwrap();
        assert!(hanna.get("/mensen/anna").await.has(word), "{word}");
    }
}

#[tokio::test]
async fn h04_only_personnel_notes_measures_and_not_about_themselves() {
    let place = Place::new().await;
    let mut admin = place.set_up().await;
    let mut anna = place.person("anna", "Anna Bakker", &[]).await;
    let mut hanna = place.person("hanna", "Hanna Smit", &[Role::Hr]).await;
    place.person("mo", "Mo Kaya", &[Role::Management]).await;
    assert!(!admin.get("/mensen/anna").await.has("/maatregel"));
    for browser in [&mut admin, &mut anna] {
        assert_eq!(browser.post("/mensen/anna/maatregel", &GOOD).await.status, StatusCode::FORBIDDEN);
    }
    assert!(!hanna.get("/mensen/hanna").await.has("/maatregel"));
    assert_eq!(hanna.post("/mensen/hanna/maatregel", &GOOD).await.status, StatusCode::FORBIDDEN);
    assert_eq!(hanna.post("/mensen/bestaat-niet/maatregel", &GOOD).await.status, StatusCode::NOT_FOUND);
    assert!(anna.get("/mijn-gegevens").await.has("geen maatregel over jou"));
}
