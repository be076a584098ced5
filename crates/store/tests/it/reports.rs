//! Reports of what went wrong, and measures.

use sluis_core::measure::{Decision, Measure};
use sluis_core::report::{Account, Involved, Kind, Message, Report, State};
use sluis_store::{MAX_MESSAGES, Store, StoreError};

use crate::harness::{Place, digest, on_both};
use crate::people::{person, suspension};

on_both!(
    h01_a_report_is_found_by_its_person_or_by_its_code,
    h01_messages_move_a_report_from_state_to_state,
    h01_messages_written_at_once_are_all_kept,
    a_reporter_writes_so_many_messages_and_no_more,
    a_report_that_was_tampered_with_does_not_open,
    reports_go_a_year_after_they_were_closed,
    h04_measures_come_back_as_kept,
);

const YEAR: i64 = 366 * 86_400 * 1_000_000;

pub fn report(id: &str, person: Option<&str>, at: i64) -> Report {
    Report {
        id: id.into(),
        person: person.map(str::to_owned),
        account: Account {
            kind: Kind::Slip,
            what: "Een lijst met klanten geplakt".into(),
            when: "gisteren".into(),
            tool: "mistral".into(),
            people: Involved::Unknown,
            contact: "toestel 12".into(),
        },
        state: State::New,
        at,
        closed_at: None,
    }
}

pub fn said(by: Option<&str>, text: &str, closes: bool, at: i64) -> Message {
    Message { by: by.map(str::to_owned), text: text.into(), closes, at }
}

pub fn measure(id: &str, person: &str, suspension: Option<&str>) -> Measure {
    Measure {
        id: id.into(),
        person: person.into(),
        decided_by: "b".into(),
        noted_by: "h".into(),
        suspension: suspension.map(str::to_owned),
        decision: Decision { day: "2026-11-20".parse().unwrap(), reference: "dossier 12".into() },
        at: 7,
    }
}

async fn with_people(place: &Place) -> Store {
    let store = place.open().await;
    for id in ["a", "b"] {
        store.insert_person(&person(id)).await.unwrap();
    }
    store
}

async fn h01_a_report_is_found_by_its_person_or_by_its_code(place: Place) {
    let store = with_people(&place).await;
    store.insert_report(&report("r1", Some("a"), 1), None).await.unwrap();
    store.insert_report(&report("r2", None, 2), Some(&digest("code"))).await.unwrap();
    assert_eq!(store.reports_of("a").await.unwrap(), [report("r1", Some("a"), 1)]);
    assert!(store.reports_of("b").await.unwrap().is_empty());
    assert_eq!(store.report_by_code(&digest("code")).await.unwrap(), Some(report("r2", None, 2)));
    assert_eq!(store.report_by_code(&digest("other")).await.unwrap(), None);
    assert_eq!(store.report("r1").await.unwrap(), Some(report("r1", Some("a"), 1)));
    assert_eq!(store.report("r9").await.unwrap(), None);

    let again = store.insert_report(&report("r3", None, 3), Some(&digest("code"))).await;
    assert_eq!(again.unwrap_err(), StoreError::Duplicate);
    for (person, code) in [(None, None), (Some("a"), Some(digest("x")))] {
        let odd = store.insert_report(&report("r3", person, 3), code.as_ref()).await;
        assert!(matches!(odd.unwrap_err(), StoreError::Corrupt(_)));
    }
    assert_eq!(store.reports().await.unwrap().len(), 2);
}

async fn h01_messages_move_a_report_from_state_to_state(place: Place) {
    let store = with_people(&place).await;
    for (id, at) in [("r2", 2), ("r1", 1), ("r0", 0)] {
        store.insert_report(&report(id, Some("a"), at), None).await.unwrap();
    }
    let state = async |id: &str| {
        let report = store.report(id).await.unwrap().unwrap();
        (report.state, report.closed_at)
    };
    assert!(store.add_message("r1", &said(None, "nog iets", false, 3)).await.unwrap());
    assert_eq!(state("r1").await, (State::New, None));
    assert!(store.add_message("r1", &said(Some("b"), "dank je", false, 4)).await.unwrap());
    assert_eq!(state("r1").await, (State::Underway, None));
    assert!(!store.take_up_report("r1").await.unwrap());
    assert!(store.take_up_report("r2").await.unwrap());
    assert_eq!(state("r2").await, (State::Underway, None));
    assert!(store.add_message("r1", &said(Some("b"), "klaar", true, 5)).await.unwrap());
    assert_eq!(state("r1").await, (State::Closed, Some(5)));
    // An officer who comes late does not open or close it once more.
    for closes in [false, true] {
        assert!(!store.add_message("r1", &said(Some("b"), "laat", closes, 6)).await.unwrap());
    }
    assert!(store.add_message("r0", &said(Some("b"), "klaar", true, 6)).await.unwrap());
    let order: Vec<String> = store.reports().await.unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(order, ["r2", "r0", "r1"]);

    assert!(store.add_message("r1", &said(None, "toch niet", false, 7)).await.unwrap());
    assert_eq!(state("r1").await, (State::Underway, None));
    assert_eq!(
        store.messages("r1").await.unwrap(),
        [
            said(None, "nog iets", false, 3),
            said(Some("b"), "dank je", false, 4),
            said(Some("b"), "klaar", true, 5),
            said(None, "toch niet", false, 7),
        ]
    );
    assert!(!store.add_message("r9", &said(None, "x", false, 8)).await.unwrap());
    assert!(store.messages("r2").await.unwrap().is_empty());
}

async fn h01_messages_written_at_once_are_all_kept(place: Place) {
    let nodes = [with_people(&place).await, place.open().await];
    nodes[0].insert_report(&report("r1", Some("a"), 1), None).await.unwrap();
    let writing: Vec<_> = (0..12)
        .map(|number| {
            let store = nodes[number % 2].clone();
            let by = (number % 3 == 0).then_some("b");
            let message = said(by, &number.to_string(), false, 1);
            tokio::spawn(async move { store.add_message("r1", &message).await.unwrap() })
        })
        .collect();
    for one in writing {
        assert!(one.await.unwrap());
    }
    let mut texts: Vec<usize> = nodes[1]
        .messages("r1")
        .await
        .unwrap()
        .into_iter()
        .map(|message| message.text.parse().unwrap())
        .collect();
    texts.sort_unstable();
    assert_eq!(texts, (0..12).collect::<Vec<_>>());
}

async fn a_reporter_writes_so_many_messages_and_no_more(place: Place) {
    let store = with_people(&place).await;
    store.insert_report(&report("r1", None, 1), Some(&digest("code"))).await.unwrap();
    for _ in 0..MAX_MESSAGES {
        assert!(store.add_message("r1", &said(None, "x", false, 1)).await.unwrap());
    }
    assert!(store.add_message("r1", &said(Some("b"), "klaar", true, 2)).await.unwrap());
    assert!(!store.add_message("r1", &said(None, "x", false, 3)).await.unwrap());
    assert_eq!(store.report("r1").await.unwrap().unwrap().state, State::Closed, "nothing of it is kept");
}

async fn a_report_that_was_tampered_with_does_not_open(place: Place) {
    let store = with_people(&place).await;
    for id in ["r1", "r2"] {
        store.insert_report(&report(id, Some("a"), 1), None).await.unwrap();
        store.add_message(id, &said(Some("b"), "dank je", false, 2)).await.unwrap();
    }
    place.run("UPDATE report_messages SET author = NULL WHERE report = 'r1'").await;
    assert_eq!(store.messages("r1").await.unwrap_err(), StoreError::Sealed);
    place.run("UPDATE reports SET person = sealed WHERE id = 'r2'").await;
    assert_eq!(store.report("r2").await.unwrap_err(), StoreError::Sealed);
}

async fn reports_go_a_year_after_they_were_closed(place: Place) {
    let store = with_people(&place).await;
    let start = 1_000;
    for id in ["open", "closed", "later"] {
        store.insert_report(&report(id, None, 1), Some(&digest(id))).await.unwrap();
        store.add_message(id, &said(None, "x", false, 1)).await.unwrap();
    }
    store.add_message("closed", &said(Some("b"), "klaar", true, start)).await.unwrap();
    store.add_message("later", &said(Some("b"), "klaar", true, start + 1)).await.unwrap();
    assert_eq!(store.purge(start + YEAR - 1).await.unwrap().reports, 0);
    assert_eq!(store.purge(start + YEAR).await.unwrap().reports, 1);
    assert_eq!(store.report_by_code(&digest("closed")).await.unwrap(), None);
    assert_eq!(place.numbers("SELECT COUNT(*) FROM report_messages").await, [3]);
    assert_eq!(store.reports().await.unwrap().len(), 2);
}

async fn h04_measures_come_back_as_kept(place: Place) {
    let store = with_people(&place).await;
    store.suspend(&suspension("s1", "a")).await.unwrap();
    let first = measure("m1", "a", Some("s1"));
    let second = Measure { at: 8, ..measure("m2", "a", None) };
    for one in [&first, &second] {
        store.note_measure(one).await.unwrap();
    }
    assert_eq!(store.measures_of("a").await.unwrap(), [second, first]);
    assert!(store.measures_of("b").await.unwrap().is_empty());
    for (person, suspension) in [("c", None), ("a", Some("s9"))] {
        let nothing = store.note_measure(&measure("m3", person, suspension)).await;
        assert_eq!(nothing.unwrap_err(), StoreError::Gone);
    }
    place.run("UPDATE measures SET decided_by = 'a' WHERE id = 'm1'").await;
    assert_eq!(store.measures_of("a").await.unwrap_err(), StoreError::Sealed);
}
