//! The organisation's directory: what it may change, and what that means for people here.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use sluis_core::person::{Acknowledgement, Role};
use sluis_core::settings::Settings;
use sluis_ledger::sha256;
use tower::ServiceExt as _;

use crate::harness::{Doors, PASSWORD, Place};

const SECRET: &str = "a secret of the directory, long enough";

async fn place() -> Place {
    let text = "[sign_in.groups]\n\"Beheer\" = [\"admin\"]\n\"Directie\" = [\"management\"]\n";
    let sign_in = Settings::parse(text).unwrap().sign_in;
    let directory = Some(sha256(SECRET.as_bytes()));
    let place = Place::open_to(Doors { sign_in, issuer: None, directory }).await;
    place.set_up().await;
    place
}

async fn ask(place: &Place, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(method)
        .uri(format!("/scim/v2{path}"))
        .header("host", "sluis.example")
        .header("authorization", format!("Bearer {SECRET}"))
        .body(if body.is_null() { Body::empty() } else { Body::from(body.to_string()) });
    let response = place.router().oneshot(request.unwrap()).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 22).await.unwrap();
    (status, if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() })
}

fn patch(operations: &Value) -> Value {
    json!({"Operations": operations})
}

#[tokio::test]
async fn b19_who_leaves_the_directory_is_shut_out_at_once_and_what_they_signed_stays() {
    for way in ["inactive", "deleted"] {
        let place = place().await;
        let (status, an) =
            ask(&place, "POST", "/Users", json!({"userName": "an@linde.example", "displayName": "An"})).await;
        assert_eq!(status, StatusCode::CREATED);
        let id = an["id"].as_str().unwrap();
        let mut browser = place.signed_in(id).await;
        assert!(browser.get("/mijn-gegevens").await.has("Een wachtwoord heb je hier niet"));
        let policy = &place.store.versions().await.unwrap()[0];
        let signed =
            Acknowledgement { person: id.into(), policy: policy.number, hash: policy.hash, at: policy.at };
        place.store.acknowledge(&signed).await.unwrap();

        let path = format!("/Users/{id}");
        if way == "inactive" {
            let operations = json!([{"op": "Replace", "path": "active", "value": "False"}]);
            assert_eq!(ask(&place, "PATCH", &path, patch(&operations)).await.0, StatusCode::OK);
            assert_eq!(ask(&place, "GET", &path, Value::Null).await.1["active"], false);
        } else {
            assert_eq!(ask(&place, "DELETE", &path, Value::Null).await.0, StatusCode::NO_CONTENT);
            assert_eq!(ask(&place, "GET", &path, Value::Null).await.0, StatusCode::NOT_FOUND);
        }
        assert!(browser.get("/mijn-gegevens").await.path.starts_with("/aanmelden"), "{way}");
        assert!(place.store.person(id).await.unwrap().unwrap().left_at.is_some(), "{way}");
        assert_eq!(place.store.acknowledgements_of(id).await.unwrap(), [signed]);
        assert_eq!((place.count("person_added").await, place.count("person_changed").await), (2, 1), "{way}");
    }
}

#[tokio::test]
async fn groups_give_and_take_roles_but_never_the_last_administrator() {
    let place = place().await;
    let jo = place.store.person_by_email("jo@linde.example").await.unwrap().unwrap();
    let an = ask(&place, "POST", "/Users", json!({"userName": "an@linde.example"})).await.1;
    let an = an["id"].as_str().unwrap();
    let has = async |id: &str, role: Role| place.store.person(id).await.unwrap().unwrap().is(&[role]);

    // Jo is administrator by setting up. In and out of the group she stays it, as there is nobody else.
    let group = json!({"displayName": "Beheer", "members": [{"value": jo.id}]});
    let group = ask(&place, "POST", "/Groups", group).await.1;
    let path = format!("/Groups/{}", group["id"].as_str().unwrap());
    ask(&place, "PATCH", &path, patch(&json!([{"op": "remove", "path": "members"}]))).await;
    assert!(has(&jo.id, Role::Admin).await);
    let (status, _) = ask(
        &place,
        "PATCH",
        &format!("/Users/{}", jo.id),
        patch(&json!([{"op": "replace", "value": {"active": false}}])),
    )
    .await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(
        ask(&place, "DELETE", &format!("/Users/{}", jo.id), Value::Null).await.0,
        StatusCode::CONFLICT
    );
    assert!(place.store.person(&jo.id).await.unwrap().unwrap().left_at.is_none());

    ask(&place, "PATCH", &path, patch(&json!([{"op": "add", "path": "members", "value": [{"value": an}]}])))
        .await;
    assert!(has(an, Role::Admin).await);
    // Another name, another role; a group that is gone gives nothing.
    ask(
        &place,
        "PATCH",
        &path,
        patch(&json!([{"op": "replace", "path": "displayName", "value": "Directie"}])),
    )
    .await;
    assert!(has(an, Role::Management).await && !has(an, Role::Admin).await);
    assert_eq!(ask(&place, "DELETE", &path, Value::Null).await.0, StatusCode::NO_CONTENT);
    assert!(!has(an, Role::Management).await && has(an, Role::Employee).await);
}

#[tokio::test]
async fn people_who_were_here_before_are_found_and_keep_what_they_have() {
    let place = place().await;
    let (_, found) =
        ask(&place, "GET", "/Users?filter=userName%20eq%20%22Jo%40linde.example%22", Value::Null).await;
    assert_eq!(found["totalResults"], 1);
    let id = found["Resources"][0]["id"].as_str().unwrap().to_owned();
    let (status, _) = ask(&place, "POST", "/Users", json!({"userName": "jo@linde.example"})).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let whole = json!({"userName": "jo@linde.example", "displayName": "Jo V.", "preferredLanguage": "en-GB"});
    let (status, jo) = ask(&place, "PUT", &format!("/Users/{id}"), whole.clone()).await;
    assert_eq!((status, &jo["displayName"], &jo["active"]), (StatusCode::OK, &json!("Jo V."), &json!(true)));
    let person = place.store.person(&id).await.unwrap().unwrap();
    assert!(person.is(&[Role::Admin]) && person.name == "Jo V.");
    // The same again changes nothing and is not recorded again.
    let before = place.count("person_changed").await;
    ask(&place, "PUT", &format!("/Users/{id}"), whole).await;
    assert_eq!(place.count("person_changed").await, before);
    let mut browser = place.browser();
    browser.get("/aanmelden").await;
    let answer = browser.post("/aanmelden", &[("email", "jo@linde.example"), ("wachtwoord", PASSWORD)]).await;
    assert_eq!((answer.status, answer.path.as_str()), (StatusCode::OK, "/"));
}

#[tokio::test]
async fn without_a_secret_in_the_settings_there_is_no_door() {
    let place = Place::new().await;
    assert_eq!(ask(&place, "GET", "/Users", Value::Null).await.0, StatusCode::NOT_FOUND);
}
