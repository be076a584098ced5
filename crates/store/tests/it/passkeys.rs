//! Passkeys: kept sealed, used forward only, taken away by their owner.

use sluis_store::{Passkey, StoreError};

use crate::harness::{Place, digest, on_both};
use crate::people::person;

on_both!(
    a_passkey_comes_back_as_kept_and_belongs_to_one_person,
    a_passkey_that_does_not_count_on_is_a_copy,
    only_its_owner_takes_a_passkey_away,
    a_passkey_given_to_somebody_else_does_not_open,
);

fn passkey(name: &str, person: &str) -> Passkey {
    Passkey {
        hash: digest(name),
        person: person.into(),
        id: name.as_bytes().into(),
        key: vec![0x30, 0, 255],
        algorithm: -7,
        label: "Telefoon van Noor".into(),
        counter: 0,
        created_at: 5,
        used_at: None,
    }
}

async fn a_passkey_comes_back_as_kept_and_belongs_to_one_person(place: Place) {
    let store = place.open().await;
    for id in ["a", "b"] {
        store.insert_person(&person(id)).await.unwrap();
    }
    let (one, other) = (passkey("1", "a"), Passkey { created_at: 4, ..passkey("2", "a") });
    for passkey in [&one, &other] {
        store.insert_passkey(passkey).await.unwrap();
    }
    assert_eq!(store.passkeys_of("a").await.unwrap(), [other, one.clone()]);
    assert_eq!(store.passkey(&one.hash).await.unwrap(), Some(one.clone()));
    assert_eq!(store.passkey(&digest("3")).await.unwrap(), None);
    let taken = store.insert_passkey(&Passkey { person: "b".into(), ..one }).await;
    assert!(matches!(taken, Err(StoreError::Duplicate)));
    let nobody = store.insert_passkey(&passkey("3", "nobody")).await;
    assert!(matches!(nobody, Err(StoreError::Gone)));
}

async fn a_passkey_that_does_not_count_on_is_a_copy(place: Place) {
    let store = place.open().await;
    store.insert_person(&person("a")).await.unwrap();
    let one = passkey("1", "a");
    store.insert_passkey(&one).await.unwrap();
    for (counter, good) in [(0, true), (0, true), (4, true), (4, false), (3, false), (0, false), (5, true)] {
        assert_eq!(store.use_passkey(&one.hash, counter, 9).await.unwrap(), good, "{counter}");
    }
    let used = store.passkey(&one.hash).await.unwrap().unwrap();
    assert_eq!((used.counter, used.used_at), (5, Some(9)));
    assert!(!store.use_passkey(&digest("2"), 9, 9).await.unwrap());
}

async fn only_its_owner_takes_a_passkey_away(place: Place) {
    let store = place.open().await;
    for id in ["a", "b"] {
        store.insert_person(&person(id)).await.unwrap();
    }
    let one = passkey("1", "a");
    store.insert_passkey(&one).await.unwrap();
    assert!(!store.delete_passkey(&one.hash, "b").await.unwrap());
    assert!(store.delete_passkey(&one.hash, "a").await.unwrap());
    assert!(!store.delete_passkey(&one.hash, "a").await.unwrap());
}

async fn a_passkey_given_to_somebody_else_does_not_open(place: Place) {
    let store = place.open().await;
    for id in ["a", "b"] {
        store.insert_person(&person(id)).await.unwrap();
    }
    let one = passkey("1", "a");
    store.insert_passkey(&one).await.unwrap();
    place.run("UPDATE passkeys SET person = 'b'").await;
    assert!(matches!(store.passkey(&one.hash).await, Err(StoreError::Sealed)));
}
