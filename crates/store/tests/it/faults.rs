//! What can break while the store runs.

use std::fs;
use std::time::Duration;

use sluis_ledger::Event;
use sluis_store::{Store, StoreError};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::harness::{Place, append, audit, master, on_both, source};
use crate::postgres;

on_both!(a_locked_database_is_told_and_waited_out);

async fn a_locked_database_is_told_and_waited_out(place: Place) {
    let store = place.open().await;
    append(&store, 2).await;
    let waiting = |store: &Store| {
        let store = store.clone();
        tokio::spawn(async move { store.append(store.entry(Event::Sent)).await })
    };
    let locked = StoreError::Unavailable("the database is locked");
    if place.is_sqlite() {
        let mut other = place.sqlite_connection().await;
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
        let (one, two) = (waiting(&store), waiting(&store));
        assert_eq!(one.await.unwrap().unwrap_err(), locked);
        sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
        // The second was either in the same transaction or in the one that came through.
        let _ = two.await.unwrap();
    } else {
        let mut other = place.postgres_connection().await;
        sqlx::raw_sql("BEGIN; SELECT 1 FROM ledger_head FOR UPDATE").execute(&mut other).await.unwrap();
        assert_eq!(waiting(&store).await.unwrap().unwrap_err(), locked);
        other.close().await.unwrap();
    }
    append(&store, 2).await;
    assert!(audit(&store).await.entries >= 4);
}

#[tokio::test]
async fn a_file_that_vanishes_is_told_and_may_come_back() {
    let place = Place::sqlite();
    let store = place.open().await;
    append(&store, 2).await;
    fs::rename(place.file(), place.path("elsewhere.db")).unwrap();
    let gone = StoreError::Unavailable("the file of the database is gone");
    assert_eq!(store.append(store.entry(Event::Sent)).await.unwrap_err(), gone);
    assert_eq!(store.ready().await.unwrap_err(), gone);
    fs::write(place.file(), b"").unwrap();
    let replaced = store.append(store.entry(Event::Sent)).await.unwrap_err();
    assert!(matches!(replaced, StoreError::Unavailable(text) if text.contains("replaced")));
    fs::rename(place.path("elsewhere.db"), place.file()).unwrap();
    append(&store, 2).await;
    assert_eq!(audit(&store).await.entries, 4);
}

#[tokio::test]
async fn a_crash_loses_nothing_that_was_answered() {
    let place = Place::sqlite();
    let store = place.open().await;
    let other = store.clone();
    let load = tokio::spawn(async move { while other.append(other.entry(Event::Sent)).await.is_ok() {} });
    let crashed = Place::sqlite();
    for round in 1..=5_u64 {
        append(&store, 20).await;
        // What would be on the disk after a power cut: the file and its log, at this moment.
        fs::copy(place.file(), crashed.file()).unwrap();
        fs::copy(place.path("sluis.db-wal"), crashed.path("sluis.db-wal")).unwrap();
        let after = crashed.open().await;
        assert!(audit(&after).await.entries >= round * 20);
        after.close().await;
        for name in ["sluis.db", "sluis.db-wal", "sluis.db-shm"] {
            let _ = fs::remove_file(crashed.path(name));
        }
    }
    store.close().await;
    load.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_cuts_connections_leaves_a_sound_chain() {
    let place = Place::postgres().await;
    let store = place.open().await;
    let name = place.url.rsplit('/').next().unwrap().to_owned();
    let cutter = tokio::spawn(async move {
        let mut server = postgres::server().await;
        for _ in 0..30 {
            tokio::time::sleep(Duration::from_millis(30)).await;
            let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
            sqlx::query(sql).bind(&name).execute(&mut server).await.unwrap();
        }
    });
    let (mut answered, mut failed) = (Vec::new(), 0);
    while !cutter.is_finished() {
        let batch: Vec<_> = (0..8)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.append(store.entry(Event::Sent)).await })
            })
            .collect();
        for one in batch {
            match one.await.unwrap() {
                Ok(number) => answered.push(number),
                Err(error) => {
                    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
                    failed += 1;
                }
            }
        }
    }
    cutter.await.unwrap();
    append(&store, 1).await;
    let entries = audit(&store).await.entries;
    let count = answered.len();
    answered.sort_unstable();
    answered.dedup();
    assert_eq!(answered.len(), count, "no number was given twice");
    assert!(failed > 0, "the cuts were felt");
    assert!(entries > count as u64 && answered.last().is_some_and(|last| *last < entries));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_goes_away_may_come_back() {
    let place = Place::postgres().await;
    let store = place.open().await;
    append(&store, 2).await;
    let name = place.url.rsplit('/').next().unwrap().to_owned();
    let mut server = postgres::server().await;
    let sql = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut server).await.unwrap();
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
    sqlx::query(sql).bind(&name).execute(&mut server).await.unwrap();
    for _ in 0..2 {
        let error = store.append(store.entry(Event::Sent)).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    }
    assert!(matches!(store.ready().await.unwrap_err(), StoreError::Unavailable(_)));
    let sql = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut server).await.unwrap();
    append(&store, 2).await;
    assert_eq!(audit(&store).await.entries, 4);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told() {
    let error = Store::open("postgres://nobody@127.0.0.1:1/none", master(), source()).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    let error = Store::open("sqlite:/nowhere/at/all.db", master(), source()).await.unwrap_err();
    assert!(matches!(error, StoreError::File(_)), "{error}");
}
