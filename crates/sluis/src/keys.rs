//! `sluis key`: the keys that programs and people use.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use sluis_core::key::VirtualKey;
use sluis_core::settings::Settings;
use sluis_ledger::Event;
use sluis_store::Store;

use crate::node;

const DAY_US: i64 = 86_400_000_000;

/// What a new key is to be.
#[derive(Default)]
pub struct Wanted {
    /// For whom or what it is.
    pub label: String,
    /// Tools it may reach; none is all.
    pub tools: Vec<String>,
    /// Days until it expires.
    pub days: Option<u32>,
    /// Requests per minute.
    pub rate: Option<u32>,
    /// Model tokens per month.
    pub tokens: Option<u64>,
    /// Identifier of the person whose key it is; none is a program's.
    pub person: Option<String>,
}

/// A key with no limits for a program.
pub fn unlimited(label: &str) -> Wanted {
    Wanted { label: label.into(), ..Wanted::default() }
}

/// Makes a key and gives its identifier and its secret.
pub async fn insert(store: &Store, wanted: Wanted) -> anyhow::Result<(String, String)> {
    let now = (node::SOURCE.now)();
    let (key, secret) = VirtualKey::make(wanted.label, now, node::SOURCE.random);
    let key = VirtualKey {
        tools: wanted.tools.into_iter().collect(),
        expires_at: wanted.days.map(|days| now + i64::from(days) * DAY_US),
        requests_per_minute: wanted.rate,
        tokens_per_month: wanted.tokens,
        person: wanted.person,
        ..key
    };
    store.insert_key(&key).await?;
    let mut entry = store.entry(Event::KeyMade);
    entry.principal.clone_from(&key.id);
    store.append(entry).await?;
    Ok((key.id, secret))
}

/// `sluis key make`; `email` is the address of the person whose key it is, `client` the chat client's name.
pub async fn make(
    settings: Settings,
    mut wanted: Wanted,
    email: Option<String>,
    client: Option<String>,
) -> anyhow::Result<ExitCode> {
    if let Some(unknown) = wanted.tools.iter().find(|name| settings.policy.tool(name).is_none()) {
        let known: Vec<&str> = settings.policy.tools.iter().map(|tool| tool.name.as_str()).collect();
        bail!("there is no tool {unknown}; the settings have: {}", known.join(", "));
    }
    let (store, _) = node::open(&settings).await?;
    if let Some(email) = email {
        let person = store.person_by_email(&email).await?;
        wanted.person =
            Some(person.context("nobody has this address of mail; add them on the page /mensen first")?.id);
    }
    let (id, secret) = insert(&store, wanted).await?;
    say!("{secret}");
    eprintln!("This secret is shown once. Keep it where you keep passwords.");
    if let Some(client) = client {
        eprintln!("Put this in the settings, and start Sluis again:\n[clients.{client}]\nkeys = [\"{id}\"]");
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// `sluis key list`
pub async fn list(settings: Settings) -> anyhow::Result<ExitCode> {
    let (store, _) = node::open(&settings).await?;
    let now = (node::SOURCE.now)();
    for key in store.keys().await? {
        let state = match key.check(now) {
            Ok(()) => "valid",
            Err(sluis_core::key::Refusal::Revoked) => "revoked",
            Err(_) => "expired",
        };
        let tools: Vec<&str> = key.tools.iter().map(String::as_str).collect();
        let tools = if tools.is_empty() { "all tools".into() } else { tools.join(",") };
        say!("{}  {state:<8} {tools:<20} {}", key.id, key.label);
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// `sluis key revoke`
pub async fn revoke(settings: Settings, id: String) -> anyhow::Result<ExitCode> {
    let (store, _) = node::open(&settings).await?;
    if !store.revoke_key(&id, (node::SOURCE.now)()).await? {
        bail!("there is no valid key {id}; see: sluis key list");
    }
    let mut entry = store.entry(Event::KeyRevoked);
    entry.principal.clone_from(&id);
    store.append(entry).await?;
    store.close().await;
    say!("{id} is revoked. Running nodes refuse it within two seconds.");
    Ok(ExitCode::SUCCESS)
}
