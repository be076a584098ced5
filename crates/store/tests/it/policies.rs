//! Drafts, published versions, signatures, and the number that tells other nodes of them.

use sluis_core::a4::{A4, Country};
use sluis_core::gate::Published;
use sluis_core::person::Acknowledgement;
use sluis_core::verdict::Language;
use sluis_store::{Draft, Store, StoreError};

use crate::harness::{Place, on_both};
use crate::people::{person, suspension};
use crate::tools::record;

on_both!(
    a_draft_comes_back_and_grows,
    editors_conflict_instead_of_overwriting,
    a_draft_after_another_has_a_revision_of_its_own,
    a_draft_becomes_a_version,
    publishing_at_once_gives_one_version,
    saving_at_once_saves_one,
    a_version_that_was_tampered_with_does_not_open,
    a58_a_signature_stands_once_and_keeps_its_moment,
    a58_a_signature_is_of_a_text_that_was_published,
    every_write_that_matters_moves_the_generation,
);

pub fn a4(organisation: &str) -> A4 {
    let day = "2026-11-21".parse().unwrap();
    A4 {
        organisation: organisation.into(),
        contact: "Sam, 020 555 0100".into(),
        scope: "Everybody".into(),
        ..A4::start(Language::Nl, Country::Nl, day)
    }
}

/// One version more, by way of a draft.
pub async fn published(store: &Store) -> Published {
    let revision = store.save_draft(&a4("De Brug"), None, "p1", 3).await.unwrap().unwrap();
    store.publish(revision, "p1", 4).await.unwrap().unwrap()
}

fn signature(person: &str, version: &Published, at: i64) -> Acknowledgement {
    Acknowledgement { person: person.into(), policy: version.number, hash: version.hash, at }
}

async fn a_draft_comes_back_and_grows(place: Place) {
    let store = place.open().await;
    assert_eq!(store.draft().await.unwrap(), None);
    assert_eq!(store.save_draft(&a4("A"), None, "p", 1).await.unwrap(), Some(1));
    assert_eq!(store.save_draft(&a4("B"), Some(1), "q", 2).await.unwrap(), Some(2));
    let draft = Draft { revision: 2, a4: a4("B"), by: "q".into(), at: 2 };
    assert_eq!(store.draft().await.unwrap(), Some(draft));
    assert!(store.versions().await.unwrap().is_empty());
    place.run("UPDATE policy_draft SET author = 'p'").await;
    assert_eq!(store.draft().await.unwrap_err(), StoreError::Sealed);
}

async fn editors_conflict_instead_of_overwriting(place: Place) {
    let store = place.open().await;
    assert_eq!(store.save_draft(&a4("A"), Some(1), "p", 1).await.unwrap(), None, "there is no draft");
    store.save_draft(&a4("A"), None, "p", 1).await.unwrap().unwrap();
    store.save_draft(&a4("B"), Some(1), "p", 2).await.unwrap().unwrap();
    for expected in [None, Some(0), Some(1), Some(3)] {
        assert_eq!(store.save_draft(&a4("C"), expected, "q", 3).await.unwrap(), None);
    }
    assert!(!store.drop_draft(1).await.unwrap());
    assert_eq!(store.publish(1, "q", 3).await.unwrap(), None);
    assert_eq!(store.draft().await.unwrap().unwrap().a4, a4("B"));
    assert!(store.versions().await.unwrap().is_empty());
}

async fn a_draft_after_another_has_a_revision_of_its_own(place: Place) {
    let store = place.open().await;
    store.save_draft(&a4("A"), None, "p", 1).await.unwrap().unwrap();
    assert!(store.drop_draft(1).await.unwrap());
    assert!(!store.drop_draft(1).await.unwrap());
    assert_eq!(store.draft().await.unwrap(), None);
    assert_eq!(place.numbers("SELECT COUNT(*) FROM policy_draft WHERE sealed IS NOT NULL").await, [0]);
    // Who still has the dropped draft on the screen can neither bring it back nor overwrite the new one.
    assert_eq!(store.save_draft(&a4("A"), Some(1), "p", 2).await.unwrap(), None);
    assert_eq!(store.save_draft(&a4("B"), None, "p", 2).await.unwrap(), Some(2));
    assert_eq!(store.save_draft(&a4("A"), Some(1), "p", 3).await.unwrap(), None);
    assert!(store.publish(2, "p", 4).await.unwrap().is_some());
    assert_eq!(store.save_draft(&a4("C"), None, "p", 5).await.unwrap(), Some(3));
}

async fn a_draft_becomes_a_version(place: Place) {
    let store = place.open().await;
    let one = published(&store).await;
    let expected = Published {
        number: 1,
        a4: a4("De Brug"),
        hash: a4("De Brug").sheet().hash(),
        by: "p1".into(),
        at: 4,
    };
    assert_eq!(one, expected);
    assert_eq!(store.draft().await.unwrap(), None);
    assert_eq!(store.publish(1, "p1", 5).await.unwrap(), None);
    let two = published(&store).await;
    assert_eq!(two, Published { number: 2, ..expected }, "the same text can be published again");
    assert_eq!(store.versions().await.unwrap(), [one, two]);
}

async fn publishing_at_once_gives_one_version(place: Place) {
    let nodes = [place.open().await, place.open().await];
    for number in 1..=3_u32 {
        let revision = nodes[0].save_draft(&a4("A"), None, "p", 1).await.unwrap().unwrap();
        let publishing: Vec<_> = (0..8)
            .map(|at| {
                let store = nodes[at % 2].clone();
                tokio::spawn(async move {
                    store.publish(revision, "p", i64::try_from(at).unwrap()).await.unwrap()
                })
            })
            .collect();
        let mut won = Vec::new();
        for one in publishing {
            won.extend(one.await.unwrap());
        }
        assert_eq!(won.len(), 1);
        assert_eq!(won[0].number, number);
        assert_eq!(nodes[1].versions().await.unwrap().last(), won.last());
    }
    assert_eq!(nodes[0].versions().await.unwrap().len(), 3);
}

async fn saving_at_once_saves_one(place: Place) {
    let nodes = [place.open().await, place.open().await];
    for expected in [None, Some(1), Some(2)] {
        let saving: Vec<_> = (0..8)
            .map(|number| {
                let store = nodes[number % 2].clone();
                let a4 = a4(&number.to_string());
                tokio::spawn(async move {
                    let saved = store.save_draft(&a4, expected, "p", 1).await.unwrap();
                    saved.map(|revision| (revision, a4))
                })
            })
            .collect();
        let mut won = Vec::new();
        for one in saving {
            won.extend(one.await.unwrap());
        }
        assert_eq!(won.len(), 1);
        let draft = nodes[1].draft().await.unwrap().unwrap();
        assert_eq!((draft.revision, draft.a4), won.remove(0));
    }
}

async fn a_version_that_was_tampered_with_does_not_open(place: Place) {
    let store = place.open().await;
    published(&store).await;
    published(&store).await;
    let good = store.versions().await.unwrap();
    // Another hash than that of the text; the sealed text itself is whole.
    place.run("UPDATE policies SET hash = sealed WHERE number = 1").await;
    let error = store.versions().await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt(text) if text.contains("published")), "{error}");
    place.run("UPDATE policies SET hash = (SELECT hash FROM policies WHERE number = 2)").await;
    assert_eq!(store.versions().await.unwrap(), good);
    for tampered in [
        "UPDATE policies SET at = 9 WHERE number = 1",
        "UPDATE policies SET at = 4; UPDATE policies SET author = 'q'",
        "UPDATE policies SET author = 'p1'; UPDATE policies SET number = 3 WHERE number = 2",
        "UPDATE policies SET number = 2 WHERE number = 3;
         UPDATE policies SET sealed = (SELECT sealed FROM policies WHERE number = 2)",
    ] {
        place.run(tampered).await;
        assert_eq!(store.versions().await.unwrap_err(), StoreError::Sealed, "{tampered}");
    }
}

async fn a58_a_signature_stands_once_and_keeps_its_moment(place: Place) {
    let store = place.open().await;
    for id in ["p1", "p2"] {
        store.insert_person(&person(id)).await.unwrap();
    }
    let (one, two) = (published(&store).await, published(&store).await);
    assert!(store.acknowledge(&signature("p1", &two, 9)).await.unwrap());
    assert!(store.acknowledge(&signature("p1", &one, 8)).await.unwrap());
    assert!(store.acknowledge(&signature("p2", &one, 7)).await.unwrap());
    assert!(!store.acknowledge(&signature("p1", &one, 99)).await.unwrap());
    let of_one = [signature("p2", &one, 7), signature("p1", &one, 8)];
    assert_eq!(store.acknowledged(1).await.unwrap(), of_one);
    let of_p1 = [signature("p1", &one, 8), signature("p1", &two, 9)];
    assert_eq!(store.acknowledgements_of("p1").await.unwrap(), of_p1);
    assert!(store.acknowledged(3).await.unwrap().is_empty());
    assert!(store.acknowledgements_of("p3").await.unwrap().is_empty());
}

async fn a58_a_signature_is_of_a_text_that_was_published(place: Place) {
    let store = place.open().await;
    store.insert_person(&person("p1")).await.unwrap();
    let version = published(&store).await;
    for wrong in [
        signature("p1", &Published { number: 2, ..version.clone() }, 1),
        signature("p1", &Published { hash: [0; 32], ..version.clone() }, 1),
        signature("p2", &version, 1),
    ] {
        assert_eq!(store.acknowledge(&wrong).await.unwrap_err(), StoreError::Gone);
    }
    assert!(store.acknowledged(1).await.unwrap().is_empty());
}

async fn every_write_that_matters_moves_the_generation(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    let mut last = 0;
    assert_eq!(other.generation().await.unwrap(), 0);
    macro_rules! moves {
        ($write:expr) => {
            let _ = $write.await.unwrap();
            let now = other.generation().await.unwrap();
            assert!(now > last, stringify!($write));
            last = now;
        };
    }
    macro_rules! stays {
        ($write:expr) => {
            let _ = $write.await;
            assert_eq!(other.generation().await.unwrap(), last, stringify!($write));
        };
    }
    moves!(store.insert_person(&person("p1")));
    stays!(store.insert_person(&person("p1")));
    moves!(store.update_person(&person("p1")));
    stays!(store.update_person(&person("p2")));
    moves!(store.suspend(&suspension("s", "p1")));
    stays!(store.suspend(&suspension("s", "p1")));
    moves!(store.lift_suspension("s", 1));
    stays!(store.lift_suspension("s", 1));
    moves!(store.save_draft(&a4("A"), None, "p1", 1));
    stays!(store.save_draft(&a4("A"), None, "p1", 1));
    moves!(store.drop_draft(1));
    stays!(store.drop_draft(1));
    moves!(store.save_draft(&a4("A"), None, "p1", 1));
    stays!(store.publish(1, "p1", 1));
    moves!(store.publish(2, "p1", 1));
    let version = store.versions().await.unwrap().remove(0);
    moves!(store.acknowledge(&signature("p1", &version, 1)));
    stays!(store.acknowledge(&signature("p1", &version, 1)));
    stays!(store.acknowledge(&signature("p2", &version, 1)));
    moves!(store.insert_tool(&record("t1", "DeepL")));
    stays!(store.insert_tool(&record("t2", "deepl")));
    moves!(store.update_tool(&record("t1", "DeepL")));
    stays!(store.update_tool(&record("t1", "DeepL")));
}
