//! Questions to the contact point, and those below the policy.

use axum::http::StatusCode;
use sluis_core::person::Role;
use sluis_core::question::{Outcome, Question};

use crate::harness::{Browser, Place};

const GOOD: [(&str, &str); 2] = [("vraag", "Mag ik een verslag laten vertalen?"), ("aan", "contact_point")];

/// Everybody's questions of one person.
async fn questions(place: &Place, person: &str) -> Vec<Question> {
    place.store.questions_of(person).await.unwrap()
}

async fn asks(browser: &mut Browser, text: &str, to: &str) {
    browser.get("/vragen").await;
    let done = browser.post("/vragen", &[("vraag", text), ("aan", to)]).await;
    assert_eq!(done.path, "/vragen?gelukt=gevraagd", "{}", done.text);
}

#[tokio::test]
async fn a29_a_question_is_answered_and_only_its_asker_sees_it() {
    let place = Place::new().await;
    place.set_up().await;
    let mut anna = place.person("anna", "Anna Bakker", &[]).await;
    let mut bart =
        place.person("bart", "Bart Visser", &[Role::Hr, Role::PrivacyOfficer, Role::Auditor]).await;
    let mut carla = place.person("carla", "Carla Mol", &[Role::ContactPoint]).await;
    // The policy says who reads it.
    assert!(anna.get("/vragen").await.has("Jo de Vries, jo@linde.example"));
    asks(&mut anna, "Mag ik een verslag laten vertalen?", "contact_point").await;
    let id = questions(&place, "anna").await.remove(0).id;
    let path = format!("/vragen/{id}");

    for blind in [&path, &format!("{path}/antwoord")] {
        assert_eq!(bart.get(blind).await.status, StatusCode::NOT_FOUND, "{blind}");
    }
    for (path, status) in [
        (format!("{path}/antwoord"), StatusCode::NOT_FOUND),
        (format!("{path}/publiceren"), StatusCode::NOT_FOUND),
        (format!("{path}/intrekken"), StatusCode::NOT_FOUND),
        ("/beleid/vragen/weghalen".into(), StatusCode::FORBIDDEN),
    ] {
        assert_eq!(bart.post(&path, &[("antwoord", "Nee")]).await.status, status, "{path}");
    }
    assert_eq!(bart.get("/vragen/beantwoorden").await.status, StatusCode::FORBIDDEN);
    assert!(!bart.get("/vragen").await.has("verslag"));
    assert!(place.browser().get(&path).await.path.starts_with("/aanmelden"));

    // Who asked does not answer it, and sees it.
    assert!(anna.get(&path).await.has("verslag"));
    assert_eq!(
        anna.post(&format!("{path}/antwoord"), &[("antwoord", "Ja")]).await.status,
        StatusCode::FORBIDDEN
    );

    let list = carla.get("/vragen/beantwoorden").await;
    assert!(list.has(&path) && !list.has("verslag"), "{}", list.text);
    assert!(carla.get(&path).await.has("Anna Bakker"));
    let empty = carla.post(&format!("{path}/antwoord"), &[("antwoord", " ")]).await;
    assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.has("href=\"#antwoord\""));
    let done = carla.post(&format!("{path}/antwoord"), &[("antwoord", "Ja, zonder namen.")]).await;
    assert_eq!(done.path, "/vragen/beantwoorden?gelukt=beantwoord");
    let late = carla.post(&format!("{path}/antwoord"), &[("antwoord", "Toch niet.")]).await;
    assert!(late.has("al beantwoord") && late.has("Ja, zonder namen."));
    let seen = anna.get("/vragen").await;
    assert!(seen.has("Ja, zonder namen.") && seen.has("Beantwoord"));
    assert!(!seen.has("Carla"), "who answers is not named");
}

#[tokio::test]
async fn h09_no_evidence_says_who_asked() {
    let place = Place::new().await;
    let mut admin = place.set_up().await;
    let mut anna = place.person("anna", "Anna Bakker", &[]).await;
    asks(&mut anna, "Mag dit?", "contact_point").await;
    asks(&mut anna, "En dit?", "technical").await;
    let asked = questions(&place, "anna").await;
    anna.post(&format!("/vragen/{}/intrekken", asked[0].id), &[]).await;
    let path = format!("/vragen/{}", asked[1].id);
    admin.get(&path).await;
    admin.post(&format!("{path}/antwoord"), &[("antwoord", "Ja.")]).await;
    for (event, count) in [("question_asked", 2), ("question_withdrawn", 1), ("question_answered", 1)] {
        assert_eq!(place.count(event).await, count, "{event}");
    }
    let ledger = place.ledger().await;
    assert!(!ledger.contains("anna"), "{ledger}");
    assert!(!ledger.contains("Mag dit"));
    // The list of people and its sheet, the only figures there are, do not count questions.
    for path in ["/mensen", "/mensen.csv", "/mensen/anna"] {
        let page = admin.get(path).await;
        assert!(page.status.is_success(), "{path}");
        assert!(!page.has("Mag dit") && !page.has("/vragen/"), "{path}");
    }
}

#[tokio::test]
async fn a43_what_is_talked_over_with_who_leads_is_read_by_nobody_else() {
    let place = Place::new().await;
    place.set_up().await;
    let mut anna = place.person("anna", "Anna Bakker", &[]).await;
    let mut carla = place.person("carla", "Carla Mol", &[Role::ContactPoint, Role::Admin]).await;
    let mut mo = place.person("mo", "Mo Kaya", &[Role::Management]).await;
    asks(&mut anna, "Ik twijfel over een rapport.", "management").await;
    let path = format!("/vragen/{}", questions(&place, "anna").await[0].id);
    assert_eq!(carla.get(&path).await.status, StatusCode::NOT_FOUND);
    assert!(!carla.get("/vragen/beantwoorden").await.has(&path));
    assert!(mo.get("/vragen/beantwoorden").await.has(&path));
    assert!(mo.get(&path).await.has("Ik twijfel over een rapport."));

    // A31: a technical question goes to whoever runs the installation too.
    asks(&mut anna, "Werkt de sleutel nog?", "technical").await;
    let path = format!(
        "/vragen/{}",
        questions(&place, "anna").await.into_iter().find(|one| one.text.contains("sleutel")).unwrap().id
    );
    assert!(carla.get(&path).await.has("technische aanspreekpunt"));
}

#[tokio::test]
async fn a29_an_answer_goes_below_the_policy_in_other_words_and_without_the_asker() {
    let place = Place::new().await;
    place.set_up().await;
    let mut anna = place.person("anna", "Anna Bakker", &[]).await;
    let mut carla = place.person("carla", "Carla Mol", &[Role::ContactPoint]).await;
    asks(&mut anna, "Mag ik het verslag van mevrouw Jansen vertalen?", "contact_point").await;
    let path = format!("/vragen/{}", questions(&place, "anna").await[0].id);
    let publish = format!("{path}/publiceren");
    let good = [
        ("faq_vraag", "Mag ik een verslag <b>vertalen</b>?"),
        ("faq_antwoord", "Ja, zonder namen.\r\nTwijfel je? Vraag het."),
        ("zonder_namen", "ja"),
    ];
    carla.get(&path).await;
    assert_eq!(carla.post(&publish, &good).await.status, StatusCode::FORBIDDEN, "there is no answer yet");
    carla.post(&format!("{path}/antwoord"), &[("antwoord", "Ja hoor Anna.")]).await;
    let offered = carla.get(&path).await;
    assert!(offered.has("name=\"faq_vraag\"") && offered.has("Ja hoor Anna."));
    let (long, name) = ("x".repeat(2_001), "Anna Bakker wil dit weten");
    for (fields, field) in [
        (vec![good[0], good[1]], "zonder_namen"),
        (vec![("faq_vraag", " "), good[1], good[2]], "faq_vraag"),
        (vec![("faq_vraag", name), good[1], good[2]], "faq_vraag"),
        (vec![("faq_vraag", &long), good[1], good[2]], "faq_vraag"),
        (vec![good[0], ("faq_antwoord", "Ja hoor Anna."), good[2]], "faq_antwoord"),
    ] {
        let again = carla.post(&publish, &fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert!(again.has(&format!("href=\"#{field}\"")), "{field}: {}", again.text);
    }
    assert!(place.store.frequent().await.unwrap().is_empty());

    let done = carla.post(&publish, &good).await;
    assert_eq!(done.path, "/beleid?vraag-geplaatst");
    let read = anna.get("/beleid").await;
    assert!(read.has("Mag ik een verslag &#60;b&#62;vertalen&#60;/b&#62;?"), "{}", read.text);
    assert!(read.has("Ja, zonder namen.\nTwijfel je?") && read.has("href=\"/vragen\""));
    assert!(!read.has("Haal deze vraag weg") && !read.has("Jansen"));
    let id = place.store.frequent().await.unwrap().remove(0).id;
    let fields = [("vraag", id.as_str())];
    assert_eq!(anna.post("/beleid/vragen/weghalen", &fields).await.status, StatusCode::FORBIDDEN);
    assert!(carla.get("/beleid").await.has("Haal deze vraag weg"));
    assert_eq!(carla.post("/beleid/vragen/weghalen", &fields).await.path, "/beleid?vraag-weg");
    assert_eq!(carla.post("/beleid/vragen/weghalen", &fields).await.status, StatusCode::NOT_FOUND);
    assert_eq!((place.count("faq_published").await, place.count("faq_removed").await), (1, 1));
    assert!(!place.ledger().await.contains("anna"));
}

#[tokio::test]
async fn a_question_that_was_taken_back_is_gone_for_who_answers() {
    let place = Place::new().await;
    let mut admin = place.set_up().await;
    let mut anna = place.person("anna", "Anna Bakker", &[]).await;
    asks(&mut anna, "Laat maar.", "contact_point").await;
    let path = format!("/vragen/{}", questions(&place, "anna").await[0].id);
    assert_eq!(anna.post(&format!("{path}/intrekken"), &[]).await.path, "/vragen?gelukt=ingetrokken");
    let kept = questions(&place, "anna").await.remove(0);
    assert!(matches!(kept.outcome, Some(Outcome::Withdrawn(_))));
    assert_eq!(admin.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        admin.post(&format!("{path}/antwoord"), &[("antwoord", "Ja")]).await.status,
        StatusCode::NOT_FOUND
    );
    assert!(anna.get("/vragen").await.has("Ingetrokken"));
    // Once more does nothing.
    assert_eq!(anna.post(&format!("{path}/intrekken"), &[]).await.path, "/vragen");
    assert_eq!(place.count("question_withdrawn").await, 1);
}

#[tokio::test]
async fn a_question_is_judged_and_shown_as_it_was_typed() {
    let place = Place::new().await;
    place.set_up().await;
    let mut anna = place.person("anna", "Anna Bakker", &[]).await;
    anna.get("/vragen").await;
    let (most, long) = ("é".repeat(2_000), "é".repeat(2_001));
    for (fields, field) in [
        (vec![("vraag", ""), GOOD[1]], "vraag"),
        (vec![("vraag", long.as_str()), GOOD[1]], "vraag"),
        (vec![GOOD[0]], "aan"),
        (vec![GOOD[0], ("aan", "iedereen")], "aan"),
    ] {
        let again = anna.post("/vragen", &fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(again.has(&format!("href=\"#{field}\"")) && again.has(fields[0].1), "{field}");
    }
    assert!(questions(&place, "anna").await.is_empty());
    asks(&mut anna, &most, "contact_point").await;
    asks(&mut anna, "<script>alert(1)</script>\r\n\"x\"", "contact_point").await;
    let page = anna.get("/vragen").await;
    assert!(!page.has("<script>alert") && page.has("&#60;script&#62;alert(1)&#60;/script&#62;\n&#34;x&#34;"));

    for number in 2..20 {
        asks(&mut anna, &number.to_string(), "contact_point").await;
    }
    let many = anna.post("/vragen", &GOOD).await;
    assert!(many.status == StatusCode::UNPROCESSABLE_ENTITY && many.has("al 20 vragen"));
}
