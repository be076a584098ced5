//! Conversations, pseudonyms, conflicts between nodes, erasure.

use sluis_store::{Pseudonym, Purged, StoreError};

use crate::harness::{Place, contains, digest, now, on_both, sqlite_files};

on_both!(
    a_conversation_is_found_again,
    its_expiry_moves_forward_only,
    an_expired_conversation_starts_anew,
    nodes_make_one_conversation,
    pseudonyms_come_back,
    nodes_that_differ_are_told_what_stands,
    nodes_that_write_at_once_agree,
    a_row_that_was_moved_does_not_open,
    forgetting_takes_the_key_away,
    purging_takes_what_is_past,
);

const HOUR: i64 = 3_600_000_000;

pub fn pseudonym(token: &str, value: &str) -> Pseudonym {
    Pseudonym {
        token: token.into(),
        kind: "person".into(),
        value: value.into(),
        entity: 3,
        fingerprint: digest(value),
    }
}

async fn a_conversation_is_found_again(place: Place) {
    let store = place.open().await;
    let one = store.conversation(&digest("c"), now() + HOUR).await.unwrap();
    let again = store.conversation(&digest("c"), now() + HOUR).await.unwrap();
    let other = store.conversation(&digest("d"), now() + HOUR).await.unwrap();
    assert_eq!((one.id, one.secret), (again.id, again.secret));
    assert_ne!(one.id, other.id);
    assert_ne!(one.secret, other.secret);
    assert!(!format!("{one:?}").contains("secret"));
}

async fn its_expiry_moves_forward_only(place: Place) {
    let store = place.open().await;
    let start = now();
    for (asked, stands) in
        [(HOUR, HOUR), (HOUR / 2, HOUR), (HOUR + 1, HOUR), (2 * HOUR, 2 * HOUR), (HOUR, 2 * HOUR)]
    {
        store.conversation(&digest("c"), start + asked).await.unwrap();
        assert_eq!(place.numbers("SELECT expires_at FROM conversations").await, [start + stands]);
    }
}

async fn an_expired_conversation_starts_anew(place: Place) {
    let store = place.open().await;
    let old = store.conversation(&digest("c"), now() + 2).await.unwrap();
    store.remember(&old, &[pseudonym("[P-1]", "Jan")]).await.unwrap();
    while now() < 1_760_000_000_000_100 {}
    let new = store.conversation(&digest("c"), now() + HOUR).await.unwrap();
    assert_ne!((old.id, old.secret), (new.id, new.secret));
    assert!(store.vault(&new).await.unwrap().is_empty());
    assert!(store.vault(&old).await.unwrap().is_empty());
}

async fn nodes_make_one_conversation(place: Place) {
    let nodes = [place.open().await, place.open().await];
    let making: Vec<_> = (0..16)
        .map(|number| {
            let store = nodes[number % 2].clone();
            tokio::spawn(async move {
                let made = store.conversation(&digest("c"), now() + HOUR).await.unwrap();
                (made.id, made.secret)
            })
        })
        .collect();
    let mut made = Vec::new();
    for one in making {
        made.push(one.await.unwrap());
    }
    made.dedup();
    assert_eq!(made.len(), 1);
}

async fn pseudonyms_come_back(place: Place) {
    let store = place.open().await;
    let conversation = store.conversation(&digest("c"), now() + HOUR).await.unwrap();
    assert!(store.vault(&conversation).await.unwrap().is_empty());
    let new = [pseudonym("[P-1]", "Jan de Vries"), pseudonym("[P-2]", "Fatima “Zo” El Idrissi\n")];
    assert!(store.remember(&conversation, &new).await.unwrap().is_empty());
    assert_eq!(store.vault(&conversation).await.unwrap(), new);
    assert!(store.remember(&conversation, &new).await.unwrap().is_empty(), "the same again is no conflict");
    assert!(!format!("{new:?}").contains("Jan"));
    // The same token and value in another conversation are nobody's business here.
    let other = store.conversation(&digest("d"), now() + HOUR).await.unwrap();
    assert!(store.remember(&other, &new[..1]).await.unwrap().is_empty());
    assert_eq!(store.vault(&other).await.unwrap(), &new[..1]);
}

async fn nodes_that_differ_are_told_what_stands(place: Place) {
    let (one, two) = (place.open().await, place.open().await);
    let here = one.conversation(&digest("c"), now() + HOUR).await.unwrap();
    let there = two.conversation(&digest("c"), now() + HOUR).await.unwrap();
    one.remember(&here, &[pseudonym("[P-1]", "Jan"), pseudonym("[P-2]", "Piet")]).await.unwrap();
    let new = [
        pseudonym("[P-1]", "Klaas"), // token taken
        pseudonym("[P-3]", "Piet"),  // value known
        pseudonym("[P-2]", "Jan"),   // both, in two rows
        pseudonym("[P-4]", "Anna"),  // free
    ];
    let conflicts = two.remember(&there, &new).await.unwrap();
    let told: Vec<_> = conflicts
        .iter()
        .map(|conflict| {
            let value = conflict.same_token.as_ref().map(|stands| stands.value.as_str());
            let token = conflict.same_value.as_ref().map(|stands| stands.token.as_str());
            (conflict.wanted.token.as_str(), value, token)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("[P-1]", Some("Jan"), None),
            ("[P-3]", None, Some("[P-2]")),
            ("[P-2]", Some("Piet"), Some("[P-1]"))
        ]
    );
    let tokens: Vec<_> = two.vault(&there).await.unwrap().into_iter().map(|one| one.token).collect();
    assert_eq!(tokens, ["[P-1]", "[P-2]", "[P-4]"]);
}

async fn nodes_that_write_at_once_agree(place: Place) {
    let nodes = [place.open().await, place.open().await];
    let writing: Vec<_> = (0..12)
        .map(|number| {
            let store = nodes[number % 2].clone();
            tokio::spawn(async move {
                let conversation = store.conversation(&digest("c"), now() + HOUR).await.unwrap();
                let mut new: Vec<_> = (0..10)
                    .map(|n| pseudonym(&format!("[P-{n}]"), &format!("{}", (n + number) % 10)))
                    .collect();
                if number % 3 == 0 {
                    new.reverse();
                }
                store.remember(&conversation, &new).await.unwrap().len()
            })
        })
        .collect();
    let mut free = 0;
    for one in writing {
        free += usize::from(one.await.unwrap() == 0);
    }
    assert!(free >= 1, "the first finds no conflict");
    let conversation = nodes[0].conversation(&digest("c"), now() + HOUR).await.unwrap();
    let vault = nodes[1].vault(&conversation).await.unwrap();
    assert_eq!(vault.len(), 10);
}

async fn a_row_that_was_moved_does_not_open(place: Place) {
    let store = place.open().await;
    let conversation = store.conversation(&digest("c"), now() + HOUR).await.unwrap();
    store.remember(&conversation, &[pseudonym("[P-1]", "Jan"), pseudonym("[P-2]", "Piet")]).await.unwrap();
    place.run("UPDATE vault SET token = '[P-9]' WHERE token = '[P-1]'").await;
    assert_eq!(store.vault(&conversation).await.unwrap_err(), StoreError::Sealed);
    // Nor does a data key under another conversation's name.
    store.conversation(&digest("d"), now() + HOUR).await.unwrap();
    place
        .run("UPDATE conversations SET secret = (SELECT secret FROM conversations ORDER BY id LIMIT 1)")
        .await;
    let results = [
        store.conversation(&digest("c"), now() + HOUR).await,
        store.conversation(&digest("d"), now() + HOUR).await,
    ];
    assert_eq!(results.iter().filter(|result| result.is_err()).count(), 1);
}

async fn forgetting_takes_the_key_away(place: Place) {
    let store = place.open().await;
    let conversation = store.conversation(&digest("c"), now() + HOUR).await.unwrap();
    store.remember(&conversation, &[pseudonym("[P-1]", "Jan")]).await.unwrap();
    let sealed = place.bytes("SELECT secret FROM conversations").await.remove(0);
    let value = place.bytes("SELECT sealed FROM vault").await.remove(0);
    assert!(!store.forget(&digest("other")).await.unwrap());
    assert!(store.forget(&digest("c")).await.unwrap());
    assert!(!store.forget(&digest("c")).await.unwrap());
    assert!(store.vault(&conversation).await.unwrap().is_empty());
    let late = store.remember(&conversation, &[pseudonym("[P-2]", "Piet")]).await;
    assert_eq!(late.unwrap_err(), StoreError::Gone);
    assert_eq!(place.numbers("SELECT COUNT(*) FROM vault").await, [0]);
    if place.is_sqlite() {
        for file in sqlite_files(&place.file()) {
            assert!(
                !contains(&file, &sealed) && !contains(&file, &value),
                "free pages and the log are wiped"
            );
        }
    }
}

async fn purging_takes_what_is_past(place: Place) {
    let store = place.open().await;
    let start = now();
    for (name, hours) in [("a", 1), ("b", 2), ("c", 3)] {
        let conversation = store.conversation(&digest(name), start + hours * HOUR).await.unwrap();
        store.remember(&conversation, &[pseudonym("[P-1]", "x"), pseudonym("[P-2]", "y")]).await.unwrap();
    }
    assert_eq!(store.purge(start).await.unwrap(), Purged::default());
    let purged = store.purge(start + 2 * HOUR).await.unwrap();
    assert_eq!(purged, Purged { conversations: 2, pseudonyms: 4, chats: 0 });
    assert_eq!(place.numbers("SELECT COUNT(*) FROM vault").await, [2]);
}
