//! Conversations that people keep, without script and with it, and what they decide before a question goes.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::asking::{REQUEST, Seen, TEXT, chat, place};
use crate::forms::{form, with};
use crate::harness::{Browser, MINUTE, Place, pass};

const DAY: i64 = 24 * 60 * MINUTE;

/// Asks without script on the page at this address; gives the page that comes.
async fn ask(browser: &mut Browser, path: &str, changes: &[(&str, &str)]) -> crate::harness::Answer {
    let page = browser.get(path).await;
    let action = page.between("<form method=\"post\" action=\"/vraag", "\" id=\"vragen\"");
    let action = format!("/vraag{}", action.rsplit("action=\"/vraag").next().unwrap());
    let fields = form(&page.text, &action);
    browser.post(&action, &with(&fields, changes)).await
}

/// Somebody else who works here and has signed.
async fn bart(place: &Place, browser: &mut Browser) -> Browser {
    let fields = form(&browser.get("/mensen/uitnodigen").await.text, "/mensen/uitnodigen");
    let fields = with(&fields, &[("naam", "Bart Vos"), ("email", "bart@linde.example")]);
    browser.post("/mensen/uitnodigen", &fields).await;
    let list = browser.get("/mensen").await;
    let (_, rest) = list.text.split_once("href=\"/mensen/").unwrap();
    let ids = rest.split("href=\"/mensen/").map(|rest| rest.split('"').next().unwrap().to_owned());
    let mut ids = std::iter::once(rest.split('"').next().unwrap().to_owned()).chain(ids);
    let id = loop {
        let id = ids.next().unwrap();
        if let Some(person) = place.store.person(&id).await.unwrap()
            && person.name == "Bart Vos"
        {
            break id;
        }
    };
    place.signed_in(&id).await
}

fn last(seen: &Seen) -> Value {
    let list = seen.lock().unwrap();
    list.iter().rev().find(|(path, ..)| path != "/v1/models").unwrap().2.clone()
}

fn contents(body: &Value) -> Vec<&str> {
    body["messages"].as_array().unwrap().iter().map(|one| one["content"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_conversation_goes_on_without_script_and_is_found_again() {
    let (place, mut browser, seen) = place(StatusCode::OK, chat("Geachte mevrouw Jansen")).await;
    let first = ask(&mut browser, "/vraag", &[("vraag", TEXT)]).await;
    let address = first.path.split('#').next().unwrap().to_owned();
    assert!(first.path.ends_with("#beurt-1") && address.len() == "/vraag/".len() + 32, "{}", first.path);
    assert!(first.has("Schrijf mevrouw Jansen") && first.has("Geachte mevrouw Jansen"));
    let second = ask(&mut browser, &address, &[("vraag", "Korter graag")]).await;
    assert!(second.path.ends_with("#beurt-2") && second.has("Korter graag"));
    assert_eq!(contents(&last(&seen)), [TEXT, "Geachte mevrouw Jansen", "Korter graag"]);

    // The list, a search in title and turns, and the file with everything.
    let list = browser.get("/gesprekken").await;
    assert!(list.has("Schrijf mevrouw Jansen (a.jansen@voorbeeld.nl) een mail.</a>"), "{}", list.text);
    for (sought, found) in [("KORTER", true), ("geachte", true), ("pinguïn", false)] {
        let page = browser.post("/gesprekken", &[("zoek", sought)]).await;
        assert_eq!(
            (page.status, page.has(&format!("href=\"{address}\""))),
            (StatusCode::OK, found),
            "{sought}"
        );
        assert_eq!(page.path, "/gesprekken", "what is sought stands in no address");
    }
    let long = "x".repeat(101);
    let page = browser.post("/gesprekken", &[("zoek", &long)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let file: Value = serde_json::from_str(&browser.get("/gesprekken.json").await.text).unwrap();
    assert_eq!(
        (&file["complete"], &file["chats"][0]["turns"][1]["question"]),
        (&json!(true), &json!("Korter graag"))
    );

    // A new name, and gone after thirty days without a question.
    let renamed = browser.post(&format!("{address}/naam"), &[("naam", "Brief")]).await;
    assert!(renamed.has("<h1><span id=\"titel\">Brief</span>") && renamed.has("De naam is veranderd"));
    for wrong in ["", &"x".repeat(81)] {
        assert_eq!(
            browser.post(&format!("{address}/naam"), &[("naam", wrong)]).await.status,
            StatusCode::BAD_REQUEST
        );
    }
    let ledger = place.ledger().await;
    assert!(!ledger.contains("Jansen") && !ledger.contains("Brief") && ledger.contains("chat_changed"));
    pass(31 * DAY);
    assert!(place.store.chats_of("jo", crate::harness::now()).await.unwrap().is_empty());
    assert_eq!(place.store.purge(crate::harness::now()).await.unwrap().chats, 1);
}

#[tokio::test]
async fn an_earlier_question_is_edited_and_the_last_one_asked_again() {
    let (_place, mut browser, seen) = place(StatusCode::OK, chat("Antwoord")).await;
    let first = ask(&mut browser, "/vraag", &[("vraag", "Een")]).await;
    let address = first.path.split('#').next().unwrap().to_owned();
    for text in ["Twee", "Drie"] {
        ask(&mut browser, &address, &[("vraag", text)]).await;
    }
    let edit = browser.get(&format!("{address}?wijzig=2")).await;
    assert!(
        edit.has("<p class=\"sluis-alert\">Je wijzigt een eerdere vraag") && edit.has(">\nTwee</textarea>"),
        "{}",
        edit.text
    );
    let page = ask(&mut browser, &format!("{address}?wijzig=2"), &[("vraag", "Anders")]).await;
    assert!(page.has("Anders") && !page.has("Twee") && !page.has("Drie"), "{}", page.text);
    assert_eq!(contents(&last(&seen)), ["Een", "Antwoord", "Anders"]);
    let page = ask(&mut browser, &address, &[("doe", "opnieuw")]).await;
    assert_eq!(contents(&last(&seen)), ["Een", "Antwoord", "Anders"]);
    assert!(page.path.ends_with("#beurt-2"));
    // A number that is none changes nothing.
    let page = browser.get(&format!("{address}?wijzig=9")).await;
    assert!(!page.has("<p class=\"sluis-alert\">Je wijzigt een eerdere vraag"));
}

#[tokio::test]
async fn other_peoples_conversations_are_not_there() {
    let (place, mut browser, _) = place(StatusCode::OK, chat("Antwoord")).await;
    let first = ask(&mut browser, "/vraag", &[("vraag", TEXT)]).await;
    let address = first.path.split('#').next().unwrap().to_owned();
    let mut bart = bart(&place, &mut browser).await;
    let turn =
        [("nummer", "1"), ("vraag", "x"), ("antwoord", "y"), ("toepassing", "mistral"), ("model", "m")];
    assert_eq!(bart.get(&address).await.status, StatusCode::NOT_FOUND);
    for (path, fields) in [
        (address.clone(), vec![("vraag", "x"), ("model", "mistral/groot")]),
        (format!("{address}/beurt"), turn.to_vec()),
        (format!("{address}/naam"), vec![("naam", "x")]),
        (format!("{address}/wis"), vec![]),
        (
            "/vraag/gecontroleerd".into(),
            vec![("zelf", "ja"), ("verzoek", REQUEST), ("gesprek", &address[7..])],
        ),
    ] {
        assert_eq!(bart.post(&path, &fields).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(
        !bart.get("/gesprekken").await.has("Jansen") && !bart.get("/gesprekken.json").await.has("Jansen")
    );
    assert!(browser.get(&address).await.has("Jansen"), "it is still hers");
    // A form that does not come from this site does nothing.
    for path in [format!("{address}/wis"), "/gesprekken/wis".into(), format!("{address}/beurt")] {
        assert_eq!(browser.post_once(&path, &[("zeker", "ja")], "x").await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn one_or_all_are_erased_and_a_temporary_one_never_is_there() {
    let (place, mut browser, _) = place(StatusCode::OK, chat("Antwoord")).await;
    let answer = ask(&mut browser, "/vraag", &[("vraag", TEXT), ("tijdelijk", "ja")]).await;
    assert_eq!((answer.path.as_str(), answer.has("Antwoord")), ("/vraag", true));
    assert!(browser.get("/gesprekken").await.has("Je hebt nog geen gesprekken"));
    for _ in 0..3 {
        ask(&mut browser, "/vraag", &[("vraag", TEXT)]).await;
    }
    let list = browser.get("/gesprekken").await;
    let id = list.between("href=\"/vraag/", "\"").to_owned();
    let page = browser.post(&format!("/vraag/{id}/wis"), &[]).await;
    assert!(page.has("Het gesprek is gewist") && !page.has(&id));
    let page = browser.post("/gesprekken/wis", &[]).await;
    assert_eq!((page.status, page.has("href=\"#zeker\"")), (StatusCode::UNPROCESSABLE_ENTITY, true));
    let page = browser.post("/gesprekken/wis", &[("zeker", "ja")]).await;
    assert!(page.has("Al je gesprekken zijn gewist") && page.has("Je hebt nog geen gesprekken"));
    assert_eq!(place.count("chat_erased").await, 2);
}

#[tokio::test]
async fn with_script_finished_and_broken_off_turns_are_kept() {
    let (_place, mut browser, _) = place(StatusCode::OK, json!({})).await;
    browser.get("/vraag").await;
    let turn = |number: &'static str, whole: &'static str| {
        vec![
            ("nummer", number),
            ("vraag", TEXT),
            ("antwoord", "Half ant"),
            ("toepassing", "mistral"),
            ("model", "mistral/groot"),
            ("verzoek", REQUEST),
            ("af", whole),
            ("masker", "persoon:Zilvervos"),
        ]
    };
    let answer = browser.post("/vraag/nieuw/beurt", &turn("0", "ja")).await;
    let kept: Value = serde_json::from_str(&answer.text).unwrap();
    let address = format!("/vraag/{}", kept["gesprek"].as_str().unwrap());
    assert_eq!(browser.post(&format!("{address}/beurt"), &turn("1", "nee")).await.status, StatusCode::OK);
    let page = browser.get(&address).await;
    assert_eq!(page.text.matches("Dit antwoord is niet af.</p>").count(), 1);
    assert!(page.has("name=\"masker\" value=\"persoon:Zilvervos\""), "what was masked by hand stays masked");
    assert_eq!(
        browser.post(&format!("{address}/beurt"), &turn("7", "ja")).await.status,
        StatusCode::CONFLICT
    );
    let long = "x".repeat(400_001);
    for (name, value) in
        [("antwoord", ""), ("antwoord", long.as_str()), ("vraag", " "), ("nummer", "-1"), ("model", "")]
    {
        let fields: Vec<_> = turn("0", "ja")
            .into_iter()
            .map(|(one, old)| (one, if one == name { value } else { old }))
            .collect();
        let status = browser.post("/vraag/nieuw/beurt", &fields).await.status;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{name}");
    }
    let huge = "x".repeat(4 << 20);
    let fields = [("antwoord", huge.as_str())];
    assert_eq!(browser.post("/vraag/nieuw/beurt", &fields).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a08_before_it_goes_more_is_masked_and_a_false_alarm_let_go_of() {
    let (_place, mut browser, seen) = place(StatusCode::OK, chat("Antwoord")).await;
    let page = ask(&mut browser, "/vraag", &[("vraag", TEXT), ("doe", "bekijk")]).await;
    assert!(
        page.has("Er staat een titel voor.") && page.has("name=\"laat\" value=\"Jansen\""),
        "{}",
        page.text
    );
    assert!(page.has("name=\"bewijs\" value=\"9.bewijs\""));
    assert_eq!(last(&seen).get("sluis"), None);
    let fields = form(&page.text, "/vraag");
    let changes = [("doe", "maskeer"), ("maskeer", " een mail "), ("soort", "anders"), ("laat", "Jansen")];
    let page = browser.post("/vraag", &with(&fields, &changes)).await;
    assert!(
        page.has("name=\"masker\" value=\"anders:een mail\"") && page.has("door jou vrijgegeven"),
        "{}",
        page.text
    );
    let changes =
        [("doe", "stuur"), ("masker", "anders:een mail"), ("laat", "Jansen"), ("bewijs", "9.bewijs")];
    let answer = browser.post("/vraag", &with(&fields, &changes)).await;
    let wish = json!({"mask": [{"text": "een mail", "kind": "other"}], "release": ["Jansen"], "receipt": "9.bewijs"});
    assert_eq!(last(&seen)["sluis"], wish);
    // It stays masked in the next question, also when the conversation is opened again later.
    let address = answer.path.split('#').next().unwrap().to_owned();
    ask(&mut browser, &address, &[("vraag", "En nu?")]).await;
    assert_eq!(last(&seen)["sluis"]["mask"], wish["mask"]);
    assert_eq!(last(&seen)["sluis"]["release"], json!([]), "a false alarm is for one text");

    let many = "x".repeat(201);
    for text in ["y", many.as_str()] {
        let page =
            ask(&mut browser, "/vraag", &[("vraag", TEXT), ("doe", "maskeer"), ("maskeer", text)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
        assert!(page.has("2 tot 200 tekens") && page.has("Schrijf mevrouw Jansen"));
    }
}

#[tokio::test]
async fn a39_a41_that_an_answer_was_checked_is_recorded_without_the_answer() {
    let (place, mut browser, _) = place(StatusCode::OK, chat("Geheim antwoord")).await;
    let page = ask(&mut browser, "/vraag", &[("vraag", TEXT)]).await;
    let fields = form(&page.text, "/vraag/gecontroleerd");
    assert_eq!(
        browser.post("/vraag/gecontroleerd", &with(&fields, &[])).await.status,
        StatusCode::BAD_REQUEST
    );
    let changes = [("gezien", "1"), ("gezien", "3"), ("gezien", "9"), ("zelf", "ja")];
    let page = browser.post("/vraag/gecontroleerd", &with(&fields, &changes)).await;
    assert!(page.has("Vastgelegd dat je dit antwoord hebt gecontroleerd"), "{}", page.text);
    let ledger = place.ledger().await.replace('\\', "");
    let line = ledger.lines().find(|line| line.contains("answer_checked")).unwrap();
    assert!(line.contains(REQUEST) && line.contains("\"looked_at\":[1,3]"), "{line}");
    assert!(!ledger.contains("Geheim") && page.has("href=\"/vragen\""));
    let with_script = [("zelf", "ja"), ("verzoek", REQUEST), ("script", "ja")];
    assert_eq!(browser.post("/vraag/gecontroleerd", &with_script).await.status, StatusCode::NO_CONTENT);
    let odd = [("zelf", "ja"), ("verzoek", "mevrouw Jansen")];
    assert_eq!(browser.post("/vraag/gecontroleerd", &odd).await.status, StatusCode::BAD_REQUEST);
}
