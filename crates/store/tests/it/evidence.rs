//! The ledger: one valid chain, whoever appends.

use std::collections::BTreeSet;

use sluis_ledger::{Event, Expect, MAX_ENTRY, VerifyError, verify};
use sluis_store::{Store, StoreError};

use crate::harness::{Place, append, audit, on_both};

on_both!(
    entries_are_numbered_and_verified,
    what_is_written_can_be_settled_later,
    nodes_append_to_one_chain,
    checkpoints_stand_where_they_were_made,
    erased_entries_leave_their_records,
    a_hand_in_the_database_is_seen,
    an_entry_that_is_too_large_harms_nobody,
    an_export_under_load_is_whole,
);

async fn entries_are_numbered_and_verified(place: Place) {
    let store = place.open().await;
    assert_eq!(audit(&store).await.entries, 0);
    for number in 0..5 {
        assert_eq!(store.append(store.entry(Event::Sent)).await.unwrap(), number);
    }
    let report = audit(&store).await;
    assert_eq!((report.entries, report.checkpoints), (5, 2));
    assert!(report.first_at < report.last_at);
    assert_eq!(store.size().await.unwrap(), 5);
}

async fn what_is_written_can_be_settled_later(place: Place) {
    let store = place.open().await;
    // Nothing written yet: nothing to wait for.
    store.settle().await.unwrap();
    assert_eq!(store.write(store.entry(Event::Sent)).await.unwrap(), 0);
    // Another process sees it already.
    assert_eq!(place.open().await.size().await.unwrap(), 1);
    store.settle().await.unwrap();
    assert_eq!(store.write(store.entry(Event::Sent)).await.unwrap(), 1);
    assert_eq!(store.append(store.entry(Event::Answered)).await.unwrap(), 2);
    assert_eq!(audit(&store).await.entries, 3);
}

async fn nodes_append_to_one_chain(place: Place) {
    let nodes = [place.open().await, place.open().await];
    let appending: Vec<_> = (0..400)
        .map(|number| {
            let store = nodes[number % 2].clone();
            tokio::spawn(async move { store.append(store.entry(Event::Sent)).await.unwrap() })
        })
        .collect();
    let mut numbers = BTreeSet::new();
    for one in appending {
        numbers.insert(one.await.unwrap());
    }
    assert_eq!(numbers, (0..400).collect());
    assert_eq!(audit(&nodes[0]).await.entries, 400);
    assert_eq!(audit(&nodes[1]).await.entries, 400);
}

async fn checkpoints_stand_where_they_were_made(place: Place) {
    let store = place.open().await;
    assert_eq!(store.latest_checkpoint().await.unwrap(), None);
    append(&store, 3).await;
    let first = store.checkpoint().await.unwrap();
    assert_eq!(store.checkpoint().await.unwrap(), first);
    append(&store, 4).await;
    let second = store.checkpoint().await.unwrap();
    assert_eq!(store.latest_checkpoint().await.unwrap().as_ref(), Some(&second));
    append(&store, 1).await;
    assert_eq!(audit(&store).await.checkpoints, 3);
    let mut file = Vec::new();
    store.export(&mut file).await.unwrap();
    for note in [first, second] {
        verify(&file[..], &Expect { key: None, checkpoint: Some(note) }, |_| ()).unwrap();
    }
}

async fn erased_entries_leave_their_records(place: Place) {
    let store = place.open().await;
    append(&store, 4).await;
    let middle = store.entry(Event::Sent);
    append(&store, 3).await;
    assert_eq!(store.erase_entries(middle.at, "Not a name").await.unwrap_err(), StoreError::Rule);
    assert_eq!(store.erase_entries(middle.at, "retention").await.unwrap(), 4);
    assert_eq!(store.erase_entries(middle.at, "retention").await.unwrap(), 0);
    let report = audit(&store).await;
    assert_eq!((report.entries, report.erased), (7, 4));
    append(&store, 1).await;
    assert_eq!(audit(&store).await.entries, 8);
}

async fn exported(store: &Store) -> Result<u64, VerifyError> {
    let mut file = Vec::new();
    store.export(&mut file).await.unwrap();
    verify(&file[..], &Expect::default(), |_| ()).map(|report| report.entries)
}

async fn a_hand_in_the_database_is_seen(place: Place) {
    let store = place.open().await;
    append(&store, 10).await;
    assert_eq!(exported(&store).await.unwrap(), 10);
    place.run("UPDATE ledger SET entry = (SELECT entry FROM ledger WHERE seq = 3) WHERE seq = 5").await;
    let error = exported(&store).await.unwrap_err();
    assert!(matches!(error, VerifyError::Changed { seq: 5, .. }), "{error}");
    place.run("DELETE FROM ledger WHERE seq = 5").await;
    let error = exported(&store).await.unwrap_err();
    assert!(matches!(error, VerifyError::Dropped { seq: 5, next: 6, .. }), "{error}");
}

async fn an_entry_that_is_too_large_harms_nobody(place: Place) {
    let store = place.open().await;
    let mut entry = store.entry(Event::Sent);
    entry.rule = "x".repeat(MAX_ENTRY);
    assert!(matches!(store.append(entry).await.unwrap_err(), StoreError::Entry(_)));
    append(&store, 1).await;
    assert_eq!(audit(&store).await.entries, 1);
}

async fn an_export_under_load_is_whole(place: Place) {
    let store = place.open().await;
    append(&store, 50).await;
    let other = store.clone();
    let load = tokio::spawn(async move { append(&other, 200).await });
    for _ in 0..5 {
        let store = store.clone();
        let auditing = tokio::spawn(async move { audit(&store).await.entries });
        assert!(auditing.await.unwrap() >= 50);
    }
    load.await.unwrap();
    assert_eq!(audit(&store).await.entries, 250);
}
