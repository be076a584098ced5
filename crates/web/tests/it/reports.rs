//! Reports, in confidence and without a name, and the officers who read them.

use axum::http::StatusCode;
use sluis_core::person::Role;
use sluis_core::report::{Report, State};

use crate::forms::form;
use crate::harness::{Answer, Browser, MINUTE, Place, START, but, now, pass};

const GOOD: [(&str, &str); 7] = [
    ("soort", "slip"),
    ("wat", "Een lijst met klanten geplakt."),
    ("wanneer", "vanmorgen"),
    ("toepassing", "mistral"),
    ("mensen", "unknown"),
    ("contact", ""),
    ("hoe", "anoniem"),
];

/// 2026-11-21 00:00 in Amsterdam.
const MIDNIGHT: i64 = START - 14 * 60 * MINUTE;

fn code_of(answer: &Answer) -> String {
    answer.between("id=\"code\">", "</p>").to_owned()
}

async fn only(place: &Place) -> Report {
    let mut all = place.store.reports().await.unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// Reports without being signed in, and gives the code.
async fn report(browser: &mut Browser) -> String {
    browser.get("/meld").await;
    let given = browser.post("/meld", &GOOD[..6]).await;
    assert_eq!((given.status, given.path.as_str()), (StatusCode::OK, "/meld"), "{}", given.text);
    code_of(&given)
}

/// What the database holds of reports and messages, and what the ledger says of them.
async fn traces(place: &Place) -> (Vec<String>, Vec<serde_json::Value>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    place.store.backup(&file).await.unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("{\"report")).map(str::to_owned).collect();
    let ledger = place.ledger().await;
    let entries = ledger
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|line| line.get("entry").cloned())
        .map(|entry| match entry.as_str() {
            Some(text) => serde_json::from_str(text).unwrap(),
            None => entry,
        })
        .filter(|entry: &serde_json::Value| entry.get("report").is_some())
        .collect();
    (rows, entries)
}

#[tokio::test]
async fn h01_anybody_can_report_without_signing_in_and_follow_it_with_a_code() {
    let place = Place::new().await;
    let mut admin = place.set_up().await;
    let mut stranger = place.browser();
    // Every page for somebody who is not signed in leads here.
    for path in ["/aanmelden", "/bestaat-niet"] {
        assert!(stranger.get(path).await.has("href=\"/meld\""), "{path}");
    }
    let code = report(&mut stranger).await;
    let kept = only(&place).await;
    assert_eq!(kept.account.what, "Een lijst met klanten geplakt.");

    let mut later = place.browser();
    later.get("/meld/volgen").await;
    let wrong = later.post("/meld/volgen", &[("code", "AAAAA-AAAAA")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.has("href=\"#code\""));
    let typed = code.to_lowercase().replace('-', " ");
    let seen = later.post("/meld/volgen", &[("code", &typed)]).await;
    assert!(seen.status == StatusCode::OK && seen.has("Nieuw") && seen.has("Er is nog geen antwoord"));
    let path = format!("/meldingen/{}", kept.id);
    admin.get(&path).await;
    admin.post(&format!("{path}/bericht"), &[("bericht", "Bij welke AI was dit?")]).await;
    let seen = later.post("/meld/volgen", &[("code", &code)]).await;
    assert!(seen.has("Wordt bekeken") && seen.has("Bij welke AI was dit?"));
    assert!(!seen.has("Jo de Vries<"), "officers are not named");
    let hidden = form(&seen.text, "/meld/volgen");
    assert!(hidden.contains(&("code".into(), code.clone())));
    let empty = later.post("/meld/volgen", &[("code", &code), ("bericht", "  ")]).await;
    assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.has("href=\"#bericht\""));
    let sent = later.post("/meld/volgen", &[("code", &code), ("bericht", "Bij <i>mistral</i>.")]).await;
    assert!(sent.has("Je bericht is verstuurd") && sent.has("Bij &#60;i&#62;mistral&#60;/i&#62;."));
    assert!(admin.get(&path).await.has("Bij &#60;i&#62;mistral&#60;/i&#62;."));

    let done = admin.post(&format!("{path}/afsluiten"), &[("uitkomst", "Geen lek.")]).await;
    assert!(done.path.ends_with("?gelukt=afgesloten") && done.has("Geen lek."));
    let seen = later.post("/meld/volgen", &[("code", &code)]).await;
    assert!(seen.has("Afgesloten") && seen.has("De uitkomst") && seen.has("Geen lek."));
    // Somebody else's report is not there without its code, whoever asks.
    assert_eq!(admin.get(&format!("/meld/{}", kept.id)).await.status, StatusCode::NOT_FOUND);
    later.post("/meld/volgen", &[("code", &code), ("bericht", "Toch wel.")]).await;
    assert_eq!(only(&place).await.state, State::Underway);
}

#[tokio::test]
async fn h01_an_anonymous_report_leaves_nothing_that_leads_to_anybody() {
    let place = Place::new().await;
    place.set_up().await;
    let mut anna = place.person("anna", "Anna Bakker", &[]).await;
    pass(7 * MINUTE + 1);
    anna.get("/meld").await;
    let given = anna.post("/meld", &GOOD).await;
    let code = code_of(&given);
    pass(MINUTE);
    anna.post("/meld/volgen", &[("code", &code), ("bericht", "Nog iets.")]).await;
    report(&mut place.browser()).await;

    let all = place.store.reports().await.unwrap();
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|one| one.person.is_none() && one.at == MIDNIGHT));
    let said =
        place.store.messages(&all.iter().find(|one| one.state == State::New).unwrap().id).await.unwrap();
    assert!(said.iter().all(|one| one.by.is_none() && one.at == MIDNIGHT));
    assert!(place.store.reports_of("anna").await.unwrap().is_empty());
    assert!(!anna.get("/meld").await.has("Wat jij met je naam hebt gemeld"));

    let (rows, entries) = traces(&place).await;
    assert_eq!(rows.len(), 3);
    let cookies: Vec<&String> = anna.cookies.values().collect();
    for row in &rows {
        assert!(row.contains(&MIDNIGHT.to_string()), "{row}");
        assert!(
            !row.contains("\"anna\"") && !row.contains(&code) && !row.contains(&now().to_string()),
            "{row}"
        );
        assert!(cookies.iter().all(|cookie| !row.contains(cookie.as_str())), "{row}");
    }
    assert_eq!(entries.len(), 3);
    for entry in &entries {
        assert_eq!((&entry["event"], &entry["at"]), (&"reported".into(), &MIDNIGHT.into()));
        let mut fields: Vec<&str> = entry.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["at", "event", "id", "policy", "report", "salt"]);
    }
    assert!(!place.ledger().await.contains("anna"));
}

#[tokio::test]
async fn h01_the_code_stands_in_no_address_and_is_not_kept() {
    let place = Place::new().await;
    place.set_up().await;
    let mut stranger = place.browser();
    stranger.get("/meld").await;
    let given = stranger.post_once("/meld", &GOOD[..6], &stranger.csrf.clone()).await;
    assert!(given.status == StatusCode::OK && !given.headers.contains_key("location"));
    let code = code_of(&given);
    assert_eq!(code.len(), 29);
    assert_eq!(given.headers["cache-control"], "no-store");
    for attribute in given.text.split(['"', '\'']).filter(|part| part.starts_with('/')) {
        assert!(!attribute.contains(&code), "{attribute}");
    }
    let csrf = stranger.csrf.clone();
    for fields in [vec![("code", code.as_str())], vec![("code", &code), ("bericht", "x")]] {
        let seen = stranger.post_once("/meld/volgen", &fields, &csrf).await;
        assert!(seen.status == StatusCode::OK && !seen.headers.contains_key("location"));
        for part in seen.text.split('"').filter(|part| part.starts_with('/')) {
            assert!(!part.contains(&code), "{part}");
        }
    }
    // In an address it does nothing.
    for path in [format!("/meld/volgen?code={code}"), format!("/meld/{code}")] {
        assert!(!stranger.get(&path).await.has("Een lijst met klanten"), "{path}");
    }
    let mut other = place.browser();
    assert_ne!(report(&mut other).await, code);
    let (rows, _) = traces(&place).await;
    let plain = code.replace('-', "");
    assert!(rows.iter().all(|row| !row.contains(&code) && !row.contains(&plain)));
}

#[tokio::test]
async fn h01_a_report_in_confidence_is_seen_by_its_reporter_and_the_officers() {
    let place = Place::new().await;
    place.set_up().await;
    let mut anna = place.person("anna", "Anna Bakker", &[]).await;
    let mut bart = place.person("bart", "Bart Visser", &[Role::Hr, Role::Management, Role::Auditor]).await;
    let mut fleur = place.person("fleur", "Fleur Smit", &[Role::PrivacyOfficer]).await;
    anna.get("/meld").await;
    let told = but(&but(&GOOD, "hoe", "vertrouwelijk"), "contact", "toestel 12");
    let done = anna.post("/meld", &told).await;
    assert_eq!(done.path, "/meld?gelukt=gemeld", "{}", done.text);
    let kept = only(&place).await;
    assert_eq!((kept.person.as_deref(), kept.at), (Some("anna"), START));
    let mine = format!("/meld/{}", kept.id);
    assert!(done.has(&mine));
    let theirs = format!("/meldingen/{}", kept.id);

    for path in ["/meldingen", &theirs] {
        assert_eq!(bart.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(anna.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert!(place.browser().get(path).await.path.starts_with("/aanmelden"), "{path}");
    }
    for path in ["oppakken", "bericht", "afsluiten"] {
        let fields = [("bericht", "x"), ("uitkomst", "x")];
        let path = format!("{theirs}/{path}");
        assert_eq!(bart.post(&path, &fields).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for blind in [&mut bart, &mut fleur] {
        assert_eq!(blind.get(&mine).await.status, StatusCode::NOT_FOUND);
        assert_eq!(blind.post(&mine, &[("bericht", "x")]).await.status, StatusCode::NOT_FOUND);
    }
    let seen = fleur.get(&theirs).await;
    assert!(seen.has("Anna Bakker") && seen.has("toestel 12") && seen.has("Een lijst met klanten"));
    let list = fleur.get("/meldingen").await;
    assert!(!list.has("Anna Bakker") && !list.has("Een lijst met klanten"), "a list is no look");

    fleur.get(&theirs).await;
    assert!(fleur.post(&format!("{theirs}/oppakken"), &[]).await.has("Wordt bekeken"));
    fleur.post(&format!("{theirs}/bericht"), &[("bericht", "Dank je.")]).await;
    let seen = anna.get(&mine).await;
    assert!(seen.has("Dank je.") && !seen.has("Fleur"));
    assert_eq!(
        anna.post(&mine, &[("bericht", "Graag gedaan.")]).await.path,
        format!("{mine}?gelukt=bericht")
    );
    assert!(fleur.get(&theirs).await.has("Graag gedaan."));
    // Nobody can tell from the evidence that it was Anna.
    assert!(!place.ledger().await.contains("anna"));
}

#[tokio::test]
async fn h01_every_look_of_an_officer_is_recorded() {
    let place = Place::new().await;
    place.set_up().await;
    report(&mut place.browser()).await;
    let id = only(&place).await.id;
    let mut fleur = place.person("fleur", "Fleur Smit", &[Role::PrivacyOfficer]).await;
    let path = format!("/meldingen/{id}");
    fleur.get("/meldingen").await;
    assert_eq!(place.count("report_viewed").await, 0);
    fleur.get(&path).await;
    fleur.get(&path).await;
    assert_eq!(place.count("report_viewed").await, 2);
    // A page that comes back with mistakes shows the report too.
    fleur.post(&format!("{path}/bericht"), &[("bericht", "")]).await;
    fleur.post(&format!("{path}/afsluiten"), &[("uitkomst", "")]).await;
    assert_eq!(place.count("report_viewed").await, 4);
    fleur.post(&format!("{path}/oppakken"), &[]).await;
    fleur.post(&format!("{path}/bericht"), &[("bericht", "Dank je.")]).await;
    fleur.post(&format!("{path}/afsluiten"), &[("uitkomst", "Opgelost.")]).await;
    for (event, count) in [("report_viewed", 7), ("report_answered", 2), ("report_closed", 1)] {
        assert_eq!(place.count(event).await, count, "{event}");
    }
    let late = fleur.post(&format!("{path}/bericht"), &[("bericht", "Nog iets.")]).await;
    assert!(late.has("intussen afgesloten") && !late.has("Nog iets."));
    assert_eq!(fleur.get("/meldingen/bestaat-niet").await.status, StatusCode::NOT_FOUND);
    let (_, entries) = traces(&place).await;
    for entry in entries.iter().filter(|entry| entry["event"] != "reported") {
        assert_eq!(
            (&entry["principal"], &entry["report"]),
            (&"fleur".into(), &id.as_str().into()),
            "{entry}"
        );
    }
    // What cannot be recorded is not shown.
    place.store.close().await;
    assert_eq!(fleur.get(&path).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn h01_strangers_share_thirty_reports_an_hour() {
    let place = Place::new().await;
    place.set_up().await;
    let mut stranger = place.browser();
    for _ in 0..30 {
        report(&mut stranger).await;
    }
    let mut other = place.browser();
    other.get("/meld").await;
    let many = other.post("/meld", &GOOD[..6]).await;
    assert_eq!(many.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(many.has("nog niet verstuurd") && many.has("Een lijst met klanten geplakt."), "nothing is lost");
    assert_eq!(place.store.reports().await.unwrap().len(), 30);
    // Who is signed in still can, also without a name.
    let mut anna = place.person("anna", "Anna Bakker", &[]).await;
    anna.get("/meld").await;
    assert_eq!(anna.post("/meld", &GOOD).await.status, StatusCode::OK);
    pass(60 * MINUTE);
    report(&mut other).await;
}

#[tokio::test]
async fn a_report_needs_the_token_of_its_page() {
    let place = Place::new().await;
    place.set_up().await;
    let mut stranger = place.browser();
    stranger.get("/meld").await;
    let csrf = stranger.csrf.clone();
    assert_eq!(stranger.post_once("/meld", &GOOD[..6], "").await.status, StatusCode::FORBIDDEN);
    let mut other = place.browser();
    assert_eq!(other.post_once("/meld", &GOOD[..6], &csrf).await.status, StatusCode::FORBIDDEN);
    stranger.headers = vec![("sec-fetch-site", "cross-site".into())];
    assert_eq!(stranger.post_once("/meld", &GOOD[..6], &csrf).await.status, StatusCode::FORBIDDEN);
    assert!(place.store.reports().await.unwrap().is_empty());
}

#[tokio::test]
async fn h02_five_questions_are_judged_and_what_was_typed_stays() {
    let place = Place::new().await;
    place.set_up().await;
    let mut anna = place.person("anna", "Anna Bakker", &[]).await;
    let page = anna.get("/meld").await;
    for number in 1..=5 {
        assert!(page.has(&format!(">{number}. ")), "{number}");
    }
    assert!(!page.has(">6. "));
    let (long, line) = ("x".repeat(4_001), "x".repeat(201));
    for (name, value) in [
        ("soort", ""),
        ("soort", "iets"),
        ("wat", "  "),
        ("wat", long.as_str()),
        ("wanneer", line.as_str()),
        ("toepassing", line.as_str()),
        ("mensen", ""),
        ("contact", line.as_str()),
        ("hoe", ""),
    ] {
        let again = anna.post("/meld", &but(&GOOD, name, value)).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}={value}");
        assert!(again.has(&format!("href=\"#{name}\"")), "{name}");
        assert!(again.has("value=\"mistral\"") || name == "toepassing", "{name}");
        assert!(again.has("value=\"unknown\" checked") || name == "mensen", "{name}");
    }
    assert!(place.store.reports().await.unwrap().is_empty());
    let odd = but(&but(&GOOD, "wat", "<script>alert(1)</script>"), "toepassing", "\"><img src=x>");
    anna.post("/meld", &odd).await;
    let mut admin = place.person("adam", "Adam Post", &[Role::Admin]).await;
    let page = admin.get(&format!("/meldingen/{}", only(&place).await.id)).await;
    assert!(page.has("&#60;script&#62;alert(1)") && !page.has("<script>alert") && !page.has("<img src=x"));
}

#[tokio::test]
async fn h01_officers_see_the_clock_of_what_may_be_a_data_breach() {
    let place = Place::new().await;
    place.set_up().await;
    let mut anna = place.person("anna", "Anna Bakker", &[]).await;
    let mine = but(&GOOD, "hoe", "vertrouwelijk");
    for people in ["yes", "no"] {
        anna.get("/meld").await;
        anna.post("/meld", &but(&mine, "mensen", people)).await;
    }
    report(&mut place.browser()).await;
    let all = place.store.reports().await.unwrap();
    let of = |people: &str, named: bool| {
        let one = all.iter().find(|one| one.account.people.name() == people && one.person.is_some() == named);
        format!("/meldingen/{}", one.unwrap().id)
    };
    pass(90 * MINUTE);
    let mut fleur = place.person("fleur", "Fleur Smit", &[Role::PrivacyOfficer]).await;
    let page = fleur.get(&of("yes", true)).await;
    assert!(page.has("artikel 33, lid 1") && page.has("Autoriteit Persoonsgegevens"), "{}", page.text);
    assert!(page.has("nog 70 uur") && page.has("24-11-2026 14:00"), "{}", page.text);
    // Without a name only the day is known: the clock is the stricter for it.
    let page = fleur.get(&of("unknown", false)).await;
    assert!(page.has("nog 56 uur") && page.has("24-11-2026 00:00"), "{}", page.text);
    assert!(!fleur.get(&of("no", true)).await.has("artikel 33"));
    pass(71 * 60 * MINUTE);
    let mut fleur = place.person("gerda", "Gerda Post", &[Role::PrivacyOfficer]).await;
    let path = of("yes", true);
    assert!(fleur.get(&path).await.has("De 72 uur zijn voorbij"));
    assert!(fleur.get("/meldingen").await.has("voorbij"));
    fleur.get(&path).await;
    assert!(!fleur.post(&format!("{path}/afsluiten"), &[("uitkomst", "Gemeld.")]).await.has("artikel 33"));
}
