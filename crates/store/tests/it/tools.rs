//! Records of tools: one for each name, and two people who write at once.

use sluis_core::intake::{Answer, Request, Stop, ToolRecord};
use sluis_store::StoreError;

use crate::harness::{Place, on_both};

on_both!(
    a_record_comes_back_and_grows,
    no_two_records_have_one_name,
    writers_conflict_instead_of_overwriting,
    writing_at_once_keeps_one,
    a_record_that_was_tampered_with_does_not_open,
);

pub fn record(id: &str, name: &str) -> ToolRecord {
    let request = Request {
        by: "p1".into(),
        at: 5,
        maker: "De maker".into(),
        host: "chat.example".into(),
        purpose: "Vertalen".into(),
        personal: Answer::No,
    };
    ToolRecord::new(id.into(), name.into(), request)
}

async fn a_record_comes_back_and_grows(place: Place) {
    let store = place.open().await;
    assert!(store.tools().await.unwrap().is_empty());
    assert_eq!(store.tool("t1").await.unwrap(), None);
    store.insert_tool(&record("t1", "Zeta")).await.unwrap();
    store.insert_tool(&record("t2", "alfa")).await.unwrap();
    let mut one = store.tool("t1").await.unwrap().unwrap();
    assert_eq!(one, record("t1", "Zeta"));
    one.name = "Beta".into();
    one.halt(Stop { by: "p1".into(), at: 6, reason: "Een lek".into(), started: None });
    assert_eq!(store.update_tool(&one).await.unwrap(), Some(2));
    one.revision = 2;
    assert_eq!(store.tools().await.unwrap(), [record("t2", "alfa"), one]);
    // The name it had is free again.
    store.insert_tool(&record("t3", "zeta")).await.unwrap();
}

async fn no_two_records_have_one_name(place: Place) {
    let store = place.open().await;
    store.insert_tool(&record("t1", "DeepL")).await.unwrap();
    for again in [record("t2", " deepl "), record("t1", "Iets anders")] {
        assert_eq!(store.insert_tool(&again).await.unwrap_err(), StoreError::Duplicate);
    }
    store.insert_tool(&record("t2", "Iets anders")).await.unwrap();
    let taken = record("t2", "DEEPL");
    assert_eq!(store.update_tool(&taken).await.unwrap_err(), StoreError::Duplicate);
    assert_eq!(store.tool("t2").await.unwrap(), Some(record("t2", "Iets anders")));
}

async fn writers_conflict_instead_of_overwriting(place: Place) {
    let store = place.open().await;
    assert_eq!(store.update_tool(&record("t1", "A")).await.unwrap(), None, "there is no such record");
    store.insert_tool(&record("t1", "A")).await.unwrap();
    assert_eq!(store.update_tool(&record("t1", "B")).await.unwrap(), Some(2));
    for revision in [0, 1, 3] {
        let stale = ToolRecord { revision, ..record("t1", "C") };
        assert_eq!(store.update_tool(&stale).await.unwrap(), None);
    }
    assert_eq!(store.tool("t1").await.unwrap().unwrap().name, "B");
}

async fn writing_at_once_keeps_one(place: Place) {
    let nodes = [place.open().await, place.open().await];
    nodes[0].insert_tool(&record("t1", "A")).await.unwrap();
    let writing: Vec<_> = (0..8)
        .map(|number| {
            let store = nodes[number % 2].clone();
            tokio::spawn(
                async move { store.update_tool(&record("t1", &format!("A{number}"))).await.unwrap() },
            )
        })
        .collect();
    let mut won = 0;
    for one in writing {
        won += usize::from(one.await.unwrap().is_some());
    }
    assert_eq!(won, 1);
    assert_eq!(nodes[1].tool("t1").await.unwrap().unwrap().revision, 2);
}

async fn a_record_that_was_tampered_with_does_not_open(place: Place) {
    let store = place.open().await;
    store.insert_tool(&record("t1", "A")).await.unwrap();
    place.run("UPDATE tool_records SET revision = 7").await;
    assert_eq!(store.tool("t1").await.unwrap_err(), StoreError::Sealed);
    assert_eq!(store.tools().await.unwrap_err(), StoreError::Sealed);
}
