//! Opening: new databases, wrong keys, other versions.

use std::os::unix::fs::PermissionsExt as _;

use sluis_store::{MasterKey, Store, StoreError};

use crate::harness::{Place, append, audit, master, on_both, source};
use crate::people::person;

on_both!(
    a_store_is_made_and_opened_again,
    a_wrong_master_key_is_told,
    a_newer_database_is_refused,
    a_migration_that_fails_changes_nothing,
    a_database_of_the_first_version_comes_along,
    nodes_that_start_together_agree,
    a_closed_store_says_so,
);

async fn a_store_is_made_and_opened_again(place: Place) {
    let store = place.open().await;
    store.ready().await.unwrap();
    append(&store, 3).await;
    let key = store.verifier_key();
    store.close().await;
    let store = place.open().await;
    assert_eq!(store.verifier_key(), key);
    assert_eq!(store.size().await.unwrap(), 3);
    append(&store, 2).await;
    assert_eq!(audit(&store).await.entries, 5);
    if place.is_sqlite() {
        for name in ["sluis.db", "sluis.db-wal", "sluis.db-shm"] {
            let mode = std::fs::metadata(place.path(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}

async fn a_wrong_master_key_is_told(place: Place) {
    place.open().await.close().await;
    let other = MasterKey::from_bytes([43; 32]);
    assert_eq!(Store::open(&place.url, other, source()).await.unwrap_err(), StoreError::WrongMasterKey);
    place.open().await.ready().await.unwrap();
}

async fn a_newer_database_is_refused(place: Place) {
    place.open().await.close().await;
    place.run("INSERT INTO schema_version (version) VALUES (99)").await;
    let error = Store::open(&place.url, master(), source()).await.unwrap_err();
    assert!(matches!(error, StoreError::NewerSchema { found: 99, .. }), "{error}");
}

async fn a_migration_that_fails_changes_nothing(place: Place) {
    // The last table of the first migration is in the way.
    place.run("CREATE TABLE vault (mine BIGINT)").await;
    let error = Store::open(&place.url, master(), source()).await.unwrap_err();
    assert!(matches!(error, StoreError::Migration { version: 1, .. }), "{error}");
    let tables = if place.is_sqlite() {
        place.numbers("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'").await
    } else {
        place.numbers("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'").await
    };
    assert_eq!(tables, [1]);
    place.run("DROP TABLE vault").await;
    place.open().await.ready().await.unwrap();
}

async fn a_database_of_the_first_version_comes_along(place: Place) {
    place
        .run(if place.is_sqlite() {
            include_str!("../../migrations/sqlite/0001_start.sql")
        } else {
            include_str!("../../migrations/postgres/0001_start.sql")
        })
        .await;
    place.run("CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY KEY)").await;
    place.run("INSERT INTO schema_version (version) VALUES (1)").await;
    // What stands in a table that changes stays.
    place.run(if place.is_sqlite() {
        "INSERT INTO virtual_keys (id, label, secret_hash, tools, created_at) VALUES ('a', x'00', x'01', '[]', 1)"
    } else {
        "INSERT INTO virtual_keys (id, label, secret_hash, tools, created_at) VALUES ('a', '\\x00', '\\x01', '[]', 1)"
    })
    .await;
    let store = place.open().await;
    assert_eq!(
        place.numbers("SELECT created_at FROM virtual_keys WHERE id = 'a' AND person IS NULL").await,
        [1]
    );
    assert_eq!(place.numbers("SELECT version FROM schema_version ORDER BY 1").await, [1, 2, 3, 4, 5, 6, 7]);
    store.insert_person(&person("p")).await.unwrap();
}

async fn nodes_that_start_together_agree(place: Place) {
    let nodes: Vec<_> = (0..4)
        .map(|_| {
            let url = place.url.clone();
            tokio::spawn(async move { Store::open(&url, master(), source()).await.unwrap().verifier_key() })
        })
        .collect();
    let mut keys = Vec::new();
    for node in nodes {
        keys.push(node.await.unwrap());
    }
    keys.dedup();
    assert_eq!(keys.len(), 1);
}

async fn a_closed_store_says_so(place: Place) {
    let store = place.open().await;
    store.close().await;
    store.close().await;
    assert_eq!(store.ready().await.unwrap_err(), StoreError::Closed);
    let entry = store.entry(sluis_ledger::Event::Sent);
    assert_eq!(store.append(entry).await.unwrap_err(), StoreError::Closed);
}

#[tokio::test]
async fn an_address_of_another_kind_is_refused() {
    for url in ["", "mysql://localhost/x", "sqlite:", "sqlite::memory:", "/tmp/x.db"] {
        assert_eq!(Store::open(url, master(), source()).await.unwrap_err(), StoreError::Url, "{url}");
    }
}
