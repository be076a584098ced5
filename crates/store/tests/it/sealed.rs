//! Marked values go in; they must not be found in any file or column.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sluis_core::key::VirtualKey;
use sluis_ledger::hex;
use sluis_store::Pseudonym;
use sqlx::AssertSqlSafe;

use crate::harness::{Place, contains, digest, now, on_both, sqlite_files};
use crate::keys::key;

on_both!(marked_values_are_found_nowhere);

const MARKS: [&str; 3] = ["CanaryLabel7Qx", "CanaryValue8Zy", "canary_kind_9Wv"];

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
        for table in
            ["meta", "ledger", "checkpoints", "virtual_keys", "token_usage", "conversations", "vault"]
        {
            let sql = AssertSqlSafe(format!("SELECT t::text FROM {table} t"));
            let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut server).await.unwrap();
            seen.extend(rows.into_iter().map(String::into_bytes));
        }
    }
    assert!(seen.iter().any(|bytes| contains(bytes, b"[P-1]")), "the search finds what is not sealed");
    let secret = conversation.secret;
    for bytes in &seen {
        for mark in MARKS {
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
