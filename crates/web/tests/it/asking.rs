//! Looking at a text, and asking an AI without script.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::{Value, json};

use crate::forms::{form, plain, with};
use crate::harness::{Browser, Place};

pub const TEXT: &str = "Schrijf mevrouw Jansen (a.jansen@voorbeeld.nl) een mail.";

/// What reached the gateway: address, headers that count, body.
pub type Seen = Arc<Mutex<Vec<(String, [Option<String>; 4], Value)>>>;

/// The identifier of every request.
pub const REQUEST: &str = "0123456789abcdef0123456789abcdef";

/// What the gateway says of a question that is only looked at: the name in it was found.
fn review(body: &Value) -> String {
    let asked = body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap();
    let released = body["sluis"]["release"].as_array().is_some_and(|list| list.contains(&json!("Jansen")));
    let found: Vec<Value> = asked
        .find("Jansen")
        .map(|at| {
            let start = asked[..at].chars().count();
            json!({"part": 0, "start": start, "end": start + 6, "kind": "person",
                "token": if released { Value::Null } else { json!("[PERSON_482137]") },
                "may_release": true, "released": released, "by_hand": false,
                "why": {"nl": "Er staat een titel voor.", "en": "A title stands before it."}})
        })
        .into_iter()
        .collect();
    json!({"error": {"code": "review", "message": "Dit gaat weg als je het verstuurt.", "verdict": "pseudonymise",
        "receipt": "9.bewijs", "findings": found}})
    .to_string()
}

/// A gateway that keeps what it gets and gives these answers: for models, and for questions.
fn gateway(seen: &Seen, status: StatusCode, answer: Value) -> Router {
    let seen = Arc::clone(seen);
    let handle = move |request: Request| {
        let (seen, answer) = (Arc::clone(&seen), answer.clone());
        async move {
            let (head, body) = request.into_parts();
            let header = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            let headers = ["cookie", "x-sluis-page", "x-sluis-receipt", "x-sluis-review"].map(header);
            let bytes = to_bytes(body, 1 << 20).await.unwrap();
            let body = serde_json::from_slice(&bytes).unwrap_or_default();
            let shown = headers[3].is_some().then(|| review(&body));
            seen.lock().unwrap().push((head.uri.path().to_owned(), headers, body));
            if head.uri.path() == "/v1/models" {
                let list = json!({"data": [{"id": "groot", "owned_by": "mistral"}, {"id": "x", "owned_by": "gratis"}]});
                return list.to_string().into_response();
            }
            if let Some(shown) = shown {
                return (StatusCode::CONFLICT, shown).into_response();
            }
            (status, [("x-sluis-request", REQUEST)], answer.to_string()).into_response() as Response<Body>
        }
    };
    Router::new().fallback(any(handle))
}

/// A place whose gateway answers like this, and a browser that has signed the policy.
pub async fn place(status: StatusCode, answer: Value) -> (Place, Browser, Seen) {
    let seen = Seen::default();
    let place = Place::beside(gateway(&seen, status, answer)).await;
    let mut browser = place.set_up().await;
    let fields = form(&browser.get("/beleid").await.text, "/beleid/tekenen");
    browser.post("/beleid/tekenen", &with(&fields, &[("akkoord", "ja")])).await;
    (place, browser, seen)
}

pub fn chat(text: &str) -> Value {
    json!({"choices": [{"message": {"role": "assistant", "content": text}}]})
}

#[tokio::test]
async fn a08_a_text_is_shown_with_what_would_be_replaced_and_nothing_is_kept() {
    let (place, mut browser, _) = place(StatusCode::OK, json!({})).await;
    let fields = form(&browser.get("/controleer").await.text, "/controleer");
    let before = place.ledger().await.lines().count();
    let answer = browser.post("/controleer", &with(&fields, &[("tekst", TEXT)])).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(
        answer.has("Dit mag, met schuilnamen") && answer.has("(e-mailadres → [EMAIL_"),
        "{}",
        answer.text
    );
    let safe = answer.between("aria-describedby=\"veilig-uitleg\">", "</textarea>");
    assert!(safe.contains("[PERSON_") && !safe.contains("Jansen"), "{safe}");
    assert!(answer.has(">\nSchrijf mevrouw Jansen"), "the text stays in its field");
    assert_eq!(place.ledger().await.lines().count(), before);

    let long = "é".repeat(50_001);
    for (text, says) in [(" ", "Typ of plak eerst een tekst"), (long.as_str(), "1 tekens te lang")] {
        let answer = browser.post("/controleer", &with(&fields, &[("tekst", text)])).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.has(says) && answer.has("href=\"#tekst\""));
    }
    // The most that fits, of the characters that take the most room.
    let most = "é".repeat(50_000);
    let answer = browser.post("/controleer", &with(&fields, &[("tekst", &most)])).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn text_is_never_markup() {
    let (_place, mut browser, _) = place(StatusCode::OK, chat("<img src=x onerror=alert(1)>")).await;
    let hostile = "<script>alert(1)</script> mevrouw <b>Jansen</b>";
    let fields = form(&browser.get("/controleer").await.text, "/controleer");
    let page = browser.post("/controleer", &with(&fields, &[("tekst", hostile)])).await;
    let fields =
        [("model", "mistral/groot"), ("vraag", hostile), ("eerder", "[]"), ("masker", "anders:<i>x</i>")];
    let part = browser.post("/vraag/bekijk", &fields).await;
    let fields = form(&browser.get("/vraag").await.text, "/vraag");
    let answer = browser.post("/vraag", &with(&fields, &[("vraag", hostile), ("doe", "stuur")])).await;
    let list = browser.get("/gesprekken").await;
    assert!(answer.path.starts_with("/vraag/") && list.has("&#60;script&#62;alert"), "{}", list.text);
    for page in [page, part, answer, list] {
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            !page.has("<script>alert") && !page.has("<b>Jan") && !page.has("<img") && !page.has("<i>x"),
            "{}",
            page.text
        );
    }
}

#[tokio::test]
async fn a_question_goes_to_the_gateway_in_the_name_of_the_visitor_and_the_answer_comes_with_the_check() {
    let (place, mut browser, seen) = place(StatusCode::OK, chat("Geachte mevrouw Jansen")).await;
    let page = browser.get("/vraag").await;
    assert!(page.has("Je gesprek blijft") && page.has("30") && page.has("kan niemand anders het lezen"));
    assert!(page.has("value=\"mistral/groot\"") && !page.has("gratis/x"), "only what is approved");
    let fields = form(&page.text, "/vraag");
    let before = place.ledger().await.lines().count();

    let look = browser.post("/vraag", &with(&fields, &[("vraag", TEXT), ("doe", "bekijk")])).await;
    assert!(look.has("(naam → [PERSON_") && look.has(">\nSchrijf mevrouw Jansen"), "{}", look.text);
    let (_, [.., review], _) = seen.lock().unwrap().pop().unwrap();
    assert_eq!(review.as_deref(), Some("always"), "nothing was sent");

    let answer = browser.post("/vraag", &with(&fields, &[("vraag", TEXT), ("doe", "stuur")])).await;
    assert!(answer.has("Geachte mevrouw Jansen") && answer.has("Gemaakt met hulp van AI"), "{}", answer.text);
    for question in [
        "een relevante en concrete inhoud",
        "objectieve, correcte en onderbouwde informatie",
        "één of meerdere bronvermeldingen",
        "enig intellectueel eigendomsrecht",
    ] {
        assert!(answer.has(question), "A-41: {question}");
    }
    // The page that comes asks for the models again.
    let (path, [cookie, is_page, receipt, review], body) = {
        let mut seen = seen.lock().unwrap();
        seen.retain(|(path, ..)| path != "/v1/models");
        seen.pop().unwrap()
    };
    assert_eq!(path, "/v1/chat/completions");
    assert!(cookie.is_some_and(|cookie| cookie.contains(&format!("sluis={}", browser.cookies["sluis"]))));
    assert_eq!((is_page.as_deref(), receipt, review), (Some("1"), None, None));
    assert_eq!(body, json!({"model": "mistral/groot", "messages": [{"role": "user", "content": TEXT}]}));
    assert_eq!(place.ledger().await.lines().count(), before, "the gateway records, not the page");

    for changes in [[("vraag", " "), ("model", "mistral/groot")], [("vraag", "x"), ("model", "gratis/x")]] {
        let answer = browser.post("/vraag", &with(&fields, &changes)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn a21_a_refusal_is_told_with_its_way_forward_and_can_be_confirmed() {
    let said = json!({"error": {"message": "Wil je dit echt?", "code": "policy_asks", "receipt": "bewijs"}});
    let (_place, mut browser, seen) = place(StatusCode::CONFLICT, said).await;
    let fields = form(&browser.get("/vraag").await.text, "/vraag");
    let answer = browser.post("/vraag", &with(&fields, &[("vraag", TEXT), ("doe", "stuur")])).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.has("Wil je dit echt?") && answer.has("name=\"ontvangst\" value=\"bewijs\""));
    let again = form(&answer.text, "/vraag");
    assert!(again.contains(&("vraag".into(), TEXT.into())), "the question stays: {again:?}");
    browser.post("/vraag", &with(&again, &[("ontvangst", "bewijs")])).await;
    let (_, [_, _, receipt, _], _) = seen.lock().unwrap().pop().unwrap();
    assert_eq!(receipt.as_deref(), Some("bewijs"));

    let said = json!({"error": {"message": "Dit mag niet. https://ai.example/controleer", "code": "policy_blocked"}});
    let (_place, mut browser, _) = self::place(StatusCode::FORBIDDEN, said).await;
    let fields = form(&browser.get("/vraag").await.text, "/vraag");
    let answer = browser.post("/vraag", &with(&fields, &[("vraag", TEXT), ("doe", "stuur")])).await;
    assert!(answer.has("<p>Dit mag niet.</p>") && answer.has("href=\"/controleer\">Maak een veilige versie"));

    let (_place, mut browser, _) = self::place(StatusCode::OK, json!("geen antwoord")).await;
    let fields = form(&browser.get("/vraag").await.text, "/vraag");
    let answer = browser.post("/vraag", &with(&fields, &[("vraag", TEXT)])).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(answer.has("Er kwam geen antwoord"));
}

#[tokio::test]
async fn a58_who_has_not_signed_is_led_to_the_policy() {
    let place = Place::new().await;
    let mut browser = place.set_up().await;
    let page = browser.get("/vraag").await;
    assert!(page.has("Lees eerst het AI-beleid") && page.has("href=\"/beleid\">Lees het AI-beleid"));
    assert!(!page.has("action=\"/vraag\""));
    assert_eq!(browser.post("/vraag", &[("vraag", TEXT)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a13_tools_show_where_data_goes() {
    let (_place, mut browser, _) = place(StatusCode::OK, json!({})).await;
    let page = browser.get("/toepassingen").await;
    assert!(page.has("ai.example") && page.has("gratis.example") && !page.has("https://ai.example"));
    assert!(page.has("Goedgekeurd</span>") && page.has("Niet goedgekeurd</span>"));
    assert!(page.has("Zonder verwerkersovereenkomst"));
}

/// Every page of this kind renders in both languages, with its title, one heading and unique ids.
#[tokio::test]
async fn pages_are_whole_in_both_languages() {
    let (_place, mut browser, _) = place(StatusCode::OK, chat("x")).await;
    let fields = form(&browser.get("/beleid/bewerken").await.text, "/beleid/bewerken");
    browser.post("/beleid/bewerken", &with(&fields, &[("energie", "ja"), ("doe", "bewaar")])).await;
    for language in ["nl", "en"] {
        browser.post("/taal", &[("taal", language), ("naar", "/")]).await;
        for path in [
            "/",
            "/beleid",
            "/beleid/versies/1",
            "/beleid/bewerken",
            "/beleid/bewerken/publiceren",
            "/toepassingen",
            "/controleer",
            "/vraag",
            "/gesprekken",
        ] {
            let page = browser.get(path).await;
            assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, path), "{language}");
            assert!(page.has(&format!("<html lang=\"{language}\">")), "{path}");
            assert_eq!(page.text.matches("<h1").count(), 1, "{path}");
            assert!(!page.between("<title>", "</title>").starts_with(" –"), "{path}");
            let mut ids: Vec<&str> =
                page.text.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count, "{path} has an id twice");
            for (attribute, kind) in
                [(" for=\"", "label"), ("aria-labelledby=\"", "label"), ("href=\"#", "link")]
            {
                for target in page.text.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap()) {
                    assert!(ids.contains(&target), "{path}: a {kind} leads to {target}, which is not there");
                }
            }
            for word in ["<style", " style=\"", " onclick=", "<script>"] {
                assert!(!page.has(word), "{path}: {word}");
            }
            assert!(!plain(&page.text).contains("{{") && !page.has("None"), "{path}");
        }
    }
}
