//! `sluis erase`: forgetting before the time is up.

use std::process::ExitCode;

use anyhow::{bail, ensure};
use sluis_core::settings::Settings;
use sluis_gateway::conversation::kept_name;
use sluis_ledger::{Event, is_rule_name};

use crate::node;

const DAY_US: i64 = 86_400_000_000;

/// Evidence is kept for six months at least (AI Act, article 26(6)).
pub const LEAST_DAYS: u32 = 184;

/// Forgets a conversation that a client named: its data key goes, and with it the meaning of every pseudonym in it.
pub async fn conversation(settings: Settings, name: String, key: String) -> anyhow::Result<ExitCode> {
    let (store, master) = node::open(&settings).await?;
    let known = store.keys().await?;
    let Some(principal) = known.iter().find(|one| one.id == key) else {
        store.close().await;
        bail!("there is no key {key}; `sluis key list` shows them");
    };
    let gone = store.forget(&kept_name(&master, &principal.id, &name)).await?;
    if gone {
        let mut entry = store.entry(Event::VaultErased);
        entry.principal.clone_from(&principal.id);
        store.append(entry).await?;
    }
    store.close().await;
    if !gone {
        say!("Nothing is kept of this conversation under key {key}.");
        return Ok(ExitCode::from(1));
    }
    say!(
        "Forgotten. Its pseudonyms can no longer be turned back, here and in every backup made from now on."
    );
    Ok(ExitCode::SUCCESS)
}

/// Erases what entries older than `days` say. Their records stay, so the ledger still verifies.
pub async fn entries(settings: Settings, days: u32, rule: String) -> anyhow::Result<ExitCode> {
    ensure!(
        days >= LEAST_DAYS,
        "evidence is kept for six months at least (AI Act, article 26(6)): give {LEAST_DAYS} days or more"
    );
    ensure!(
        is_rule_name(&rule),
        "the rule is the name of your retention rule, in lower case with dashes: retention-1-year"
    );
    let (store, _) = node::open(&settings).await?;
    let before = (node::SOURCE.now)() - i64::from(days) * DAY_US;
    let erased = store.erase_entries(before, &rule).await?;
    if erased > 0 {
        let mut entry = store.entry(Event::EntriesErased);
        entry.rule.clone_from(&rule);
        store.append(entry).await?;
    }
    store.close().await;
    say!("{erased} entries are erased under rule {rule}; their records stay and verify.");
    Ok(ExitCode::SUCCESS)
}
