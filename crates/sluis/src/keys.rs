//! `sluis key`: the keys that programs and people use.

use std::process::ExitCode;

use anyhow::bail;
use sluis_core::key::VirtualKey;
use sluis_core::settings::Settings;
use sluis_gateway::identify::{KEY_PREFIX, secret_hash};
use sluis_ledger::{Event, hex};
use sluis_store::Store;

use crate::node;

const DAY_US: i64 = 86_400_000_000;

/// Makes a key and gives its secret.
pub async fn insert(
    store: &Store,
    label: &str,
    tools: &[String],
    days: Option<u32>,
    rate: Option<u32>,
    tokens: Option<u64>,
) -> anyhow::Result<String> {
    let now = (node::SOURCE.now)();
    let (mut id, mut secret) = ([0; 8], [0; 32]);
    (node::SOURCE.random)(&mut id);
    (node::SOURCE.random)(&mut secret);
    let secret = format!("{KEY_PREFIX}{}", hex(&secret));
    let key = VirtualKey {
        id: format!("key-{}", hex(&id)),
        label: label.into(),
        secret_hash: secret_hash(&secret),
        tools: tools.iter().cloned().collect(),
        expires_at: days.map(|days| now + i64::from(days) * DAY_US),
        revoked_at: None,
        requests_per_minute: rate,
        tokens_per_month: tokens,
        created_at: now,
    };
    store.insert_key(&key).await?;
    let mut entry = store.entry(Event::KeyMade);
    entry.principal = key.id;
    store.append(entry).await?;
    Ok(secret)
}

/// `sluis key make`
pub async fn make(
    settings: Settings,
    label: String,
    tools: Vec<String>,
    days: Option<u32>,
    rate: Option<u32>,
    tokens: Option<u64>,
) -> anyhow::Result<ExitCode> {
    if let Some(unknown) = tools.iter().find(|name| settings.policy.tool(name).is_none()) {
        let known: Vec<&str> = settings.policy.tools.iter().map(|tool| tool.name.as_str()).collect();
        bail!("there is no tool {unknown}; the settings have: {}", known.join(", "));
    }
    let (store, _) = node::open(&settings).await?;
    say!("{}", insert(&store, &label, &tools, days, rate, tokens).await?);
    eprintln!("This secret is shown once. Keep it where you keep passwords.");
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
