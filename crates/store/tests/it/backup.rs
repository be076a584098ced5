//! Backups: whole, under load, across databases; and refused when they are not good.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use sluis_core::person::Acknowledgement;
use sluis_store::{MasterKey, Purpose, Session, Store, StoreError, Ticket, restore};

use crate::harness::{Place, append, audit, digest, master, now, on_both};
use crate::keys::key;
use crate::people::{credentials, person, suspension};
use crate::policies::{a4, published};
use crate::questions::{answer, frequent, question};
use crate::reports::{measure, report, said};
use crate::tools::record;
use crate::vault::pseudonym;

on_both!(
    a_backup_under_load_comes_back_in_either_database,
    a_backup_goes_into_an_empty_database_only,
    a_backup_that_is_not_good_changes_nothing,
);

const HOUR: i64 = 3_600_000_000;

async fn fill(store: &Store) {
    append(store, 300).await;
    store.checkpoint().await.unwrap();
    store.erase_entries(now() - 1_000, "retention").await.unwrap();
    for id in ["a", "b"] {
        store.insert_key(&key(id)).await.unwrap();
        store.add_usage(id, "2026-11", 12).await.unwrap();
    }
    for number in 0..70 {
        let conversation = store.conversation(&digest(&number.to_string()), now() + HOUR).await.unwrap();
        store
            .remember(&conversation, &[pseudonym("[P-1]", "Jan"), pseudonym("[P-2]", "Piet")])
            .await
            .unwrap();
    }
}

fn session() -> Session {
    Session { hash: digest("s"), person: "p1".into(), created_at: 1, expires_at: HOUR }
}

fn ticket() -> Ticket {
    Ticket { hash: digest("t"), purpose: Purpose::Invite, person: Some("p2".into()), expires_at: HOUR }
}

fn signature(hash: [u8; 32]) -> Acknowledgement {
    Acknowledgement { person: "p1".into(), policy: 1, hash, at: 9 }
}

/// A row in every table of people and policies.
async fn fill_people(store: &Store) {
    for id in ["p1", "p2"] {
        store.insert_person(&person(id)).await.unwrap();
    }
    store.set_credentials("p1", &credentials()).await.unwrap();
    assert!(store.use_totp_step("p1", 7).await.unwrap());
    store.insert_session(&session()).await.unwrap();
    store.insert_ticket(&ticket()).await.unwrap();
    store.suspend(&suspension("s1", "p2")).await.unwrap();
    let version = published(store).await;
    assert!(store.acknowledge(&signature(version.hash)).await.unwrap());
    store.save_draft(&a4("Draft"), None, "p1", 10).await.unwrap().unwrap();
    store.insert_tool(&record("t1", "DeepL")).await.unwrap();
    assert_eq!(store.update_tool(&record("t1", "DeepL Pro")).await.unwrap(), Some(2));
}

async fn people_came_back(restored: &Store, store: &Store) {
    assert_eq!(restored.people().await.unwrap(), [person("p1"), person("p2")]);
    assert_eq!(restored.person_by_email("P2@example.org").await.unwrap(), Some(person("p2")));
    assert_eq!(restored.credentials("p1").await.unwrap(), Some(credentials()));
    assert!(!restored.use_totp_step("p1", 7).await.unwrap(), "a code that was used stays used");
    assert_eq!(restored.session(&digest("s"), 0).await.unwrap(), Some(session()));
    assert_eq!(restored.ticket(&digest("t"), 0).await.unwrap(), Some(ticket()));
    assert_eq!(restored.suspensions_of("p2").await.unwrap(), [suspension("s1", "p2")]);
    let versions = restored.versions().await.unwrap();
    assert_eq!(versions, store.versions().await.unwrap());
    assert_eq!(restored.acknowledged(1).await.unwrap(), [signature(versions[0].hash)]);
    assert_eq!(restored.draft().await.unwrap(), store.draft().await.unwrap());
    assert_eq!(restored.draft().await.unwrap().unwrap().a4, a4("Draft"));
    assert_eq!(restored.tools().await.unwrap(), store.tools().await.unwrap());
    assert_eq!(restored.tools().await.unwrap()[0].name, "DeepL Pro");
    assert_eq!(restored.generation().await.unwrap(), store.generation().await.unwrap());
}

/// A row in every table of questions, reports and measures.
async fn fill_voice(store: &Store) {
    assert!(store.ask(&question("q1", "p1", 1), 9).await.unwrap());
    assert!(store.answer("q1", &answer(2)).await.unwrap());
    store.publish_frequent(&frequent("f1", 3)).await.unwrap();
    store.insert_report(&report("r1", None, 4), Some(&digest("c"))).await.unwrap();
    assert!(store.add_message("r1", &said(Some("p2"), "klaar", true, 5)).await.unwrap());
    store.note_measure(&measure("m1", "p2", Some("s1"))).await.unwrap();
}

async fn voice_came_back(restored: &Store, store: &Store) {
    let answered = store.questions_of("p1").await.unwrap();
    assert_eq!(answered[0].answer(), Some(&answer(2)));
    assert_eq!(restored.questions_of("p1").await.unwrap(), answered);
    assert_eq!(restored.frequent().await.unwrap(), [frequent("f1", 3)]);
    let found = restored.report_by_code(&digest("c")).await.unwrap();
    assert_eq!(found, store.report("r1").await.unwrap());
    assert_eq!(restored.messages("r1").await.unwrap(), [said(Some("p2"), "klaar", true, 5)]);
    assert_eq!(restored.measures_of("p2").await.unwrap(), [measure("m1", "p2", Some("s1"))]);
}

async fn a_backup_under_load_comes_back_in_either_database(place: Place) {
    let store = place.open().await;
    fill(&store).await;
    fill_people(&store).await;
    fill_voice(&store).await;
    let other = store.clone();
    let load = tokio::spawn(async move { append(&other, 300).await });
    let (copy, path) = (store.clone(), place.path("backup"));
    let taken = path.clone();
    tokio::spawn(async move { copy.backup(&taken).await.unwrap() }).await.unwrap();
    load.await.unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let again = store.backup(&path).await.unwrap_err();
    assert_eq!(again, StoreError::File(std::io::ErrorKind::AlreadyExists));

    for target in [Place::sqlite(), Place::postgres().await] {
        let (from, into) = (path.clone(), target.url.clone());
        tokio::spawn(async move { restore(&from, &into, &master()).await.unwrap() }).await.unwrap();
        let restored = target.open().await;
        assert_eq!(restored.verifier_key(), store.verifier_key());
        assert_eq!(restored.keys().await.unwrap(), [key("a"), key("b")]);
        assert_eq!(restored.usage("b", "2026-11").await.unwrap(), 12);
        let conversation = restored.conversation(&digest("69"), now() + HOUR).await.unwrap();
        let vault = restored.vault(&conversation).await.unwrap();
        assert_eq!(vault, [pseudonym("[P-1]", "Jan"), pseudonym("[P-2]", "Piet")]);
        people_came_back(&restored, &store).await;
        voice_came_back(&restored, &store).await;
        let before = audit(&restored).await;
        assert!((300..=600).contains(&before.entries));
        append(&restored, 3).await;
        assert_eq!(audit(&restored).await.entries, before.entries + 3);
        // Backup and restore once more: nothing is lost on the way between the two kinds.
        let second = target.path("second");
        restored.backup(&second).await.unwrap();
        let back = Place::sqlite();
        restore(&second, &back.url, &master()).await.unwrap();
        let back = back.open().await;
        assert_eq!(audit(&back).await.root, audit(&restored).await.root);
        people_came_back(&back, &restored).await;
    }
}

async fn a_backup_goes_into_an_empty_database_only(place: Place) {
    let store = place.open().await;
    append(&store, 1).await;
    let path = place.path("backup");
    store.backup(&path).await.unwrap();
    assert_eq!(restore(&path, &place.url, &master()).await.unwrap_err(), StoreError::NotEmpty);
    assert_eq!(audit(&store).await.entries, 1);
    // One that was opened and never used counts as empty.
    let target = Place::sqlite();
    target.open().await.close().await;
    restore(&path, &target.url, &master()).await.unwrap();
    assert_eq!(audit(&target.open().await).await.entries, 1);
}

async fn a_backup_that_is_not_good_changes_nothing(place: Place) {
    let store = place.open().await;
    fill(&store).await;
    let path = place.path("backup");
    store.backup(&path).await.unwrap();
    let good = fs::read(&path).unwrap();
    let target = place.path("target.db");
    let url = format!("sqlite:{}", target.display());

    let other = MasterKey::from_bytes([1; 32]);
    assert_eq!(restore(&path, &url, &other).await.unwrap_err(), StoreError::WrongMasterKey);
    let lines: Vec<_> = good.split_inclusive(|byte| *byte == b'\n').collect();
    let mut fewer = lines.clone();
    fewer.remove(9);
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    for wrong in [
        &good[..good.len() - 1],
        &good[..good.len() / 2],
        &lines[..5].concat(),
        &fewer.concat(),
        &flipped,
        b"",
    ] {
        let damaged = place.path("damaged");
        fs::write(&damaged, wrong).unwrap();
        let error = restore(&damaged, &url, &master()).await.unwrap_err();
        assert!(matches!(error, StoreError::Backup(_)), "{error}");
        assert!(!target.exists(), "the backup is checked before anything is made");
    }
    restore(&path, &url, &master()).await.unwrap();
}
