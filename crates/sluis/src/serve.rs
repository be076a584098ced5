//! `sluis serve`: the gateway as a service.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use sluis_core::class::DataClass;
use sluis_core::policy::Protocol;
use sluis_core::settings::Settings;
use sluis_detect::Detector;
use sluis_gateway::behind::Clients;
use sluis_gateway::governance::Governance;
use sluis_gateway::upstream::{Limits, Upstream};
use sluis_gateway::{Gateway, router};
use sluis_ledger::Event;
use sluis_store::{MasterKey, Store};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::{keys, listen, node, pages};

/// How often conversations and chats past their time are forgotten and the evidence is signed.
const HOUSEKEEPING: std::time::Duration = std::time::Duration::from_mins(10);

/// Microseconds in a day.
const DAY_US: i64 = 86_400_000_000;

/// Runs until it is told to stop.
pub async fn run(settings: Settings) -> anyhow::Result<ExitCode> {
    let (store, master) = node::open(&settings).await?;
    let listener = TcpListener::bind(&settings.listen)
        .await
        .with_context(|| format!("cannot listen on {}; is another program using it?", settings.listen))?;
    let address = pages::address(&settings, &listener.local_addr()?.to_string());
    let detector = detector(&settings);
    let gateway = gateway(&settings, &detector, store.clone(), &master)?.with_pages(&address);

    let mut entry = store.entry(Event::PolicyLoaded);
    entry.policy.clone_from(&settings.policy.version);
    store.append(entry).await.context("the evidence cannot be written")?;
    let most = i64::from(settings.chat_days) * DAY_US;
    store.shorten_chats(most).await.context("the time that chats are kept cannot be set")?;
    welcome(&settings, &store, &address).await?;

    let housekeeping = tokio::spawn(housekeep(store.clone()));
    let router =
        pages::router(&settings, &address, store.clone(), &master, &detector, router(Arc::new(gateway)))?;
    listen::serve(listener, router, stopped()).await?;
    housekeeping.abort();
    store.append(store.entry(Event::Stopped)).await?;
    store.checkpoint().await?;
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// The detector as the settings say. There is one in a process; clones share its lists.
pub fn detector(settings: &Settings) -> Detector {
    let detection = &settings.detection;
    Detector::new(detection.profile).with_terms(detection.terms.iter().map(String::as_str))
}

/// A gateway as the settings say.
pub fn gateway(
    settings: &Settings,
    detector: &Detector,
    store: Store,
    master: &MasterKey,
) -> anyhow::Result<Gateway> {
    let upstream = Upstream::new(node::provider_keys(settings)?, Limits::default())?;
    let terms = settings.detection.terms.clone();
    Ok(Gateway::new(
        Governance::new(settings.policy.clone(), detector.clone(), terms),
        settings.language,
        store,
        upstream,
        master,
        node::SOURCE,
    )
    .with_clients(Clients::new(&settings.clients, &node::client_secrets(settings)?)))
}

/// Says where to begin. What has to be written for that is written first: who reads the address finds a node that works.
async fn welcome(settings: &Settings, store: &Store, address: &str) -> anyhow::Result<()> {
    let link = pages::set_up_link(store, address).await?;
    let keyless = store.keys().await?.is_empty();
    // A secret belongs on a screen, not in a service's log.
    let secret = if keyless && std::io::stdout().is_terminal() {
        Some(keys::insert(store, keys::unlimited("eerste sleutel")).await?.1)
    } else {
        None
    };
    say!("Sluis luistert op {address} (policy {}).", settings.policy.version);
    for tool in &settings.policy.tools {
        say!(
            "  {:<16} {:<11} {}",
            tool.name,
            tool.trust.name(),
            if tool.url.is_empty() { "in Sluis zelf" } else { &tool.url }
        );
    }
    if let Some(link) = link {
        say!("\nNog niet ingericht. Open deze link om te beginnen (hij werkt een dag):\n  {link}\n");
    }
    let Some(secret) = secret else {
        if keyless {
            say!("Er is nog geen sleutel. Maak er een met: sluis key make <naam>");
        }
        return Ok(());
    };
    say!("\nJe eerste sleutel (wordt één keer getoond): {secret}");
    if settings.demo {
        say!(
            "Probeer:\n  curl {address}/v1/chat/completions -H 'Authorization: Bearer {secret}' \\\n    \
             -H 'Content-Type: application/json' \\\n    \
             -d '{{\"model\":\"demo\",\"messages\":[{{\"role\":\"user\",\"content\":\"Schrijf een brief aan mevrouw \
             Annelies de Wit, BSN 111222333.\"}}]}}'"
        );
    }
    Ok(())
}

async fn housekeep(store: Store) {
    let mut clock = tokio::time::interval(HOUSEKEEPING);
    loop {
        clock.tick().await;
        // Either can fail while the database is away; the next round does it.
        if let Err(error) = store.purge((node::SOURCE.now)()).await {
            eprintln!("sluis: what is past its time could not be forgotten: {error}");
        }
        if let Err(error) = store.checkpoint().await {
            eprintln!("sluis: the evidence could not be signed: {error}");
        }
    }
}

async fn stopped() {
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}

/// `sluis config check`: the decision table that follows from the settings.
pub fn check_config(settings: &Settings) -> anyhow::Result<ExitCode> {
    node::provider_keys(settings)?;
    node::client_secrets(settings)?;
    node::directory_secret(&settings.sign_in)?;
    if let Some(provider) = &settings.sign_in.provider {
        node::client_secret(provider)?;
    }
    say!("The settings are right. Policy {}.", settings.policy.version);
    for tool in &settings.policy.tools {
        let protocol = match tool.protocol {
            Protocol::Openai => "openai",
            Protocol::Azure => "azure",
            Protocol::Anthropic => "anthropic",
            Protocol::Demo => "demonstration model",
        };
        say!("\n{} ({protocol}, trust {})", tool.name, tool.trust.name());
        for class in DataClass::ALL {
            say!("  {:<13} {}", class.name(), settings.policy.verdict(class, tool.trust).name());
        }
    }
    Ok(ExitCode::SUCCESS)
}
