//! Chats that people keep: theirs alone, sealed, and gone when they should be.

use sluis_core::choice::Mask;
use sluis_store::{Chat, Store, Turn};

use crate::harness::{Place, contains, now, on_both, sqlite_files};
use crate::people::person;

on_both!(
    a_chat_comes_back_with_its_turns,
    a_chat_is_nobody_elses,
    going_on_from_an_earlier_question_drops_what_came_after,
    a_chat_is_renamed_and_deleted,
    deleting_all_takes_the_key_of_the_person_away,
    purging_takes_chats_that_are_past_and_keys_without_use,
    a_shorter_time_counts_for_old_chats_too,
    the_oldest_of_too_many_goes,
    a_turn_that_was_moved_does_not_open,
);

const DAY: i64 = 86_400_000_000;

pub fn chat(id: &str) -> Chat {
    Chat {
        id: id.into(),
        title: "Brief aan mevrouw Jansen".into(),
        model: "mistral/groot".into(),
        masks: vec![Mask { text: "Zilvervos".into(), person: false }],
        created_at: now(),
        changed_at: now(),
        expires_at: now() + 30 * DAY,
    }
}

pub fn turn(question: &str) -> Turn {
    Turn {
        question: question.into(),
        answer: format!("Antwoord op {question}"),
        tool: "mistral".into(),
        request: "ab12".into(),
        whole: true,
        at: 7,
    }
}

async fn with_people(place: &Place) -> Store {
    let store = place.open().await;
    for id in ["anna", "bart"] {
        store.insert_person(&person(id)).await.unwrap();
    }
    store
}

fn questions(turns: &[Turn]) -> Vec<&str> {
    turns.iter().map(|turn| turn.question.as_str()).collect()
}

async fn a_chat_comes_back_with_its_turns(place: Place) {
    let store = with_people(&place).await;
    let first = chat("c1");
    assert!(store.keep_turn("anna", &first, 0, &turn("een")).await.unwrap());
    assert!(store.keep_turn("anna", &first, 1, &turn("twee")).await.unwrap());
    let second = chat("c2");
    assert!(store.keep_turn("anna", &second, 0, &turn("drie")).await.unwrap());
    assert_eq!(store.chats_of("anna", now()).await.unwrap(), [second, first.clone()]);
    assert_eq!(store.chat("anna", "c1", now()).await.unwrap(), Some(first.clone()));
    assert_eq!(store.turns("anna", "c1").await.unwrap(), [turn("een"), turn("twee")]);
    assert!(!store.keep_turn("anna", &first, 3, &turn("vier")).await.unwrap(), "a turn is missing before it");
    assert!(!format!("{first:?} {:?} {:?}", first.masks, turn("een")).contains("een mail"));
    assert!(!format!("{first:?} {:?}", first.masks).contains("Zilvervos"));
    // Every value opens on another node too.
    let other = place.open().await;
    assert_eq!(other.turns("anna", "c2").await.unwrap(), [turn("drie")]);
}

async fn a_chat_is_nobody_elses(place: Place) {
    let store = with_people(&place).await;
    let hers = chat("c1");
    store.keep_turn("anna", &hers, 0, &turn("een")).await.unwrap();
    store.keep_turn("bart", &chat("c2"), 0, &turn("twee")).await.unwrap();
    assert_eq!(store.chat("bart", "c1", now()).await.unwrap(), None);
    assert_eq!(store.turns("bart", "c1").await.unwrap(), []);
    assert!(!store.keep_turn("bart", &hers, 0, &turn("drie")).await.unwrap());
    assert!(!store.rename_chat("bart", "c1", "x", now()).await.unwrap());
    assert!(!store.delete_chat("bart", "c1").await.unwrap());
    assert_eq!(store.delete_chats("bart").await.unwrap(), 1);
    assert_eq!(questions(&store.turns("anna", "c1").await.unwrap()), ["een"]);
}

async fn going_on_from_an_earlier_question_drops_what_came_after(place: Place) {
    let store = with_people(&place).await;
    for (number, text) in (0..).zip(["een", "twee", "drie"]) {
        store.keep_turn("anna", &chat("c1"), number, &turn(text)).await.unwrap();
    }
    assert!(store.keep_turn("anna", &chat("c1"), 1, &turn("anders")).await.unwrap());
    assert_eq!(questions(&store.turns("anna", "c1").await.unwrap()), ["een", "anders"]);
    assert_eq!(store.chats_of("anna", now()).await.unwrap().len(), 1);
}

async fn a_chat_is_renamed_and_deleted(place: Place) {
    let store = with_people(&place).await;
    store.keep_turn("anna", &chat("c1"), 0, &turn("een")).await.unwrap();
    assert!(store.rename_chat("anna", "c1", "Nieuwe naam", now()).await.unwrap());
    let found = store.chat("anna", "c1", now()).await.unwrap().unwrap();
    assert_eq!((found.title.as_str(), found.masks.len()), ("Nieuwe naam", 1));
    assert!(store.delete_chat("anna", "c1").await.unwrap());
    assert!(!store.delete_chat("anna", "c1").await.unwrap());
    assert_eq!(place.numbers("SELECT COUNT(*) FROM chat_turns").await, [0]);
}

async fn deleting_all_takes_the_key_of_the_person_away(place: Place) {
    let store = with_people(&place).await;
    store.keep_turn("anna", &chat("c1"), 0, &turn("een")).await.unwrap();
    store.keep_turn("anna", &chat("c2"), 0, &turn("twee")).await.unwrap();
    let key = place.bytes("SELECT sealed FROM person_keys").await.remove(0);
    let sealed = place.bytes("SELECT sealed FROM chat_turns").await;
    assert_eq!(store.delete_chats("anna").await.unwrap(), 2);
    assert!(store.chats_of("anna", now()).await.unwrap().is_empty());
    if place.is_sqlite() {
        for file in sqlite_files(&place.file()) {
            assert!(!contains(&file, &key), "the sealed key is overwritten");
            assert!(sealed.iter().all(|row| !contains(&file, row)), "and what it sealed");
        }
    }
    assert_eq!(place.numbers("SELECT COUNT(*) FROM person_keys").await, [0]);
    // What comes later is under a new key.
    assert!(store.keep_turn("anna", &chat("c3"), 0, &turn("drie")).await.unwrap());
    assert_ne!(place.bytes("SELECT sealed FROM person_keys").await, [key]);
    assert_eq!(questions(&store.turns("anna", "c3").await.unwrap()), ["drie"]);
}

async fn purging_takes_chats_that_are_past_and_keys_without_use(place: Place) {
    let store = with_people(&place).await;
    let start = now();
    for (person, id, days) in [("anna", "c1", 1), ("anna", "c2", 3), ("bart", "c3", 1)] {
        let chat = Chat { expires_at: start + days * DAY, ..chat(id) };
        store.keep_turn(person, &chat, 0, &turn("x")).await.unwrap();
    }
    assert_eq!(store.purge(start).await.unwrap().chats, 0);
    assert_eq!(store.chat("anna", "c1", start + DAY).await.unwrap(), None, "before it is purged too");
    assert_eq!(store.chats_of("anna", start + DAY).await.unwrap().len(), 1);
    assert_eq!(store.purge(start + DAY).await.unwrap().chats, 2);
    assert_eq!(place.numbers("SELECT COUNT(*) FROM chat_turns").await, [1]);
    assert_eq!(place.numbers("SELECT COUNT(*) FROM person_keys").await, [1]);
    assert_eq!(store.turns("anna", "c2").await.unwrap().len(), 1);
}

async fn a_shorter_time_counts_for_old_chats_too(place: Place) {
    let store = with_people(&place).await;
    let start = now();
    let old = Chat { changed_at: start, expires_at: start + 30 * DAY, ..chat("c1") };
    store.keep_turn("anna", &old, 0, &turn("x")).await.unwrap();
    store.shorten_chats(40 * DAY).await.unwrap();
    assert_eq!(place.numbers("SELECT expires_at FROM chats").await, [start + 30 * DAY]);
    store.shorten_chats(7 * DAY).await.unwrap();
    assert_eq!(place.numbers("SELECT expires_at FROM chats").await, [start + 7 * DAY]);
}

async fn the_oldest_of_too_many_goes(place: Place) {
    let store = with_people(&place).await;
    let start = now();
    for number in 0..=i64::from(sluis_store::MAX_CHATS) {
        let chat = Chat { changed_at: start + number, ..chat(&format!("c{number}")) };
        store.keep_turn("anna", &chat, 0, &turn("x")).await.unwrap();
    }
    assert_eq!(store.chat("anna", "c0", now()).await.unwrap(), None);
    let kept = store.chats_of("anna", now()).await.unwrap();
    assert_eq!((kept.len(), kept[0].id.as_str()), (500, "c500"));
    let last = sluis_store::MAX_TURNS;
    assert!(!store.keep_turn("anna", &chat("c1"), last, &turn("x")).await.unwrap());
}

async fn a_turn_that_was_moved_does_not_open(place: Place) {
    let store = with_people(&place).await;
    store.keep_turn("anna", &chat("c1"), 0, &turn("een")).await.unwrap();
    store.keep_turn("anna", &chat("c2"), 0, &turn("twee")).await.unwrap();
    place
        .run("UPDATE chat_turns SET sealed = (SELECT sealed FROM chat_turns WHERE chat = 'c2') WHERE chat = 'c1'")
        .await;
    assert!(store.turns("anna", "c1").await.is_err());
    // Whoever can write into the database does not get to read by making a chat their own.
    place.run("UPDATE chats SET person = 'bart' WHERE id = 'c2'").await;
    store.keep_turn("bart", &chat("c3"), 0, &turn("drie")).await.unwrap();
    assert!(store.turns("bart", "c2").await.is_err());
}
