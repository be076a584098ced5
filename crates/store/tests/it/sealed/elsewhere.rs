//! Accounts and groups of the organisation's directory, with every text marked.

use sluis_store::{DirectoryGroup, DirectoryPerson, Store};

pub const MARKS: [&str; 4] = ["CanarySubject6Ab", "CanaryRecord7Cd", "CanaryGroup8Ef", "CanaryMember9Gh"];

pub async fn fill(store: &Store) {
    store.bind_identity("https://issuer", MARKS[0], "p", 1).await.unwrap();
    let said = DirectoryPerson {
        person: "p".into(),
        record: MARKS[1].into(),
        revision: 1,
        changed_at: 1,
        deleted_at: None,
    };
    store.keep_directory_person(&said).await.unwrap();
    let group = DirectoryGroup {
        id: "g".into(),
        name: MARKS[2].into(),
        external: Some(MARKS[1].into()),
        members: [MARKS[3].to_owned()].into(),
        revision: 1,
        created_at: 1,
        changed_at: 1,
    };
    store.insert_directory_group(&group).await.unwrap();
}
