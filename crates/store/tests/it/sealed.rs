//! Marked values go in; they must not be found in any file or column.

mod elsewhere;
mod tool;
mod voice;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sluis_core::a4::{A4, Clauses, Guard, Rule};
use sluis_core::choice::Mask;
use sluis_core::key::VirtualKey;
use sluis_core::person::{Person, Role, Suspension};
use sluis_ledger::hex;
use sluis_store::{Chat, Credentials, Pseudonym, Store, Turn};
use sqlx::AssertSqlSafe;

use crate::chats::{chat, turn};
use crate::harness::{Place, contains, digest, now, on_both, sqlite_files};
use crate::keys::key;
use crate::people::{person, suspension};
use crate::policies::a4;

on_both!(marked_values_are_found_nowhere);

const MARKS: [&str; 23] = [
    "CanaryLabel7Qx",
    "CanaryValue8Zy",
    "canary_kind_9Wv",
    "CanaryName1Ab",
    "canarymail2cd",
    "CanaryTeam3Ef",
    "works_council",
    "$argon2id$canary4gh",
    "canary-totp-secret-5",
    "CanaryReason6Ij",
    "CanaryFirm7Kl",
    "CanaryContact8Mn",
    "CanaryScope9Op",
    "CanaryBoard1Qr",
    "CanaryRule2St",
    "CanaryTerm3Uv",
    "CanarySector4Wx",
    "CanaryTechnical5Yz",
    "CanaryTitle6Ba",
    "CanaryQuestion7Dc",
    "CanaryAnswer8Fe",
    "CanaryMask9Hg",
    "canary-model-1Ji",
];

/// People and policies, with every text marked.
async fn fill(store: &Store) {
    let marked = Person {
        name: MARKS[3].into(),
        email: format!("{}@example.org", MARKS[4]),
        department: MARKS[5].into(),
        roles: [Role::WorksCouncil].into(),
        ..person("p")
    };
    store.insert_person(&marked).await.unwrap();
    store.update_person(&marked).await.unwrap();
    let credentials = Credentials { password: MARKS[7].into(), totp: Some(MARKS[8].into()) };
    store.set_credentials("p", &credentials).await.unwrap();
    store.suspend(&Suspension { reason: MARKS[9].into(), ..suspension("s", "p") }).await.unwrap();
    let guards = [Guard::Terms([MARKS[15].to_owned()].into())].into();
    let policy = A4 {
        contact: MARKS[11].into(),
        scope: MARKS[12].into(),
        board: MARKS[13].into(),
        may_not: vec![Rule { text: MARKS[14].into(), guards }],
        clauses: Clauses { sector: MARKS[16].into(), ..Clauses::default() },
        technical: MARKS[17].into(),
        ..a4(MARKS[10])
    };
    let chat = Chat {
        title: MARKS[18].into(),
        masks: vec![Mask { text: MARKS[21].into(), person: true }],
        model: MARKS[22].into(),
        ..chat("chat")
    };
    let turn = Turn { answer: MARKS[20].into(), tool: MARKS[22].into(), ..turn(MARKS[19]) };
    assert!(store.keep_turn("p", &chat, 0, &turn).await.unwrap());
    assert!(store.rename_chat("p", "chat", MARKS[18], now()).await.unwrap());
    let revision = store.save_draft(&policy, None, "p", 1).await.unwrap().unwrap();
    store.publish(revision, "p", 2).await.unwrap().unwrap();
    store.save_draft(&policy, None, "p", 3).await.unwrap().unwrap();
}

async fn marked_values_are_found_nowhere(place: Place) {
    let store = place.open().await;
    store.insert_key(&VirtualKey { label: MARKS[0].into(), ..key("k") }).await.unwrap();
    let conversation = store.conversation(&digest("c"), now() + 1_000_000_000).await.unwrap();
    let marked = Pseudonym {
        token: "[P-1]".into(),
        kind: MARKS[2].into(),
        value: MARKS[1].into(),
        entity: 1,
        fingerprint: digest("x"),
    };
    store.remember(&conversation, &[marked]).await.unwrap();
    fill(&store).await;
    elsewhere::fill(&store).await;
    voice::fill(&store).await;
    tool::fill(&store).await;
    let backup = place.path("backup");
    store.backup(&backup).await.unwrap();

    let mut seen = vec![std::fs::read(&backup).unwrap()];
    for line in std::fs::read_to_string(&backup).unwrap().lines() {
        collect(&serde_json::from_str(line).unwrap(), &mut seen);
    }
    if place.is_sqlite() {
        seen.extend(sqlite_files(&place.file()));
        assert!(seen.iter().any(|bytes| contains(bytes, b"virtual_keys")), "the search looks at the files");
    } else {
        let mut server = place.postgres_connection().await;
        let tables: Vec<String> =
            sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
                .fetch_all(&mut server)
                .await
                .unwrap();
        assert!(tables.len() > 15);
        for table in tables {
            let sql = AssertSqlSafe(format!("SELECT t::text FROM {table} t"));
            let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut server).await.unwrap();
            seen.extend(rows.into_iter().map(String::into_bytes));
        }
    }
    assert!(seen.iter().any(|bytes| contains(bytes, b"[P-1]")), "the search finds what is not sealed");
    let secret = conversation.secret;
    for bytes in &seen {
        for mark in MARKS.iter().chain(&elsewhere::MARKS).chain(&voice::MARKS).chain(&tool::MARKS) {
            assert!(!contains(bytes, mark.as_bytes()) && !contains(bytes, hex(mark.as_bytes()).as_bytes()));
        }
        assert!(!contains(bytes, &secret) && !contains(bytes, hex(&secret).as_bytes()));
    }
}

/// Every text in the JSON that can be read as base64.
fn collect(value: &Value, seen: &mut Vec<Vec<u8>>) {
    match value {
        Value::String(text) => seen.extend(STANDARD.decode(text)),
        Value::Array(values) => values.iter().for_each(|value| collect(value, seen)),
        Value::Object(values) => values.values().for_each(|value| collect(value, seen)),
        _ => {}
    }
}
