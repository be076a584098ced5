//! Virtual keys and the tokens used on them.

use sluis_core::key::VirtualKey;
use sluis_store::StoreError;

use crate::harness::{Place, digest, on_both};

on_both!(a_key_comes_back_as_it_was, a_key_is_revoked_once, usage_adds_up);

pub fn key(id: &str) -> VirtualKey {
    VirtualKey {
        id: id.into(),
        label: format!("Label of {id}"),
        secret_hash: digest(id),
        tools: ["mistral".to_owned(), "claude".to_owned()].into(),
        expires_at: Some(1_800_000_000_000_000),
        revoked_at: None,
        requests_per_minute: Some(60),
        tokens_per_month: Some(1_000_000),
        created_at: 1_760_000_000_000_000,
        person: None,
    }
}

async fn a_key_comes_back_as_it_was(place: Place) {
    let store = place.open().await;
    let bare = VirtualKey {
        tools: [].into(),
        expires_at: None,
        requests_per_minute: None,
        tokens_per_month: None,
        created_at: 1,
        person: Some("p".into()),
        ..key("b")
    };
    store.insert_key(&key("a")).await.unwrap();
    store.insert_key(&bare).await.unwrap();
    assert_eq!(store.key_by_hash(&digest("a")).await.unwrap(), Some(key("a")));
    assert_eq!(store.key_by_hash(&digest("c")).await.unwrap(), None);
    assert_eq!(store.keys().await.unwrap(), [bare, key("a")]);
    assert_eq!(store.insert_key(&key("a")).await.unwrap_err(), StoreError::Duplicate);
    let same_secret = VirtualKey { secret_hash: digest("a"), ..key("d") };
    assert_eq!(store.insert_key(&same_secret).await.unwrap_err(), StoreError::Duplicate);
    let too_many = VirtualKey { tokens_per_month: Some(u64::MAX), ..key("e") };
    assert_eq!(store.insert_key(&too_many).await.unwrap_err(), StoreError::Range);
    // A key that is made a program's or somebody else's does not open.
    place.run("UPDATE virtual_keys SET person = NULL WHERE id = 'b'").await;
    assert_eq!(store.key_by_hash(&digest("b")).await.unwrap_err(), StoreError::Sealed);
    place.run("UPDATE virtual_keys SET person = 'p' WHERE id = 'b'").await;
    assert!(store.key_by_hash(&digest("b")).await.unwrap().is_some());
    // A label that is moved to another key does not open there.
    place
        .run("UPDATE virtual_keys SET label = (SELECT label FROM virtual_keys WHERE id = 'a') WHERE id = 'b'")
        .await;
    assert_eq!(store.key_by_hash(&digest("b")).await.unwrap_err(), StoreError::Sealed);
}

async fn a_key_is_revoked_once(place: Place) {
    let store = place.open().await;
    store.insert_key(&key("a")).await.unwrap();
    assert!(store.revoke_key("a", 7).await.unwrap());
    assert!(!store.revoke_key("a", 8).await.unwrap());
    assert!(!store.revoke_key("b", 8).await.unwrap());
    assert_eq!(store.key_by_hash(&digest("a")).await.unwrap().unwrap().revoked_at, Some(7));
}

async fn usage_adds_up(place: Place) {
    let (one, two) = (place.open().await, place.open().await);
    assert_eq!(one.usage("a", "2026-11").await.unwrap(), 0);
    let adding: Vec<_> = (0..20)
        .map(|number| {
            let store = if number % 2 == 0 { one.clone() } else { two.clone() };
            tokio::spawn(async move { store.add_usage("a", "2026-11", 5).await.unwrap() })
        })
        .collect();
    let mut sums = Vec::new();
    for sum in adding {
        sums.push(sum.await.unwrap());
    }
    sums.sort_unstable();
    assert_eq!(sums, (1..=20).map(|number| number * 5).collect::<Vec<u64>>());
    assert_eq!(one.usage("a", "2026-11").await.unwrap(), 100);
    assert_eq!(one.usage("a", "2026-12").await.unwrap(), 0);
    let most = u64::try_from(i64::MAX).unwrap();
    assert_eq!(one.add_usage("a", "2026-11", most).await.unwrap(), most);
    assert_eq!(one.add_usage("a", "2026-11", most + 1).await.unwrap_err(), StoreError::Range);
}
