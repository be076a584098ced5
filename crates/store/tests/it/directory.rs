//! Accounts elsewhere, and what the directory says of people and groups.

use sluis_store::{DirectoryGroup, DirectoryPerson, StoreError};

use crate::harness::{Place, on_both};
use crate::people::person;

on_both!(
    an_account_is_bound_once,
    what_the_directory_says_is_replaced_by_the_revision_that_follows,
    a_group_is_changed_by_the_revision_that_follows,
);

async fn an_account_is_bound_once(place: Place) {
    let store = place.open().await;
    for id in ["a", "b"] {
        store.insert_person(&person(id)).await.unwrap();
    }
    assert_eq!(store.identity("https://i", "s").await.unwrap(), None);
    assert_eq!(store.bind_identity("https://i", "s", "nobody", 1).await, Err(StoreError::Gone));
    store.bind_identity("https://i", "s", "a", 1).await.unwrap();
    assert_eq!(store.identity("https://i", "s").await.unwrap().as_deref(), Some("a"));
    for (issuer, subject) in [("https://i", "S"), ("https://j", "s"), ("https://", "is")] {
        assert_eq!(store.identity(issuer, subject).await.unwrap(), None, "{issuer} {subject}");
    }
    // Neither the account nor the person a second time.
    assert_eq!(store.bind_identity("https://i", "s", "b", 2).await, Err(StoreError::Duplicate));
    assert_eq!(store.bind_identity("https://i", "t", "a", 2).await, Err(StoreError::Duplicate));
    store.bind_identity("https://j", "s", "b", 2).await.unwrap();
    assert!(store.has_identity("a").await.unwrap() && store.has_identity("b").await.unwrap());
    assert!(store.forget_identities_of("a").await.unwrap());
    assert!(!store.forget_identities_of("a").await.unwrap());
    assert_eq!(store.identity("https://i", "s").await.unwrap(), None);
    store.bind_identity("https://i", "t", "a", 3).await.unwrap();
}

async fn what_the_directory_says_is_replaced_by_the_revision_that_follows(place: Place) {
    let store = place.open().await;
    store.insert_person(&person("a")).await.unwrap();
    let first = DirectoryPerson {
        person: "a".into(),
        record: "{\"userName\":\"é\"}".into(),
        revision: 1,
        changed_at: 4,
        deleted_at: None,
    };
    let nobody = DirectoryPerson { person: "b".into(), ..first.clone() };
    assert_eq!(store.keep_directory_person(&nobody).await, Err(StoreError::Gone));
    assert!(store.keep_directory_person(&first).await.unwrap());
    let second = DirectoryPerson { record: "{}".into(), revision: 2, deleted_at: Some(9), ..first.clone() };
    assert!(store.keep_directory_person(&second).await.unwrap());
    // Who looked at the first before cannot undo the second.
    assert!(!store.keep_directory_person(&second).await.unwrap());
    assert!(!store.keep_directory_person(&first).await.unwrap());
    assert_eq!(store.directory_person("a").await.unwrap(), Some(second.clone()));
    assert_eq!(store.directory_person("b").await.unwrap(), None);
    assert_eq!(store.directory_people().await.unwrap(), [second]);
}

async fn a_group_is_changed_by_the_revision_that_follows(place: Place) {
    let store = place.open().await;
    let group = DirectoryGroup {
        id: "g".into(),
        name: "Directie".into(),
        external: Some("x".into()),
        members: ["a".to_owned()].into(),
        revision: 1,
        created_at: 1,
        changed_at: 1,
    };
    store.insert_directory_group(&group).await.unwrap();
    let same = DirectoryGroup { id: "h".into(), name: " DIRECTIE".into(), ..group.clone() };
    assert_eq!(store.insert_directory_group(&same).await, Err(StoreError::Duplicate));
    let other = DirectoryGroup { id: "h".into(), name: "Zorg".into(), created_at: 2, ..group.clone() };
    store.insert_directory_group(&other).await.unwrap();
    let changed = DirectoryGroup { members: ["b".to_owned()].into(), revision: 2, ..group.clone() };
    assert!(store.update_directory_group(&changed).await.unwrap());
    assert!(!store.update_directory_group(&changed).await.unwrap());
    let taken = DirectoryGroup { name: "zorg".into(), revision: 3, ..changed.clone() };
    assert_eq!(store.update_directory_group(&taken).await, Err(StoreError::Duplicate));
    assert_eq!(store.directory_groups().await.unwrap(), [changed, other]);
    assert!(store.delete_directory_group("h").await.unwrap());
    assert!(!store.delete_directory_group("h").await.unwrap());
}
