//! Reading, signing, writing and publishing the policy.

use axum::http::StatusCode;
use sluis_core::a4::Country;
use sluis_core::calendar::{day, written};
use sluis_core::gate::Published;
use sluis_core::law::background;
use sluis_core::person::{Person, Role};
use sluis_core::verdict::Language;
use sluis_ledger::hex;
use tokio::task::JoinSet;

use crate::forms::{form, plain, with};
use crate::harness::{Browser, Place, now};

/// A browser in which an employee of this name is signed in.
async fn employee(place: &Place, name: &str) -> Browser {
    let person = Person {
        id: format!("{name:0>32}"),
        name: name.into(),
        email: format!("{name}@linde.example"),
        roles: [Role::Employee].into(),
        relation: sluis_core::person::Relation::Temp,
        department: String::new(),
        language: Language::Nl,
        created_at: now(),
        left_at: None,
    };
    place.store.insert_person(&person).await.unwrap();
    place.signed_in(&person.id).await
}

async fn newest(place: &Place) -> Published {
    place.store.versions().await.unwrap().pop().unwrap()
}

fn signature(version: &Published) -> [(&'static str, String); 2] {
    [("nummer", version.number.to_string()), ("hash", hex(&version.hash))]
}

#[tokio::test]
async fn a58_a_signature_takes_a_tick_counts_once_and_stands_in_the_ledger() {
    let place = Place::new().await;
    let mut boss = place.set_up().await;
    assert!(boss.get("/").await.has("Lees en teken het beleid"));
    let page = boss.get("/beleid").await;
    let version = newest(&place).await;
    for line in version.a4.sheet().text().lines() {
        assert!(plain(&page.text).contains(line), "the page leaves out: {line}");
    }
    let fields = form(&page.text, "/beleid/tekenen");
    assert_eq!(fields[1..], signature(&version).map(|(name, value)| (name.to_owned(), value)));

    let answer = boss.post("/beleid/tekenen", &with(&fields, &[])).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.has("href=\"#akkoord\"") && answer.has("id=\"akkoord\"") && answer.has("<title>Fout: "));
    assert!(place.store.acknowledged(1).await.unwrap().is_empty());

    for _ in 0..2 {
        let answer = boss.post("/beleid/tekenen", &with(&fields, &[("akkoord", "ja")])).await;
        assert!(answer.has("Je handtekening is bewaard") && answer.has("Je hebt deze versie getekend op"));
    }
    let signed = place.store.acknowledged(1).await.unwrap();
    assert_eq!((signed.len(), signed[0].hash), (1, version.hash));
    assert_eq!(place.count("policy_acknowledged").await, 1);
    assert!(!boss.get("/").await.has("Lees en teken het beleid"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a58_two_hundred_people_sign_at_once() {
    let place = Place::new().await;
    place.set_up().await;
    let mut signing = JoinSet::new();
    for number in 0..200 {
        let mut browser = employee(&place, &format!("p{number}")).await;
        signing.spawn(async move {
            let page = browser.get("/beleid").await;
            let fields = form(&page.text, "/beleid/tekenen");
            let answer = browser.post("/beleid/tekenen", &with(&fields, &[("akkoord", "ja")])).await;
            assert!(answer.has("Je handtekening is bewaard"), "{number}: {}", answer.status);
        });
    }
    while let Some(signed) = signing.join_next().await {
        signed.unwrap();
    }
    assert_eq!(place.store.acknowledged(1).await.unwrap().len(), 200);
    assert_eq!(place.count("policy_acknowledged").await, 200);
}

#[tokio::test]
async fn a27_the_law_behind_the_policy_is_that_of_today() {
    let place = Place::new().await;
    let mut boss = place.set_up().await;
    assert!(boss.get("/beleid").await.has("href=\"/beleid/achtergrond\""));
    let page = boss.get("/beleid/achtergrond").await;
    let today = written(day(now()));
    assert!(
        page.has(&format!("Zoals de wet is op {today}.")) && page.has("href=\"/beleid/achtergrond.pdf\"")
    );
    for (topic, facts) in background(day(now()), Country::Nl).chapters {
        assert!(page.has(topic.heading(Language::Nl)));
        for fact in facts {
            assert!(plain(&page.text).contains(fact.text(Language::Nl)), "{}", fact.source(Language::Nl));
        }
    }
    assert!(boss.get("/beleid/achtergrond.pdf").await.has("%PDF-1.7 law of "));
}

#[tokio::test]
async fn a58_what_was_replaced_meanwhile_is_not_signed() {
    let place = Place::new().await;
    let mut boss = place.set_up().await;
    let old = newest(&place).await;
    let page = boss.get("/beleid/bewerken").await;
    let fields = form(&page.text, "/beleid/bewerken");
    let answer =
        boss.post("/beleid/bewerken", &with(&fields, &[("energie", "ja"), ("doe", "publiceer")])).await;
    assert_eq!(answer.path, "/beleid/bewerken/publiceren", "{}", answer.text);
    let revision = form(&answer.text, "/beleid/bewerken/publiceren");
    boss.post("/beleid/bewerken/publiceren", &with(&revision, &[])).await;

    let mut anna = employee(&place, "anna").await;
    anna.get("/beleid").await;
    let [number, hash] = signature(&old);
    for hash in [hash.1.as_str(), &hex(&newest(&place).await.hash), "", "00"] {
        let fields = [("nummer", number.1.as_str()), ("hash", hash), ("akkoord", "ja")];
        let answer = anna.post("/beleid/tekenen", &fields).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.has("Er is intussen een andere versie") && answer.has("AI kost veel energie"));
    }
    assert!(place.store.acknowledged(1).await.unwrap().is_empty());
    assert!(place.store.acknowledged(2).await.unwrap().is_empty());
}

#[tokio::test]
async fn a12_the_editor_gives_back_the_policy_it_shows() {
    let place = Place::new().await;
    let mut boss = place.set_up().await;
    let page = boss.get("/beleid/bewerken").await;
    assert!(!page.has("Dit moet nog"));
    let fields = form(&page.text, "/beleid/bewerken");
    let answer = boss.post("/beleid/bewerken", &with(&fields, &[("doe", "bewaar")])).await;
    assert!(answer.has("Je concept is bewaard"));
    let draft = place.store.draft().await.unwrap().unwrap();
    assert_eq!(draft.a4, newest(&place).await.a4, "nothing was touched");
    assert!(boss.get("/").await.has("Er wacht een concept"));
}

#[tokio::test]
async fn a26_what_cannot_be_published_is_told_at_its_field_and_stays_as_a_draft() {
    let place = Place::new().await;
    let mut boss = place.set_up().await;
    let page = boss.get("/beleid/bewerken").await;
    let fields = form(&page.text, "/beleid/bewerken");
    for (field, value, says) in [
        ("geldt_voor", "", "Vul in: Dit beleid geldt voor."),
        ("mag_0", &*"x".repeat(203), "3 tekens te lang"),
        ("tabel_open_personal", "allow", "zonder verwerkersovereenkomst"),
        ("toepassing", "weg", "weg is hier niet bekend"),
        ("aanspreekpunt", "te lang voor de pagina", "Haal ongeveer 3 regels weg"),
        ("chatbots", "nee", "Haal die vinkjes weg"),
    ] {
        let revision =
            place.store.draft().await.unwrap().map_or(String::new(), |draft| draft.revision.to_string());
        let changes = [(field, value), ("revisie", &revision), ("doe", "publiceer")];
        let answer = boss.post("/beleid/bewerken", &with(&fields, &changes)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(plain(&answer.text).contains(says), "{field}: {}", answer.text);
        for link in answer.between("id=\"fouten\"", "</div>").split("href=\"#").skip(1) {
            let id = link.split('"').next().unwrap();
            assert!(answer.has(&format!("id=\"{id}\"")), "{field}: nothing is called {id}");
        }
        assert!(place.store.draft().await.unwrap().is_some(), "{field}");
        // Pages that publish do not let it through either.
        assert_eq!(boss.get("/beleid/bewerken/publiceren").await.path, "/beleid/bewerken", "{field}");
        assert!(boss.get("/beleid/bewerken").await.has("Dit moet nog voor je kunt publiceren"), "{field}");
    }
    let broken =
        boss.post("/beleid/bewerken", &with(&fields, &[("ingang", "straks"), ("doe", "bewaar")])).await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(broken.has("value=\"straks\"") && broken.has("href=\"#ingang\""));
    assert_eq!(place.store.versions().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a12_a_new_version_says_what_is_different_and_asks_everybody_again() {
    let place = Place::new().await;
    let mut boss = place.set_up().await;
    let mut anna = employee(&place, "anna").await;
    let page = boss.get("/beleid/bewerken").await;
    let fields = form(&page.text, "/beleid/bewerken");
    let changes = [
        ("aanspreekpunt", "Anna, 020 123 45 67"),
        ("mag_4", "Teksten vertalen."),
        ("niet_1_woorden", "Project Zilverreiger\r\nBlauwe Map"),
        ("tabel_contracted_internal", "pseudonymise"),
        ("doe", "publiceer"),
    ];
    let answer = boss.post("/beleid/bewerken", &with(&fields, &changes)).await;
    assert_eq!(answer.path, "/beleid/bewerken/publiceren", "{}", answer.text);
    assert!(answer.has("2 mensen krijgen de vraag om te tekenen"));
    for text in ["Teksten vertalen.", "Anna, 020 123 45 67", "Zilverreiger", "gaat mee als schuilnaam"] {
        assert!(answer.has(&format!("{text}</ins>")) || answer.has(text), "{text}");
    }
    let fields = form(&answer.text, "/beleid/bewerken/publiceren");
    let answer = boss.post("/beleid/bewerken/publiceren", &with(&fields, &[])).await;
    assert!(answer.has("De nieuwe versie is gepubliceerd"), "{}", answer.text);
    assert_eq!(place.count("policy_published").await, 2);
    let version = newest(&place).await;
    assert_eq!((version.number, version.a4.terms().count()), (2, 2));

    let page = anna.get("/beleid/versies/2").await;
    assert!(page.has("Wat is er anders dan in versie 1") && page.has("<ins>Teksten vertalen.</ins>"));
    assert!(page.has("Geldt nu</span>") && page.has("Jo de Vries") && !page.has("Aantal mensen dat tekende"));
    assert!(boss.get("/beleid/versies/2").await.has("Aantal mensen dat tekende: 0"));
    assert!(anna.get("/beleid/versies/1").await.has("Deze versie geldt niet meer"));
    assert_eq!(anna.get("/beleid/versies/3").await.status, StatusCode::NOT_FOUND);
    assert_eq!(anna.get("/beleid/versies/x").await.status, StatusCode::NOT_FOUND);

    // Published from an old page: nothing happens twice.
    let answer = boss.post("/beleid/bewerken/publiceren", &with(&fields, &[])).await;
    assert_eq!(answer.path, "/beleid/bewerken");
    assert_eq!(place.store.versions().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a57_a_version_that_comes_can_be_read_and_signed_before_it_counts() {
    let place = Place::new().await;
    let mut boss = place.set_up().await;
    let page = boss.get("/beleid/bewerken").await;
    let fields = form(&page.text, "/beleid/bewerken");
    let changes = [("ingang", "1-1-2027"), ("energie", "ja"), ("doe", "publiceer")];
    let answer = boss.post("/beleid/bewerken", &with(&fields, &changes)).await;
    assert!(answer.has("Tot die dag blijft het oude gelden"), "{}", answer.text);
    let fields = form(&answer.text, "/beleid/bewerken/publiceren");
    boss.post("/beleid/bewerken/publiceren", &with(&fields, &[])).await;

    let page = boss.get("/beleid").await;
    assert!(page.has("Er komt een nieuwe versie") && !page.has("AI kost veel energie"));
    assert!(boss.get("/").await.has("/beleid/versies/2"));
    let page = boss.get("/beleid/versies/2").await;
    let fields = form(&page.text, "/beleid/tekenen");
    let wrong = boss.post("/beleid/tekenen", &with(&fields, &[])).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.has("AI kost veel energie"), "it stays with the version that was on the screen");
    boss.post("/beleid/tekenen", &with(&fields, &[("akkoord", "ja")])).await;
    assert_eq!(place.store.acknowledged(2).await.unwrap().len(), 1);
}

#[tokio::test]
async fn two_who_write_at_once_lose_nothing() {
    let place = Place::new().await;
    let mut one = place.set_up().await;
    let mut other = one.clone();
    let begun = form(&one.get("/beleid/bewerken").await.text, "/beleid/bewerken");
    one.post("/beleid/bewerken", &with(&begun, &[("aanspreekpunt", "Anna"), ("doe", "bewaar")])).await;

    let answer =
        other.post("/beleid/bewerken", &with(&begun, &[("aanspreekpunt", "Bart"), ("doe", "bewaar")])).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.has("<del>Anna</del>") && answer.has("<ins>Bart</ins>") && answer.has("value=\"Bart\""));
    assert_eq!(place.store.draft().await.unwrap().unwrap().a4.contact, "Anna");

    // Who has seen it can save.
    let fields = form(&answer.text, "/beleid/bewerken");
    let answer = other.post("/beleid/bewerken", &with(&fields, &[("doe", "bewaar")])).await;
    assert!(answer.has("Je concept is bewaard"), "{}", answer.text);
    assert_eq!(place.store.draft().await.unwrap().unwrap().a4.contact, "Bart");

    // The one who was first publishes what they do not know of: nothing happens.
    let old = one.get("/beleid/bewerken/publiceren").await;
    let fields = form(&old.text, "/beleid/bewerken/publiceren");
    let again = form(&other.get("/beleid/bewerken").await.text, "/beleid/bewerken");
    other.post("/beleid/bewerken", &with(&again, &[("aanspreekpunt", "Chris"), ("doe", "bewaar")])).await;
    let answer = one.post("/beleid/bewerken/publiceren", &with(&fields, &[])).await;
    assert!(answer.has("Er is niets gepubliceerd") && answer.has("<ins>Chris</ins>"), "{}", answer.text);
    assert_eq!(place.store.versions().await.unwrap().len(), 1);

    // An old page throws nothing new away, the newest does.
    one.post("/beleid/bewerken/weggooien", &with(&fields, &[])).await;
    assert!(place.store.draft().await.unwrap().is_some());
    let page = one.get("/beleid/bewerken").await;
    let fields = form(&page.text, "/beleid/bewerken/weggooien");
    one.post("/beleid/bewerken/weggooien", &with(&fields, &[])).await;
    assert!(place.store.draft().await.unwrap().is_none());
}

#[tokio::test]
async fn a24_a_sentence_is_tried_on_a_draft_without_saving_it() {
    let place = Place::new().await;
    let mut boss = place.set_up().await;
    let fields = form(&boss.get("/beleid/bewerken").await.text, "/beleid/bewerken");
    let sentence = "Vertel mevrouw Jansen over Project Zilverreiger.";
    let changes = [
        ("niet_1_woorden", "Project Zilverreiger"),
        ("zin", sentence),
        ("zin_toepassing", "mistral"),
        ("doe", "proef"),
    ];
    let answer = boss.post("/beleid/bewerken", &with(&fields, &changes)).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(
        answer.has("(naam → [PERSON_") && answer.has("(vertrouwelijk woord, blijft staan)"),
        "{}",
        answer.text
    );
    assert!(answer.has("Project Zilverreiger</textarea>"), "what was typed stays");
    assert!(place.store.draft().await.unwrap().is_none());

    let open = [("toepassing", "gratis"), ("zin", sentence), ("zin_toepassing", "gratis"), ("doe", "proef")];
    assert!(boss.post("/beleid/bewerken", &with(&fields, &open)).await.has("Dit houdt Sluis tegen"));
    let shut = [("zin", sentence), ("zin_toepassing", "gratis"), ("doe", "proef")];
    assert!(
        boss.post("/beleid/bewerken", &with(&fields, &shut)).await.has("dit concept keurt haar niet goed")
    );
    for sentence in ["", &"x".repeat(1_001)] {
        let wrong = [("zin", sentence), ("doe", "proef")];
        let answer = boss.post("/beleid/bewerken", &with(&fields, &wrong)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.has("href=\"#zin\""));
    }
}

#[tokio::test]
async fn a30_only_management_and_administrators_write_the_policy() {
    let place = Place::new().await;
    place.set_up().await;
    let mut anna = employee(&place, "anna").await;
    assert!(!anna.get("/beleid").await.has("Bewerk het beleid"));
    for path in ["/beleid/bewerken", "/beleid/bewerken/publiceren"] {
        assert_eq!(anna.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in ["/beleid/bewerken", "/beleid/bewerken/publiceren", "/beleid/bewerken/weggooien"] {
        let answer = anna.post(path, &[("revisie", "1"), ("ingang", "2026-11-21")]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(place.store.draft().await.unwrap().is_none());
}

#[tokio::test]
async fn a01_the_a4_comes_as_a_pdf() {
    let place = Place::new().await;
    let mut boss = place.set_up().await;
    for path in ["/beleid.pdf", "/beleid.pdf?versie=1"] {
        let answer = boss.get(path).await;
        assert_eq!(answer.headers["content-type"], "application/pdf", "{path}");
        assert!(answer.text.starts_with("%PDF"), "{path}");
    }
    for path in ["/beleid.pdf?versie=2", "/beleid.pdf?versie=x"] {
        assert_eq!(boss.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
