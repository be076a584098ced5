//! The API: a key of a person, the rules of the pages, and a description that says no more and no less than there is.

use std::path::Path;

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};
use sluis_core::key::{VirtualKey, secret_hash};
use sluis_core::person::{Person, Role};

use crate::forms::{form, with};
use crate::harness::{Answer, Browser, MINUTE, Place, pass};

const DAY: i64 = 24 * 60 * MINUTE;

/// A program with a key.
struct Client {
    browser: Browser,
}

impl Client {
    /// With this key, or none.
    fn new(place: &Place, secret: &str) -> Self {
        let mut browser = place.browser();
        browser.headers.push(("authorization", format!("Bearer {secret}")));
        browser.headers.push(("accept-language", "nl".into()));
        Self { browser }
    }

    async fn send(&mut self, method: &str, path: &str, tag: Option<&str>, body: Option<&Value>) -> Answer {
        let before = self.browser.headers.len();
        if let Some(tag) = tag {
            self.browser.headers.push(("if-match", tag.into()));
        }
        if body.is_some() {
            self.browser.headers.push(("content-type", "application/json".into()));
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = self.browser.send(method, &format!("/api/v1{path}"), body).await;
        self.browser.headers.truncate(before);
        answer
    }

    async fn get(&mut self, path: &str) -> (StatusCode, Value) {
        read(&self.send("GET", path, None, None).await)
    }

    async fn post(&mut self, path: &str, body: &Value) -> (StatusCode, Value) {
        read(&self.send("POST", path, None, Some(body)).await)
    }
}

fn read(answer: &Answer) -> (StatusCode, Value) {
    (answer.status, serde_json::from_str(&answer.text).unwrap_or(Value::Null))
}

/// A key with this secret, of this person.
async fn key(place: &Place, secret: &str, person: Option<&str>) -> VirtualKey {
    let (key, _) = VirtualKey::make("test".into(), crate::harness::now(), |bytes| bytes.fill(0));
    let key = VirtualKey {
        id: format!("key-of-{secret}"),
        secret_hash: secret_hash(secret),
        person: person.map(str::to_owned),
        expires_at: Some(crate::harness::now() + 30 * DAY),
        ..key
    };
    place.store.insert_key(&key).await.unwrap();
    key
}

/// The first person.
async fn jo(place: &Place) -> Person {
    place.store.person_by_email("jo@linde.example").await.unwrap().unwrap()
}

/// A place that is set up, the first person's browser, and their program.
async fn place() -> (Place, Browser, Client) {
    let place = Place::new().await;
    let browser = place.set_up().await;
    let jo = jo(&place).await;
    key(&place, "sluis-jo", Some(&jo.id)).await;
    let client = Client::new(&place, "sluis-jo");
    (place, browser, client)
}

/// Somebody else, with these roles, and their program.
async fn colleague(place: &Place, roles: &[Role]) -> Client {
    let jo = jo(place).await;
    let roles = roles.iter().copied().chain([Role::Employee]).collect();
    let bo = Person { id: "bo".into(), name: "Bo".into(), email: "bo@linde.example".into(), roles, ..jo };
    place.store.insert_person(&bo).await.unwrap();
    key(place, "sluis-bo", Some("bo")).await;
    Client::new(place, "sluis-bo")
}

#[tokio::test]
async fn the_description_in_the_documentation_is_the_one_that_is_served() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi.json");
    std::fs::write(&fresh, sluis_web::openapi()).unwrap();
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    assert!(kept == sluis_web::openapi(), "copy {} to docs/openapi.json", fresh.display());

    let place = Place::new().await;
    let answer = place.browser().send("GET", "/api/v1/openapi.json", Body::empty()).await;
    assert_eq!((answer.status, answer.text), (StatusCode::OK, sluis_web::openapi()));
}

#[tokio::test]
async fn every_method_that_is_described_is_served_and_no_other() {
    let (_place, _, mut client) = place().await;
    let description: Value = serde_json::from_str(&sluis_web::openapi()).unwrap();
    let mut served = 0;
    for (path, methods) in description["paths"].as_object().unwrap() {
        let path = path.strip_prefix("/api/v1").unwrap().replace(['{', '}'], "");
        for method in ["get", "put", "post", "patch", "delete"] {
            let answer = client.send(&method.to_uppercase(), &path, None, None).await;
            let is_served = answer.status != StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(is_served, methods.get(method).is_some(), "{method} {path}: {}", answer.text);
            if is_served {
                served += 1;
            } else {
                assert!(answer.headers.contains_key("allow"), "{method} {path}");
                assert!(answer.has("\"code\":\"method_not_allowed\""), "{}", answer.text);
            }
        }
    }
    assert_eq!(served, 23);
}

#[tokio::test]
async fn only_a_key_of_a_person_who_works_here_comes_in() {
    let (place, browser, mut client) = place().await;
    assert_eq!(client.get("/me").await.0, StatusCode::OK);
    // Who is signed in on the pages is nobody here.
    let answer = browser.clone().send("GET", "/api/v1/me", Body::empty()).await;
    assert_eq!((answer.status, answer.has("invalid_api_key")), (StatusCode::UNAUTHORIZED, true));
    assert_eq!(answer.headers["www-authenticate"], "Bearer");
    assert_eq!(answer.headers["content-type"], "application/problem+json");

    key(&place, "sluis-program", None).await;
    colleague(&place, &[]).await;
    let bo = place.store.person("bo").await.unwrap().unwrap();
    place.store.update_person(&Person { left_at: Some(1), ..bo }).await.unwrap();
    for (secret, status, code) in [
        ("sluis-unknown", StatusCode::UNAUTHORIZED, "invalid_api_key"),
        ("not-one-of-ours", StatusCode::UNAUTHORIZED, "invalid_api_key"),
        ("sluis-program", StatusCode::FORBIDDEN, "key_without_person"),
        ("sluis-bo", StatusCode::FORBIDDEN, "no_longer_here"),
    ] {
        let (found, problem) = Client::new(&place, secret).get("/policy").await;
        assert_eq!((found, problem["code"].as_str()), (status, Some(code)), "{secret}");
        assert_eq!(problem["status"], status.as_u16());
    }
    place.store.revoke_key("key-of-sluis-program", 1).await.unwrap();
    let (_, problem) = Client::new(&place, "sluis-program").get("/policy").await;
    assert_eq!(problem["code"], "revoked_api_key");
    pass(31 * DAY);
    assert_eq!(client.get("/me").await.1["code"], "expired_api_key");
}

#[tokio::test]
async fn the_rate_of_a_key_counts_here_too() {
    let (place, _, _) = place().await;
    let jo = jo(&place).await;
    let (plain, _) = VirtualKey::make("test".into(), 0, |bytes| bytes.fill(9));
    let key = VirtualKey {
        secret_hash: secret_hash("sluis-slow"),
        person: Some(jo.id),
        requests_per_minute: Some(1),
        ..plain
    };
    place.store.insert_key(&key).await.unwrap();
    let mut client = Client::new(&place, "sluis-slow");
    assert_eq!(client.get("/me").await.0, StatusCode::OK);
    let answer = client.send("GET", "/me", None, None).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers["retry-after"], "60");
}

#[tokio::test]
async fn a58_the_policy_is_read_and_signed_once() {
    let (place, _, mut client) = place().await;
    let (_, me) = client.get("/me").await;
    assert_eq!(me["asked"][0]["what"], "sign");
    let (status, policy) = client.get("/policy").await;
    assert_eq!((status, &policy["number"], &policy["in_force"]), (StatusCode::OK, &json!(1), &json!(true)));
    assert_eq!(policy["hash"], me["asked"][0]["hash"]);
    assert_eq!(policy["fields"]["organisation"], "Huisartsenpraktijk De Linde");
    let text = policy["sheet"]["text"].as_str().unwrap();
    assert_eq!(sluis_ledger::hex(&sluis_ledger::sha256(text.as_bytes())), policy["hash"].as_str().unwrap());

    let signing = json!({"number": 1, "hash": policy["hash"]});
    let other = json!({"number": 1, "hash": "0".repeat(64)});
    let (status, problem) = client.post("/policy/acknowledgements", &other).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("policy_replaced")));
    let (status, first) = client.post("/policy/acknowledgements", &signing).await;
    assert_eq!(status, StatusCode::CREATED);
    let (status, again) = client.post("/policy/acknowledgements", &signing).await;
    assert_eq!((status, &again), (StatusCode::OK, &first));
    assert_eq!(place.count("policy_acknowledged").await, 1);
    assert_eq!(client.get("/me").await.1["asked"], json!([]));

    assert_eq!(client.get("/policy/versions").await.1["versions"][0]["signed_at"], first["signed_at"]);
    assert_eq!(client.get("/policy/versions/1").await.1["hash"], policy["hash"]);
    let pdf = client.send("GET", "/policy/versions/1/sheet.pdf", None, None).await;
    assert_eq!(
        (pdf.headers["content-type"].to_str().unwrap(), pdf.text.as_str()),
        ("application/pdf", "%PDF-1.7")
    );
    for none in ["/policy/versions/2", "/policy/versions/x", "/policy/versions/2/sheet.pdf", "/nothing"] {
        assert_eq!(client.get(none).await.1["code"], "not_found", "{none}");
    }
}

#[tokio::test]
async fn a_draft_is_never_written_over_unseen() {
    let (place, _, mut client) = place().await;
    assert_eq!(client.get("/policy/draft").await.0, StatusCode::NOT_FOUND);
    let mut fields = client.get("/policy").await.1["fields"].clone();
    fields["contact"] = "Jo de Vries, toestel 12".into();
    let made = client.send("PUT", "/policy/draft", None, Some(&fields)).await;
    assert_eq!((made.status, made.headers["etag"].to_str().unwrap()), (StatusCode::CREATED, "\"2\""));
    let (_, draft) = client.get("/policy/draft").await;
    assert_eq!(draft["fields"], fields);

    // Without the condition there must be no draft; with an old one it is another draft.
    let unseen = client.send("PUT", "/policy/draft", None, Some(&fields)).await;
    assert_eq!((unseen.status, unseen.has("draft_changed")), (StatusCode::PRECONDITION_FAILED, true));
    fields["organisation"] = "".into();
    fields["may_not"][0]["guards"] = json!([]);
    let saved = client.send("PUT", "/policy/draft", Some("\"2\""), Some(&fields)).await;
    assert_eq!((saved.status, saved.headers["etag"].to_str().unwrap()), (StatusCode::OK, "\"3\""));
    for (method, path) in
        [("PUT", "/policy/draft"), ("DELETE", "/policy/draft"), ("POST", "/policy/draft/publish")]
    {
        let body = (method == "PUT").then_some(&fields);
        let stale = client.send(method, path, Some("\"2\""), body).await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{method} {path}");
        let odd = client.send(method, path, Some("1"), body).await;
        assert_eq!((odd.status, odd.has("invalid_condition")), (StatusCode::BAD_REQUEST, true));
        if method != "PUT" {
            let none = client.send(method, path, None, None).await;
            assert_eq!(none.status, StatusCode::PRECONDITION_REQUIRED, "{method} {path}");
        }
    }

    let (_, problems) = client.get("/policy/draft/problems").await;
    let places: Vec<&str> =
        problems["problems"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    assert_eq!(places, ["/organisation", "/may_not/0/guards"]);
    let stopped = client.send("POST", "/policy/draft/publish", Some("\"3\""), None).await;
    assert_eq!((stopped.status, stopped.has("/organisation")), (StatusCode::UNPROCESSABLE_ENTITY, true));
    assert_eq!(place.count("policy_published").await, 1, "only the first version");

    fields = draft["fields"].clone();
    client.send("PUT", "/policy/draft", Some("\"3\""), Some(&fields)).await;
    let published = client.send("POST", "/policy/draft/publish", Some("\"4\""), None).await;
    assert_eq!(published.status, StatusCode::CREATED, "{}", published.text);
    assert_eq!(client.get("/policy").await.1["number"], 2);
    assert_eq!(place.count("policy_published").await, 2);
    assert_eq!(client.get("/policy/draft").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn roles_open_the_same_doors_as_on_the_pages() {
    let (place, _, mut admin) = place().await;
    let mut employee = colleague(&place, &[]).await;
    for path in ["/people", "/people/bo", "/policy/draft", "/policy/draft/problems"] {
        let (status, problem) = employee.get(path).await;
        assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("forbidden")), "{path}");
    }
    let bo = place.store.person("bo").await.unwrap().unwrap();
    let roles = [Role::Employee, Role::Hr].into();
    place.store.update_person(&Person { roles, ..bo }).await.unwrap();
    let mut personnel = employee;
    let new = json!({"name": "Kim", "email": "kim@linde.example", "roles": ["admin"]});
    assert_eq!(
        personnel.post("/people", &new).await.0,
        StatusCode::FORBIDDEN,
        "roles are the administrator's"
    );
    let new = json!({"name": " Kim ", "email": "Kim@linde.example", "relation": "temp"});
    let (status, added) = personnel.post("/people", &new).await;
    assert_eq!(status, StatusCode::CREATED, "{added}");
    assert_eq!(
        (&added["person"]["name"], &added["person"]["email"]),
        (&json!("Kim"), &json!("kim@linde.example"))
    );
    let url = added["invitation"]["url"].as_str().unwrap();
    assert!(url.starts_with("http://sluis.example/uitnodiging/"), "{url}");
    let page = place.browser().get(url.strip_prefix("http://sluis.example").unwrap()).await;
    assert!(page.has("Kim"), "the link works on the pages");

    let kim = format!("/people/{}", added["person"]["id"].as_str().unwrap());
    let (status, problem) = personnel.post("/people", &new).await;
    assert_eq!(
        (status, &problem["errors"][0]["pointer"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("/email"))
    );
    let change = json!({"department": "Balie", "left_on": "2027-01-01"});
    let changed = personnel.send("PATCH", &kim, None, Some(&change)).await;
    let (status, changed) = read(&changed);
    assert_eq!((status, &changed["department"]), (StatusCode::OK, &json!("Balie")));
    assert_eq!((&changed["left_on"], &changed["relation"]), (&json!("2027-01-01"), &json!("temp")));
    let back = admin.send("PATCH", &kim, None, Some(&json!({"left_on": null, "roles": ["hr"]}))).await;
    let (_, back) = read(&back);
    assert_eq!((&back["left_on"], &back["roles"]), (&Value::Null, &json!(["employee", "hr"])));

    // The last administrator stays, and personnel changes no administrator.
    let jo = format!("/people/{}", jo(&place).await.id);
    let last = admin.send("PATCH", &jo, None, Some(&json!({"roles": ["hr"]}))).await;
    assert_eq!((last.status, last.has("/roles")), (StatusCode::UNPROCESSABLE_ENTITY, true));
    let above = personnel.send("PATCH", &jo, None, Some(&json!({"name": "X"}))).await;
    assert_eq!(above.status, StatusCode::FORBIDDEN);
    assert_eq!((place.count("person_added").await, place.count("person_changed").await), (2, 2));
    assert_eq!(admin.get("/people").await.1["people"].as_array().unwrap().len(), 3);
    assert_eq!(admin.get("/people/nobody").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn h05_access_is_shut_and_opened_and_the_person_reads_why() {
    let (place, _, mut admin) = place().await;
    let mut bo = colleague(&place, &[]).await;
    let path = "/people/bo/suspensions";
    for (bad, pointer) in [
        (json!({"reason": " ", "days": 3}), "/reason"),
        (json!({"reason": "x", "days": 91}), "/days"),
        (json!({"reason": "x", "days": 3, "tool": "onbekend"}), "/tool"),
    ] {
        let (status, problem) = admin.post(path, &bad).await;
        assert_eq!(
            (status, &problem["errors"][0]["pointer"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(pointer))
        );
    }
    let (status, shut) = admin.post(path, &json!({"reason": "Sleutel gelekt", "days": 3})).await;
    assert_eq!(status, StatusCode::CREATED);
    let (_, me) = bo.get("/me").await;
    assert_eq!(
        (&me["suspensions"][0]["reason"], &me["asked"][0]["what"]),
        (&json!("Sleutel gelekt"), &json!("access_suspended"))
    );
    assert_eq!(bo.get("/tools").await.1["tools"][0]["gate"], "access_suspended");
    let one = format!("{path}/{}", shut["id"].as_str().unwrap());
    let jo = jo(&place).await.id;
    let of_another = one.replace("/bo/", &format!("/{jo}/"));
    assert_eq!(admin.send("DELETE", &of_another, None, None).await.status, StatusCode::NOT_FOUND);
    for _ in 0..2 {
        assert_eq!(admin.send("DELETE", &one, None, None).await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!((place.count("access_suspended").await, place.count("access_restored").await), (1, 1));
    assert_eq!(bo.get("/me").await.1["suspensions"][0]["is_on"], false);
}

#[tokio::test]
async fn a_person_makes_sees_and_revokes_keys_of_their_own_only() {
    let (place, mut browser, mut client) = place().await;
    pass(MINUTE);
    let page = browser.get("/mijn-gegevens").await;
    let fields = form(&page.text, "/mijn-gegevens/sleutels");
    let wrong = browser.post("/mijn-gegevens/sleutels", &with(&fields, &[("sleutel_naam", " ")])).await;
    assert_eq!((wrong.status, wrong.has("href=\"#sleutel_naam\"")), (StatusCode::UNPROCESSABLE_ENTITY, true));
    let wish = with(&fields, &[("sleutel_naam", "Rekenblad"), ("sleutel_dagen", "90")]);
    let shown = browser.post("/mijn-gegevens/sleutels", &wish).await;
    let secret = shown.between("id=\"sleutel\">", "</p>").to_owned();
    assert!(secret.starts_with("sluis-") && secret.len() == 70, "{secret}");
    let list = browser.get("/mijn-gegevens").await;
    assert!(list.has("Rekenblad") && !list.has(&secret), "the secret is shown once");
    assert_eq!(place.count("key_made").await, 1);

    let mut program = Client::new(&place, &secret);
    let (_, keys) = program.get("/me/keys").await;
    let id = keys["keys"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!((&keys["keys"][0]["label"], &keys["keys"][0]["works"]), (&json!("Rekenblad"), &json!(true)));
    let (status, longer) = program.post("/me/keys", &json!({"label": "langer", "days": 91})).await;
    assert_eq!(
        (status, &longer["errors"][0]["pointer"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("/days"))
    );
    let (status, made) = program.post("/me/keys", &json!({"label": "korter", "days": 9})).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(Client::new(&place, made["secret"].as_str().unwrap()).get("/me").await.0, StatusCode::OK);

    // Somebody else neither sees nor revokes it.
    let mut bo = colleague(&place, &[Role::Admin]).await;
    assert_eq!(bo.get("/me/keys").await.1["keys"].as_array().unwrap().len(), 1);
    assert_eq!(bo.send("DELETE", &format!("/me/keys/{id}"), None, None).await.status, StatusCode::NOT_FOUND);
    let gone = browser.post(&format!("/mijn-gegevens/sleutels/{id}/intrekken"), &[]).await;
    assert!(gone.has("De sleutel is ingetrokken"), "{}", gone.text);
    assert_eq!(program.get("/me").await.1["code"], "revoked_api_key");
    let made = format!("/me/keys/{}", made["id"].as_str().unwrap());
    assert_eq!(client.send("DELETE", &made, None, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!((place.count("key_made").await, place.count("key_revoked").await), (2, 2));
    assert!(!place.ledger().await.contains("Rekenblad"));
    for number in 0..18 {
        let wish = json!({"label": format!("sleutel {number}"), "days": 1});
        assert_eq!(client.post("/me/keys", &wish).await.0, StatusCode::CREATED, "{number}");
    }
    let wish = json!({"label": "een te veel", "days": 1});
    assert_eq!(client.post("/me/keys", &wish).await.0, StatusCode::CREATED);
    assert_eq!(client.post("/me/keys", &wish).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a08_a_text_is_checked_with_places_in_characters_and_nothing_is_kept() {
    let (place, _, mut client) = place().await;
    let text = "Één mail aan mevrouw Jansen, a.jansen@voorbeeld.nl.";
    let before = place.ledger().await.lines().count();
    let (status, seen) = client.post("/check", &json!({"text": text, "tool": "mistral"})).await;
    assert_eq!((status, &seen["verdict"]), (StatusCode::OK, &json!("pseudonymise")), "{seen}");
    let characters: Vec<char> = text.chars().collect();
    let found: Vec<(String, String)> = seen["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let place = |name: &str| usize::try_from(one[name].as_u64().unwrap()).unwrap();
            let piece = characters[place("start")..place("end")].iter().collect();
            (one["kind"].as_str().unwrap().to_owned(), piece)
        })
        .collect();
    let expected = [("person", "Jansen"), ("email", "a.jansen@voorbeeld.nl")];
    assert_eq!(found, expected.map(|(kind, piece)| (kind.to_owned(), piece.to_owned())));
    let masked = seen["masked"].as_str().unwrap();
    assert!(
        !masked.contains("Jansen") && masked.contains(seen["findings"][0]["replaced_by"].as_str().unwrap())
    );
    assert_eq!(seen["reasons"].as_array().unwrap().len(), 2);

    let (_, safe) = client.post("/mask", &json!({"text": text})).await;
    assert!(safe["text"].as_str().unwrap().starts_with("Één mail aan mevrouw [PERSON_"), "{safe}");
    for bad in
        [json!({"text": "x", "tool": "gratis"}), json!({"text": " "}), json!({"text": "é".repeat(50_001)})]
    {
        let (status, problem) = client.post("/check", &bad).await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid_fields")));
    }
    assert_eq!(place.ledger().await.lines().count(), before);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_a_problem_that_quotes_nothing() {
    let (_place, _, mut client) = place().await;
    let mut send = async |kind: &'static str, body: String| {
        client.browser.headers.push(("content-type", kind.into()));
        let answer = client.browser.send("POST", "/api/v1/mask", Body::from(body)).await;
        client.browser.headers.pop();
        answer
    };
    let large = format!("{{\"text\": \"{}\"}}", "x".repeat(1 << 20));
    for (kind, body, status, code) in [
        (
            "text/plain",
            "{\"text\":\"geheim\"}".into(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
        ),
        ("application/json", "{\"text\":\"geheim\"".into(), StatusCode::BAD_REQUEST, "invalid_json"),
        ("application/json", "{\"geheim\":1}".into(), StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields"),
        (
            "application/json; charset=utf-8",
            "{\"text\":[\"geheim\"]}".into(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_fields",
        ),
        ("application/json", large, StatusCode::PAYLOAD_TOO_LARGE, "request_too_large"),
    ] {
        let answer = send(kind, body).await;
        let (found, problem) = read(&answer);
        assert_eq!((found, problem["code"].as_str()), (status, Some(code)));
        assert!(!answer.has("geheim"), "{}", answer.text);
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    }
    client.browser.headers.push(("accept-language", "en".into()));
    client.browser.headers.remove(1);
    let (_, problem) = client.get("/policy/versions/9").await;
    assert_eq!(problem["detail"], "This is not here, or not any more.");
}
