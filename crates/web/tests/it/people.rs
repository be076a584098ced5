//! The list of people, and one of them.

use axum::http::StatusCode;
use sluis_core::person::{Person, Role};

use crate::harness::{Answer, Browser, MINUTE, PASSWORD, Place, but, pass};

const ANNA: [(&str, &str); 5] = [
    ("naam", "Anna Bakker"),
    ("email", "Anna@Linde.example"),
    ("relatie", "temp"),
    ("afdeling", "Balie"),
    ("taal", "nl"),
];

/// Invites somebody; the answer has the link.
async fn invite(browser: &mut Browser, fields: &[(&str, &str)]) -> String {
    browser.get("/mensen/uitnodigen").await;
    link_of(&browser.post("/mensen/uitnodigen", fields).await)
}

fn link_of(answer: &Answer) -> String {
    answer.between("http://sluis.example", "</p>").to_owned()
}

async fn found(place: &Place, email: &str) -> Person {
    place.store.person_by_email(email).await.unwrap().unwrap()
}

/// Somebody with these roles, signed in.
pub async fn somebody(place: &Place, admin: &mut Browser, name: &str, role: &str) -> Browser {
    let email = format!("{name}@linde.example");
    let link = invite(admin, &[("naam", name), ("email", &email), ("rollen", role)]).await;
    let mut browser = place.browser();
    browser.get(&link).await;
    browser.post(&link, &[("wachtwoord", PASSWORD)]).await;
    browser
}

#[tokio::test]
async fn who_is_invited_chooses_a_password_once() {
    let place = Place::new().await;
    let mut admin = place.set_up().await;
    let link = invite(&mut admin, &ANNA).await;
    let anna = found(&place, "anna@linde.example").await;
    assert_eq!(
        (anna.name.as_str(), anna.relation.name(), anna.department.as_str()),
        ("Anna Bakker", "temp", "Balie")
    );
    assert_eq!(anna.roles.iter().collect::<Vec<_>>(), [&Role::Employee]);
    assert_eq!(place.count("person_added").await, 2);

    let (mut browser, mut late) = (place.browser(), place.browser());
    assert!(browser.get(&link).await.has("Anna Bakker"));
    late.get(&link).await;
    let weak = browser.post(&link, &[("wachtwoord", "annabakker12")]).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.post(&link, &[("wachtwoord", PASSWORD)]).await.path, "/");
    assert!(browser.get("/mijn-gegevens").await.has("Anna Bakker"));
    assert_eq!(
        late.post(&link, &[("wachtwoord", "nog een ander wachtwoord")]).await.status,
        StatusCode::GONE
    );

    let known = admin.post("/mensen/uitnodigen", &ANNA).await;
    assert_eq!(known.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(known.has("href=\"#email\"") && known.has("value=\"Anna Bakker\""));
}

#[tokio::test]
async fn the_list_sorts_and_goes_to_a_spreadsheet() {
    let place = Place::new().await;
    let mut admin = place.set_up().await;
    invite(&mut admin, &but(&ANNA, "naam", "=Anna;\"A\"")).await;
    let list = admin.get("/mensen?sorteer=email&richting=af").await;
    assert!(list.has("aria-sort=\"descending\""));
    assert!(list.text.find("jo@linde").unwrap() < list.text.find("anna@linde").unwrap());
    let list = admin.get("/mensen?sorteer=onzin").await;
    assert!(list.text.find("anna@linde").unwrap() < list.text.find("jo@linde").unwrap());

    let csv = admin.get("/mensen.csv?sorteer=naam").await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert!(
        csv.has("\"'=Anna;\"\"A\"\"\";\"anna@linde.example\";\"Balie\";\"Uitzendkracht\""),
        "{}",
        csv.text
    );
}

#[tokio::test]
async fn only_who_keeps_the_list_sees_it() {
    let place = Place::new().await;
    let mut admin = place.set_up().await;
    let id = found(&place, "jo@linde.example").await.id;
    let mut plain = somebody(&place, &mut admin, "bart", "auditor").await;
    for path in ["/mensen", "/mensen.csv", "/mensen/uitnodigen", &format!("/mensen/{id}")] {
        assert_eq!(plain.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert!(place.browser().get(path).await.path.starts_with("/aanmelden"), "{path}");
    }
    for path in ["/mensen/uitnodigen", &format!("/mensen/{id}"), &format!("/mensen/{id}/sluiten")] {
        assert_eq!(plain.post(path, &ANNA).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(admin.get("/mensen/bestaat-niet").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn personnel_cannot_make_themselves_or_others_more_than_they_are() {
    let place = Place::new().await;
    let mut admin = place.set_up().await;
    let mut hr = somebody(&place, &mut admin, "hanna", "hr").await;
    somebody(&place, &mut admin, "mo", "management").await;
    // Roles that come with an invitation or a change are not heard.
    invite(&mut hr, &[("naam", "Piet"), ("email", "piet@linde.example"), ("rollen", "admin")]).await;
    let piet = found(&place, "piet@linde.example").await;
    assert!(!piet.is(&[Role::Admin]));
    let hanna = found(&place, "hanna@linde.example").await;
    let path = format!("/mensen/{}", hanna.id);
    let fields = [("naam", "Hanna"), ("email", "hanna@linde.example"), ("rollen", "admin")];
    assert_eq!(hr.post(&path, &fields).await.status, StatusCode::OK);
    let hanna = found(&place, "hanna@linde.example").await;
    assert!(hanna.name == "Hanna" && hanna.is(&[Role::Hr]) && !hanna.is(&[Role::Admin]));

    // An administrator's details, and links for who has more roles, are not theirs.
    let (jo, mo) = (found(&place, "jo@linde.example").await, found(&place, "mo@linde.example").await);
    assert_eq!(hr.post(&format!("/mensen/{}", jo.id), &fields).await.status, StatusCode::FORBIDDEN);
    for id in [jo.id, mo.id] {
        assert_eq!(hr.post(&format!("/mensen/{id}/link"), &[]).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(hr.post(&format!("/mensen/{}/link", piet.id), &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn who_leaves_is_out_at_once_and_the_last_administrator_stays() {
    let place = Place::new().await;
    let mut admin = place.set_up().await;
    let mut bart = somebody(&place, &mut admin, "bart", "auditor").await;
    assert_eq!(bart.get("/mijn-gegevens").await.status, StatusCode::OK);
    let id = found(&place, "bart@linde.example").await.id;
    let fields = [
        ("naam", "Bart"),
        ("email", "bart@linde.example"),
        ("relatie", "employee"),
        ("uit_dienst", "2026-11-22"),
    ];
    let answer = admin.post(&format!("/mensen/{id}"), &fields).await;
    assert!(answer.has("value=\"2026-11-22\""), "{}", answer.text);
    assert_eq!(bart.get("/mijn-gegevens").await.status, StatusCode::OK, "until the end of the day");
    pass(10 * 60 * MINUTE);
    assert!(bart.get("/mijn-gegevens").await.path.starts_with("/aanmelden"));
    let login = [("email", "bart@linde.example"), ("wachtwoord", PASSWORD)];
    assert_eq!(bart.post("/aanmelden", &login).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    let jo = found(&place, "jo@linde.example").await;
    let path = format!("/mensen/{}", jo.id);
    let stays = [("naam", "Jo"), ("email", "jo@linde.example"), ("rollen", "admin")];
    for fields in [&stays[..2], &[&stays[..], &[("uit_dienst", "2026-11-30")]].concat()] {
        let answer = admin.post(&path, fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.has("enige beheerder"));
    }
    assert_eq!(found(&place, "jo@linde.example").await, jo);
}

#[tokio::test]
async fn h05_access_is_shut_for_a_time_with_a_reason_and_opened_again() {
    let place = Place::new().await;
    let mut admin = place.set_up().await;
    let mut bart = somebody(&place, &mut admin, "bart", "auditor").await;
    let id = found(&place, "bart@linde.example").await.id;
    let path = format!("/mensen/{id}/sluiten");
    let good = [("toepassing", "mistral"), ("dagen", "14"), ("reden", "Een sleutel is gelekt")];
    for (name, value, field) in [
        ("dagen", "0", "dagen"),
        ("dagen", "91", "dagen"),
        ("dagen", "veel", "dagen"),
        ("reden", " ", "reden"),
        ("toepassing", "onbekend", "toepassing"),
    ] {
        let answer = admin.post(&path, &but(&good, name, value)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}={value}");
        assert!(answer.has(&format!("href=\"#{field}\"")), "{name}={value}");
    }
    assert!(place.store.suspensions_of(&id).await.unwrap().is_empty());

    assert!(admin.post(&path, &good).await.has("Een sleutel is gelekt"));
    let one = place.store.suspensions_of(&id).await.unwrap().remove(0);
    assert_eq!((one.until - one.from) / MINUTE, 14 * 24 * 60);
    assert_eq!(place.count("access_suspended").await, 1);
    // H-06: the person sees the reason, and that it is no punishment.
    let seen = bart.get("/mijn-gegevens").await;
    assert!(seen.has("Een sleutel is gelekt") && seen.has("geen straf"));

    let jo = found(&place, "jo@linde.example").await.id;
    let lift = [("maatregel", one.id.as_str())];
    assert_eq!(admin.post(&format!("/mensen/{jo}/openen"), &lift).await.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.post(&format!("/mensen/{id}/openen"), &lift).await.status, StatusCode::OK);
    assert!(place.store.suspensions_of(&id).await.unwrap()[0].lifted_at.is_some());
    assert_eq!(place.count("access_restored").await, 1);
    assert!(!place.ledger().await.contains("gelekt"));
}
